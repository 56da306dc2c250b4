/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a local address and UDP port to the worker that owns it, and to its pinhole. RTP and
 * RTCP of a call (an even port and the next) have one owner, whichever queue the device put them
 * on.
 */
#include <rte_ethdev.h>
#include <rte_prefetch.h>

#include "dataplane/path/pinhole.h"
#include "dataplane/path/worker.h"
#include "dataplane/port/ethdev.h"

#include "dataplane/base/packet_path.h"

uint8_t sl_steer_owner(uint8_t slot, uint16_t udp_port)
{
	const struct sl_ethdev *dev = &sl_ethdevs[sl_addresses[slot].port];

	return dev->workers[(udp_port >> 1) % dev->n_queues];
}

static void hand_off(const struct sl_worker *w, struct sl_packet *p, uint8_t owner)
{
	(void)w;
	if (rte_ring_mp_enqueue(sl_workers[owner].handoff, p->m) != 0) {
		p->verdict = SL_DROP_HANDOFF_FULL;
		return;
	}
	p->verdict = SL_HANDED_OFF;
	sl_wait_wake(&sl_workers[owner].wait);
}

void sl_stage_steer(struct sl_worker *w, struct sl_burst *b)
{
	SL_BURST_FOREACH (p, b) {
		uint16_t port = p->view.destination_port;
		int slot = sl_address_find(
			sl_ethdev_by_dpdk[p->m->port], p->view.vlan, p->view.destination, port);

		if (slot < 0) {
			p->verdict = SL_PUNT;
			continue;
		}
		if (unlikely(p->view.fragment)) {
			p->verdict = SL_DROP_FRAGMENT;
			continue;
		}

		uint8_t owner = sl_steer_owner((uint8_t)slot, port);

		if (unlikely(owner != w->index)) {
			hand_off(w, p, owner);
			continue;
		}
		p->pinhole = sl_pinhole((uint8_t)slot, port);
		rte_prefetch0(p->pinhole);
	}
}
