/* SPDX-License-Identifier: BSD-3-Clause */
/* Takes the snapshot of a call that ctrl/observe/why.h judges. */
#ifndef SL_CTRL_SNAPSHOT_H
#define SL_CTRL_SNAPSHOT_H

#include "ctrl/call/session.h"
#include "ctrl/observe/why.h"

/* Fills in the findings on the paths between the ends of a call; NULL: it is not known. */
void sl_call_why(
	const struct sl_sessions *sessions, const struct sl_call *call, struct sl_why *why);

#endif
