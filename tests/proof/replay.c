/* SPDX-License-Identifier: BSD-3-Clause */
/* The window and the search for a roll-over counter in any state, an index and a sequence number of
 * any value, one after the other. */
#include "dataplane/flow/replay.c"

extern volatile uint64_t any;

int main(void)
{
	struct sl_roc_search search;
	struct sl_replay r;

	search.ssrc = (uint32_t)any;
	search.expected = (uint16_t)any;
	search.roc = (uint8_t)any;
	search.on = any & 1;
	r.top = any;
	for (unsigned i = 0; i < sizeof(r.seen) / sizeof(r.seen[0]); i++)
		r.seen[i] = any;
	while (any) {
		(void)sl_replay_estimate(&r, (uint16_t)any, (uint8_t)any);
		(void)sl_roc_search_get(&search, (uint32_t)any, (uint16_t)any);
		sl_roc_search_failed(&search, (uint32_t)any, (uint16_t)any);
		(void)sl_replay_check(&r, any);
		(void)sl_replay_commit(&r, any);
	}
	return 0;
}
