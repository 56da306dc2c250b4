/* SPDX-License-Identifier: BSD-3-Clause */
/* The parse stage: from mbufs to views. */
#include <rte_branch_prediction.h>

#include "dataplane/path/worker.h"

#include "dataplane/base/packet_path.h"

void sl_stage_parse(struct sl_worker *w, struct sl_burst *b)
{
	(void)w;
	SL_BURST_FOREACH (p, b) {
		if (unlikely(p->m->nb_segs != 1)) {
			p->verdict = SL_DROP_BUFFER;
			p->view.ip = p->view.ports = false; /* those of the packet before it */
			continue;
		}
		p->verdict =
			sl_parse_frame(rte_pktmbuf_mtod(p->m, uint8_t *), p->m->data_len, &p->view);
	}
}
