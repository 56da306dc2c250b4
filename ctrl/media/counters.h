/* SPDX-License-Identifier: BSD-3-Clause */
/* Counters of a call's media, as the workers keep them. */
#ifndef SL_CTRL_COUNTERS_H
#define SL_CTRL_COUNTERS_H

#include "ctrl/call/session.h"

/* Packets, bytes and drops of one path so far; zero when there is none. */
void sl_path_counters(const struct sl_path *path, struct sl_flow_counters *out);

/* Adds those of what came from the leg. */
void sl_leg_counters_add(const struct sl_leg *leg, struct sl_flow_counters *total);

/* Drops of all reasons. */
uint64_t sl_path_drops(const struct sl_flow_counters *counters);

/* When the last packet was forwarded, s, wall clock; 0: none was. */
int64_t sl_path_last(const struct sl_flow_counters *counters);

#endif
