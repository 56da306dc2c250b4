/* SPDX-License-Identifier: BSD-3-Clause */
/* What a proxy is told about a call, in the shape that NG gave it. */
#ifndef SL_CTRL_QUERY_H
#define SL_CTRL_QUERY_H

#include "ctrl/reply.h"
#include "ctrl/session.h"

/* Adds created, tags, totals and SSRC to the open dictionary of `reply`. */
void sl_query_write(struct sl_reply *reply, const struct sl_call *call);

/* Packets, bytes and drops of one path so far; zero when there is none. */
void sl_path_counters(const struct sl_path *path, struct sl_flow_counters *out);

/* Drops of all reasons. */
uint64_t sl_path_drops(const struct sl_flow_counters *counters);

/* When the last packet was forwarded, s, wall clock; 0: none was. */
int64_t sl_path_last(const struct sl_flow_counters *counters);

/* `why`: what stands between the ends (ctrl/why.h); an empty list when media passes. Not for
 * `delete`: its reply has to fit into one datagram. */
void sl_query_write_why(
	struct sl_reply *reply, const struct sl_call *call, const struct sl_guard_config *guard);

#endif
