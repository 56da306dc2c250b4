/* SPDX-License-Identifier: BSD-3-Clause */
/* What a delete ends: a branch of a call, or all of it. */
#ifndef SL_CTRL_HANGUP_H
#define SL_CTRL_HANGUP_H

#include "ctrl/session.h"

/*
 * Ends what the tags and the via-branch of the request name:
 *
 *  no from-tag                   the call
 *  from-tag                      the call; only the branch that the via-branch names; only that
 *                                party when it is not connected and others are
 *  from-tag and to-tag           that dialogue: the party that nobody else needs, or the call when
 *                                no other party would be left
 *
 * A call ends after the request's delay, or the configured one; a branch at once. NULL, or what
 * there is to warn of: nothing has been ended then.
 */
const char *sl_hangup(
	struct sl_sessions *sessions, struct sl_call *call, const struct sl_ng_options *options);

#endif
