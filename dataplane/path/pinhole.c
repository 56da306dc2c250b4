/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/path/pinhole.h"

#include <rte_prefetch.h>

#include "dataplane/path/worker.h"

#include "dataplane/base/packet_path.h"

void sl_pinhole_open(struct sl_flow *flow)
{
	for (int c = 0; c < SL_COMPONENTS; c++)
		*sl_pinhole(flow->local[c].slot, flow->local[c].port) = flow;
}

void sl_pinhole_close(const struct sl_flow *flow)
{
	for (int c = 0; c < SL_COMPONENTS; c++) {
		struct sl_flow **entry = sl_pinhole(flow->local[c].slot, flow->local[c].port);

		if (*entry == flow)
			*entry = NULL;
	}
}

void sl_stage_pinhole(struct sl_worker *w, struct sl_burst *b)
{
	(void)w;
	SL_BURST_FOREACH (p, b) {
		p->flow = *p->pinhole;
		if (!p->flow) {
			p->verdict = SL_DROP_CLOSED;
			continue;
		}
		rte_prefetch0(p->flow);           /* guard */
		rte_prefetch0(&p->flow->streams); /* replay */
		rte_prefetch0(&p->flow->police);  /* replay, tx */
	}
}
