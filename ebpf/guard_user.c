/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "ebpf/guard_private.h"

struct sl_guard *sl_guard_new(struct sl_guard_attached *attached, unsigned ifindex)
{
	struct sl_guard *guard = calloc(1, sizeof(*guard));

	if (!guard)
		return NULL;
	guard->cpus = libbpf_num_possible_cpus();
	guard->per_cpu = guard->cpus > 0 ? calloc(guard->cpus, sizeof(*guard->per_cpu)) : NULL;
	guard->pinholes = mmap(NULL, SL_MAX_ADDRESS_SLOTS * sizeof(*guard->pinholes),
		PROT_READ | PROT_WRITE, MAP_SHARED, attached->maps[PINHOLES], 0);
	for (unsigned slot = 0; slot < SL_MAX_ADDRESS_SLOTS; slot++) {
		guard->index[slot] = (uint8_t)slot;
		guard->range[slot].max = UINT16_MAX;
	}
	guard->ifindex = ifindex;
	guard->xdp = guard->tc = -1;
	memcpy(guard->netdev, attached->netdev, sizeof(guard->netdev));
	memcpy(guard->maps, attached->maps, sizeof(guard->maps));
	for (int i = 0; i < MAPS; i++)
		attached->maps[i] = -1; /* the handle's now */
	if (guard->per_cpu && guard->pinholes != MAP_FAILED && sl_guard_events_open(guard) == 0)
		return guard;
	sl_guard_let_go(guard);
	return NULL;
}

/* Finds the guard before the netdev: at XDP or, while that is missing, at tc. */
static int find_guard(unsigned ifindex, struct sl_guard_attached *attached, struct sl_error *error)
{
	struct sl_guard_attached behind;
	int rc = sl_guard_find_xdp(ifindex, attached, error);

	if (rc || (attached->id && sl_guard_is_guard(attached)))
		return rc;
	if (sl_guard_find_tc(ifindex, &behind, error) == 0 && behind.id) {
		sl_guard_release(attached);
		*attached = behind;
	}
	return 0;
}

int sl_guard_open(unsigned ifindex, struct sl_guard **guard, struct sl_error *error)
{
	struct sl_guard_attached attached;
	int rc;

	rc = find_guard(ifindex, &attached, error);
	if (rc)
		return rc;
	if (attached.id == 0)
		return sl_refuse(error, -ENOENT, "%s: no XDP program is attached", attached.netdev);
	rc = sl_guard_is_guard(&attached) ? sl_guard_check_layout(&attached, error)
					  : sl_guard_refuse_foreign(&attached, -EPROTO, error);
	if (!rc) {
		*guard = sl_guard_new(&attached, ifindex);
		if (!*guard)
			rc = sl_refuse(error, -ENOMEM, "%s: no memory to map the guard's pinholes",
				attached.netdev);
	}
	sl_guard_release(&attached);
	return rc;
}

void sl_guard_let_go(struct sl_guard *guard)
{
	if (!guard)
		return;
	if (guard->pinholes != MAP_FAILED)
		munmap(guard->pinholes, SL_MAX_ADDRESS_SLOTS * sizeof(*guard->pinholes));
	ring_buffer__free(guard->events);
	for (int i = 0; i < MAPS; i++)
		if (guard->maps[i] >= 0)
			close(guard->maps[i]);
	if (guard->xdp >= 0)
		close(guard->xdp);
	if (guard->tc >= 0)
		close(guard->tc);
	tdestroy(guard->expected_sources, free);
	free(guard->per_cpu);
	free(guard);
}

static void close_media_ports(struct sl_guard *guard, uint8_t slot)
{
	const uint8_t *open = guard->pinholes[guard->index[slot]].open;

	for (unsigned port = guard->range[slot].min; port <= guard->range[slot].max; port++)
		if (__atomic_load_n(&open[port >> 3], __ATOMIC_RELAXED))
			sl_guard_pinhole_close(guard, slot, (uint16_t)port);
}

void sl_guard_close(struct sl_guard *guard)
{
	if (!guard)
		return;
	for (unsigned slot = 0; slot < SL_MAX_ADDRESS_SLOTS; slot++)
		close_media_ports(guard, (uint8_t)slot);
	sl_guard_let_go(guard);
}

/* Where the address is, or may be put: half of the places are always free. */
static __u32 place_of(const struct sl_guard_addresses *all, const uint8_t ip[16], uint16_t vlan)
{
	struct sl_guard_address address;
	__u32 place;

	memcpy(address.ip, ip, sizeof(address.ip));
	place = sl_guard_place(&address);
	while (all->at[place].slot.port_max &&
		(all->at[place].slot.vlan != vlan ||
			memcmp(all->at[place].address.ip, ip, sizeof(address.ip)) != 0))
		place = (place + 1) % SL_GUARD_PLACES;
	return place;
}

/* Into the table, in this copy of it. */
static int enter(struct sl_guard_addresses *all, const uint8_t ip[16], struct sl_guard_slot *slot)
{
	__u32 place = place_of(all, ip, slot->vlan);
	struct sl_guard_slot *known = &all->at[place].slot;
	unsigned n = 0;

	for (unsigned i = 0; i < SL_GUARD_PLACES; i++)
		n += all->at[i].slot.port_max != 0;
	if (!known->port_max && n == SL_MAX_ADDRESS_SLOTS)
		return -E2BIG;
	if (known->port_max) {
		slot->index = known->index;
		if (known->port_min < slot->port_min)
			slot->port_min = known->port_min;
		if (known->port_max > slot->port_max)
			slot->port_max = known->port_max;
	}
	memcpy(all->at[place].address.ip, ip, sizeof(all->at[place].address.ip));
	*known = *slot;
	return 0;
}

int sl_guard_address_add(struct sl_guard *guard, uint8_t slot, const uint8_t ip[16], uint16_t vlan,
	uint16_t port_min, uint16_t port_max, struct sl_error *error)
{
	struct sl_guard_slot value = {.index = slot,
		.kernel = guard->kernel,
		.vlan = vlan,
		.port_min = port_min,
		.port_max = port_max};
	struct sl_guard_addresses all;
	__u32 only = 0;
	int rc;

	if (slot >= SL_MAX_ADDRESS_SLOTS)
		return sl_refuse(error, -EINVAL, "%s: at most %d media addresses", guard->netdev,
			SL_MAX_ADDRESS_SLOTS);
	if (port_max == 0) { /* a range without a port, that joined with any other is that other */
		value.port_min = port_min = UINT16_MAX;
		value.port_max = port_max = 1;
	} else if (port_min == 0 || port_min > port_max)
		return sl_refuse(error, -EINVAL, "%s: %u-%u is not a range of media ports",
			guard->netdev, port_min, port_max);
	rc = bpf_map_lookup_elem(guard->maps[ADDRESSES], &only, &all);
	if (!rc)
		rc = enter(&all, ip, &value);
	if (!rc)
		rc = bpf_map_update_elem(guard->maps[ADDRESSES], &only, &all, BPF_ANY);
	if (rc)
		return sl_refuse(error, rc, "%s: cannot tell the guard a media address: %s",
			guard->netdev, strerror(-rc));
	guard->index[slot] = value.index;
	guard->range[slot].min = port_min;
	guard->range[slot].max = port_max;
	return 0;
}

void sl_guard_pinhole_open(struct sl_guard *guard, uint8_t slot, uint16_t port)
{
	if (slot < SL_MAX_ADDRESS_SLOTS)
		__atomic_fetch_or(&guard->pinholes[guard->index[slot]].open[port >> 3],
			(uint8_t)(1 << (port & 7)), __ATOMIC_RELEASE);
}

void sl_guard_pinhole_close(struct sl_guard *guard, uint8_t slot, uint16_t port)
{
	if (slot < SL_MAX_ADDRESS_SLOTS)
		__atomic_fetch_and(&guard->pinholes[guard->index[slot]].open[port >> 3],
			(uint8_t) ~(1 << (port & 7)), __ATOMIC_RELEASE);
}

int sl_guard_counters(
	struct sl_guard *guard, uint64_t out[SL_GUARD_COUNTER_COUNT], struct sl_error *error)
{
	for (__u32 counter = 0; counter < SL_GUARD_COUNTER_COUNT; counter++) {
		int rc = bpf_map_lookup_elem(guard->maps[COUNTERS], &counter, guard->per_cpu);

		if (rc)
			return sl_refuse(error, rc, "%s: cannot read the guard's counters: %s",
				guard->netdev, strerror(-rc));
		out[counter] = 0;
		for (int cpu = 0; cpu < guard->cpus; cpu++)
			out[counter] += guard->per_cpu[cpu];
	}
	return 0;
}
