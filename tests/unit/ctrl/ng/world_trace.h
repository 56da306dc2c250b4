/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys, flows and ports that the relay's calls refer to, found by walking them. */
#ifndef SL_TESTS_WORLD_TRACE_H
#define SL_TESTS_WORLD_TRACE_H

#include "tests/unit/ctrl/ng/world.h"

/* Each key, flow and pair of local ports once. */
struct trace {
	const struct sl_key *key[4096];
	const struct sl_flow *flow[1024];
	const struct sl_port_pair *pair[1024];
	unsigned keys, flows, pairs;
	unsigned live; /* flows that are published */
};

void world_trace(struct trace *trace);

/* Returns the relay's description of the call, as JSON; a refusal may change nothing of it.
 * Returns its length; 0: there is no such call. */
size_t world_snapshot(struct sl_text id, char *out, size_t room);

#endif
