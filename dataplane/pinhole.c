/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/pinhole.h"

#include <rte_prefetch.h>
#include <string.h>

#include "dataplane/worker.h"

#include "dataplane/packet_path.h"

struct sl_address sl_addresses[SL_MAX_ADDRESS_SLOTS];
uint8_t sl_n_addresses;

static inline int find(uint8_t port, uint16_t vlan, const uint8_t ip[16], const uint16_t *udp_port)
{
	for (int slot = 0; slot < sl_n_addresses; slot++) {
		const struct sl_address *a = &sl_addresses[slot];

		if (a->port == port && a->vlan == vlan &&
			(!udp_port || sl_address_covers(a, *udp_port)) &&
			memcmp(a->ip, ip, 16) == 0)
			return slot;
	}
	return -1;
}

int sl_address_find(uint8_t port, uint16_t vlan, const uint8_t ip[16], uint16_t udp_port)
{
	return find(port, vlan, ip, &udp_port);
}

int sl_address_first(uint8_t port, uint16_t vlan, const uint8_t ip[16])
{
	return find(port, vlan, ip, NULL);
}

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
