/* SPDX-License-Identifier: BSD-3-Clause */
/* Which parties a delete ends: one dialogue, a branch, a party, or the whole call. */
#ifndef SL_CTRL_HANGUP_H
#define SL_CTRL_HANGUP_H

#include "ctrl/call/session.h"

/*
 * Ends what the tags and the via-branch of the request name, and nothing else. A tag alone may come
 * as from-tag or as to-tag.
 *
 *  via-branch  tags           ends
 *  no          none           the call
 *  no          one            the party and whom it is connected with; the party alone when it is
 *                             not connected: it lost a fork, was replaced, or nobody has answered
 *  no          both           the dialogue of these two; with a to-tag that is not known, the one
 *                             offer of that party which waits for its answer
 *  known       none or one    the branch, with all who answered in it
 *  known       both           the dialogue of these two, one of whom is in the branch; with a
 *                             to-tag that is not known, the branch
 *
 * Everything else changes nothing: a from-tag or via-branch that is not known (or not any more),
 * two tags without a dialogue between them, a via-branch of others than the tags.
 *
 * A party whose last dialogue ends that way leaves. When nobody is left who has a dialogue, the
 * call ends, after the request's delay or the configured one; parties leave at once. Returns NULL,
 * or a warning: nothing has been ended then.
 */
const char *sl_hangup(
	struct sl_sessions *sessions, struct sl_call *call, const struct sl_request *options);

#endif
