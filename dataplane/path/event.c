/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/path/event.h"

#include <rte_ring_elem.h>
#include <string.h>

#include "dataplane/base/shared.h"
#include "dataplane/path/worker.h"

#include "dataplane/base/packet_path.h"

void sl_event_post(struct sl_worker *w, const struct sl_event *event)
{
	if (rte_ring_sp_enqueue_elem(w->events, (void *)(uintptr_t)event, sizeof(*event)) != 0)
		SL_SHARED_ADD(w->events_lost, 1);
}

unsigned sl_events_take(struct sl_event *events, unsigned room)
{
	unsigned n = 0;

	for (unsigned i = 0; i < sl_n_workers && n < room; i++)
		n += rte_ring_sc_dequeue_burst_elem(
			sl_workers[i].events, events + n, sizeof(*events), room - n, NULL);
	return n;
}

uint64_t sl_events_lost(void)
{
	uint64_t lost = 0;

	for (unsigned i = 0; i < sl_n_workers; i++)
		lost += SL_SHARED_GET(sl_workers[i].events_lost);
	return lost;
}

void sl_drop_sample(struct sl_worker *w, const struct sl_packet *p)
{
	bool each = p->verdict == SL_DROP_AUTH || p->verdict == SL_DROP_REPLAY ||
		    p->verdict == SL_DROP_REPLAY_OLD;
	struct sl_drop_sample sample = {
		.port = p->view.ports ? p->view.destination_port : 0,
		.verdict = p->verdict,
		.weight = each ? 1 : SL_DROP_SAMPLE,
	};

	if (!p->view.ip || w->stats.verdicts[p->verdict] % sample.weight)
		return;
	memcpy(sample.ip, p->view.source, sizeof(sample.ip));
	rte_ring_sp_enqueue_elem(w->samples, &sample, sizeof(sample));
}

unsigned sl_drop_samples_take(struct sl_drop_sample *samples, unsigned room)
{
	unsigned n = 0;

	for (unsigned i = 0; i < sl_n_workers && n < room; i++)
		n += rte_ring_sc_dequeue_burst_elem(
			sl_workers[i].samples, samples + n, sizeof(*samples), room - n, NULL);
	return n;
}
