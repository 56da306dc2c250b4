/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/path/hairpin.h"

#include <string.h>

#include "dataplane/base/nexthop.h"
#include "dataplane/path/pinhole.h"
#include "dataplane/path/worker.h"
#include "dataplane/port/ethdev.h"

#include "dataplane/base/packet_path.h"

int sl_hairpin_slot(const struct sl_endpoint *to, unsigned near)
{
	const struct sl_address *from = &sl_addresses[near];
	int found = sl_address_find(from->port, from->vlan, to->ip, to->port);

	for (unsigned slot = 0; found < 0 && slot < sl_n_addresses; slot++)
		if (sl_address_covers(&sl_addresses[slot], to->port) &&
			memcmp(sl_addresses[slot].ip, to->ip, 16) == 0)
			found = (int)slot;
	return found;
}

void sl_hairpin_route(struct sl_egress *egress, const struct sl_endpoint *to, unsigned near)
{
	int slot = sl_hairpin_slot(to, near);

	if (slot < 0)
		return;
	egress->port = SL_PORT_HAIRPIN;
	egress->nexthop = SL_NEXTHOP_HAIRPIN;
	egress->vlan = sl_addresses[slot].vlan;
	egress->entry_port = sl_addresses[slot].port;
	egress->entry_worker = sl_steer_owner((uint8_t)slot, to->port);
}

uint64_t sl_hairpin_cookie(const struct sl_endpoint *to, unsigned near)
{
	int slot = sl_hairpin_slot(to, near);
	const struct sl_flow *flow = NULL;

	/* Its worker may replace it; it is ctrl that frees it. */
	if (slot >= 0)
		flow = __atomic_load_n(sl_pinhole((uint8_t)slot, to->port), __ATOMIC_RELAXED);
	return flow ? flow->cookie : 0;
}

/* No link-layer address is looked at on the way in, and no packet may leave larger than the port
 * with the largest MTU could send it. */
void sl_hairpin_prepare(void)
{
	static const uint8_t nobody[6];
	struct sl_ethdev *link = &sl_ethdevs[SL_PORT_HAIRPIN];

	link->mtu = 0;
	for (uint8_t port = 0; port < sl_n_ethdevs; port++)
		if (sl_ethdevs[port].mtu > link->mtu)
			link->mtu = sl_ethdevs[port].mtu;
	sl_nexthop_set(&sl_nexthops[SL_NEXTHOP_HAIRPIN], nobody);
}

enum sl_verdict sl_hairpin_give(
	const struct sl_worker *w, const struct sl_burst *b, const struct sl_packet *p)
{
	const struct sl_egress *egress = &p->flow->egress[p->component];
	struct sl_worker *owner = &sl_workers[egress->entry_worker];
	uint32_t turns = b->hairpin ? p->m->hash.usr : 0;

	if (turns == SL_MAX_HAIRPINS)
		return SL_DROP_LOOP;
	p->m->hash.usr = turns + 1;
	p->m->port = sl_ethdevs[egress->entry_port].dpdk_port;
	if (rte_ring_mp_enqueue(owner->hairpins, p->m) != 0)
		return SL_DROP_HANDOFF_FULL;
	if (owner != w)
		sl_wait_wake(&owner->wait);
	return SL_HANDED_OFF;
}
