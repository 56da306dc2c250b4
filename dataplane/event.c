/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/event.h"

#include <rte_ring_elem.h>

#include "dataplane/worker.h"

#include "dataplane/packet_path.h"

void sl_event_post(struct sl_worker *w, const struct sl_event *event)
{
	if (rte_ring_sp_enqueue_elem(w->events, (void *)(uintptr_t)event, sizeof(*event)) != 0)
		__atomic_store_n(&w->events_lost, w->events_lost + 1, __ATOMIC_RELAXED);
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
		lost += __atomic_load_n(&sl_workers[i].events_lost, __ATOMIC_RELAXED);
	return lost;
}
