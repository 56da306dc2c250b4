/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes a call down for a proxy (ctrl/observe/call_view.h), in the shape that NG gave it. */
#ifndef SL_CTRL_QUERY_H
#define SL_CTRL_QUERY_H

#include "ctrl/ng/reply.h"
#include "ctrl/observe/call_view.h"
#include "ctrl/observe/why.h"

enum {
	SL_QUERY_DATAGRAM = 1392, /* bytes; with its end 1400, with cookie and headers one packet */
	SL_QUERY_REST = 64,       /* room for what is written behind it */
};

/*
 * Adds created, tags, totals, SSRC and, unless it is NULL, `why` to the open dictionary of `reply`.
 * The whole reply fits into one datagram if that is possible without leaving out a party or medium,
 * which it is for audio calls; else it may be as large as its buffer. `cut` says what was left out:
 * "details" (suites, counters and RTCP of each stream, who is with whom), "streams" all of them but
 * the SSRC, and what stands between the ends in words; "media" all but the parties; "parties" some
 * of those too.
 */
void sl_query_write(
	struct sl_reply *reply, const struct sl_call_view *call, const struct sl_why *why);

/* Takes a sample of the quality of what came last, and writes the call. */
void sl_query_call(struct sl_reply *reply, const struct sl_call *call, const struct sl_why *why);

#endif
