/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include "ebpf/guard_private.h"
#include "ebpf/holder.h"

/* What the maps of this version look like; the program's source says the same. */
static const struct bpf_map_info layout[MAPS] = {
	[XSKS] = {.name = "xsks_map",
		.type = BPF_MAP_TYPE_XSKMAP,
		.key_size = sizeof(__u32),
		.value_size = sizeof(__u32),
		.max_entries = SL_GUARD_RX_QUEUES},
	[ADDRESSES] = {.name = "media_addresses",
		.type = BPF_MAP_TYPE_ARRAY,
		.key_size = sizeof(__u32),
		.value_size = sizeof(struct sl_guard_addresses),
		.max_entries = 1},
	[PINHOLES] = {.name = "pinholes",
		.type = BPF_MAP_TYPE_ARRAY,
		.map_flags = BPF_F_MMAPABLE,
		.key_size = sizeof(__u32),
		.value_size = sizeof(struct sl_guard_pinholes),
		.max_entries = SL_MAX_ADDRESS_SLOTS},
	[COUNTERS] = {.name = "counters",
		.type = BPF_MAP_TYPE_PERCPU_ARRAY,
		.key_size = sizeof(__u32),
		.value_size = sizeof(__u64),
		.max_entries = SL_GUARD_COUNTER_COUNT},
	[POLICY] = {.name = "policy",
		.type = BPF_MAP_TYPE_ARRAY,
		.key_size = sizeof(__u32),
		.value_size = sizeof(struct sl_policy),
		.max_entries = 1},
	[PREFIXES] = {.name = "prefixes",
		.type = BPF_MAP_TYPE_LPM_TRIE,
		.map_flags = BPF_F_NO_PREALLOC,
		.key_size = sizeof(struct sl_guard_prefix),
		.value_size = sizeof(__u32),
		.max_entries = SL_GUARD_MAX_PREFIXES},
	[EXPECTED] = {.name = "expected",
		.type = BPF_MAP_TYPE_HASH,
		.map_flags = BPF_F_NO_PREALLOC,
		.key_size = sizeof(struct sl_guard_address),
		.value_size = sizeof(__u32),
		.max_entries = SL_GUARD_MAX_EXPECTED},
	[EVENTS] = {.name = "events",
		.type = BPF_MAP_TYPE_RINGBUF,
		.max_entries = SL_GUARD_EVENT_BYTES},
};

/* A program that is attached to a netdev, and those of its maps that bear our names. */
struct attached {
	char netdev[IF_NAMESIZE];
	__u32 id;
	__u32 flags; /* XDP_FLAGS_*_MODE it is attached by */
	int fd;
	char name[BPF_OBJ_NAME_LEN];
	int maps[MAPS];
	struct bpf_map_info infos[MAPS];
};

int sl_guard_refuse(int error, char why[SL_GUARD_WHY], const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, SL_GUARD_WHY, format, arguments);
	va_end(arguments);
	return error;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void release(struct attached *attached)
{
	for (int i = 0; i < MAPS; i++)
		close_fd(&attached->maps[i]);
	close_fd(&attached->fd);
}

/* Takes hold of the map if it bears one of our names. */
static int take_map(struct attached *attached, __u32 id)
{
	struct bpf_map_info info = {0};
	__u32 size = sizeof(info);
	int fd, error;

	fd = bpf_map_get_fd_by_id(id);
	if (fd < 0)
		return -errno;
	if (bpf_obj_get_info_by_fd(fd, &info, &size)) {
		error = -errno;
		close(fd);
		return error;
	}
	for (int i = 0; i < MAPS; i++) {
		if (attached->maps[i] < 0 && strcmp(info.name, layout[i].name) == 0) {
			attached->maps[i] = fd;
			attached->infos[i] = info;
			return 0;
		}
	}
	close(fd);
	return 0;
}

static int take_program(struct attached *attached)
{
	__u32 map_ids[4 * MAPS]; /* more than any guard has: the rest is not ours anyway */
	struct bpf_prog_info info = {
		.nr_map_ids = sizeof(map_ids) / sizeof(map_ids[0]),
		.map_ids = (__u64)(uintptr_t)map_ids,
	};
	__u32 size = sizeof(info), n;
	int error;

	attached->fd = bpf_prog_get_fd_by_id(attached->id);
	if (attached->fd < 0)
		return -errno;
	if (bpf_obj_get_info_by_fd(attached->fd, &info, &size))
		return -errno;
	memcpy(attached->name, info.name, sizeof(attached->name));
	n = info.nr_map_ids < sizeof(map_ids) / sizeof(map_ids[0])
		    ? info.nr_map_ids
		    : sizeof(map_ids) / sizeof(map_ids[0]);
	for (__u32 i = 0; i < n; i++) {
		error = take_map(attached, map_ids[i]);
		if (error)
			return error;
	}
	return 0;
}

/* 0 with id == 0: nothing is attached. On success the caller releases. */
static int find(unsigned ifindex, struct attached *attached, char why[SL_GUARD_WHY])
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	int error;

	memset(attached, 0, sizeof(*attached));
	attached->fd = -1;
	for (int i = 0; i < MAPS; i++)
		attached->maps[i] = -1;
	if (!if_indextoname(ifindex, attached->netdev))
		return sl_guard_refuse(-errno, why, "no network device has index %u", ifindex);
	error = bpf_xdp_query((int)ifindex, 0, &query);
	if (error)
		return sl_guard_refuse(error, why, "%s: cannot ask for its XDP program: %s",
			attached->netdev, strerror(-error));
	if (query.attach_mode == XDP_ATTACHED_NONE)
		return 0;
	if (query.attach_mode == XDP_ATTACHED_MULTI || query.attach_mode == XDP_ATTACHED_HW)
		return sl_guard_refuse(-EEXIST, why,
			"%s: XDP programs that are not Sluice's are attached, in several modes or "
			"offloaded; remove them: ip link set dev %s xdp off (and xdpgeneric off, "
			"xdpoffload off)",
			attached->netdev, attached->netdev);
	attached->id = query.prog_id;
	attached->flags =
		query.attach_mode == XDP_ATTACHED_SKB ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
	error = take_program(attached);
	if (error) {
		sl_guard_refuse(error, why, "%s: cannot read XDP program %u: %s%s",
			attached->netdev, attached->id, strerror(-error),
			error == -EPERM ? "; start as root" : "");
		release(attached);
	}
	return error;
}

static bool is_guard(const struct attached *attached)
{
	if (strcmp(attached->name, SL_GUARD_PROGRAM) != 0)
		return false;
	for (int i = 0; i < GUARD_MAPS; i++)
		if (attached->maps[i] < 0)
			return false;
	return true;
}

static int refuse_foreign(const struct attached *attached, int error, char why[SL_GUARD_WHY])
{
	return sl_guard_refuse(error, why,
		"%s: XDP program %u (%s) is attached and is not Sluice's; if nobody needs it: "
		"ip link set dev %s xdp%s off",
		attached->netdev, attached->id, attached->name[0] ? attached->name : "unnamed",
		attached->netdev, attached->flags == XDP_FLAGS_SKB_MODE ? "generic" : "");
}

int sl_guard_stale_detach(unsigned ifindex, char why[SL_GUARD_WHY])
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, options);
	struct sl_holder holder;
	struct attached attached;
	int error;

	error = find(ifindex, &attached, why);
	if (error || attached.id == 0)
		return error;
	if (!is_guard(&attached)) {
		error = refuse_foreign(&attached, -EEXIST, why);
		goto out;
	}
	/* Our own hold on the map must not be mistaken for somebody's. */
	close_fd(&attached.maps[XSKS]);
	if (sl_holder_of_map(attached.infos[XSKS].id, &holder)) {
		error = sl_guard_refuse(-EBUSY, why,
			"%s: another Sluice guards it: process %d (%s); stop that one first",
			attached.netdev, (int)holder.pid, holder.name);
		goto out;
	}
	options.old_prog_fd = attached.fd; /* only this one, whatever happened meanwhile */
	error = bpf_xdp_detach((int)ifindex, attached.flags, &options);
	if (error)
		sl_guard_refuse(error, why,
			"%s: cannot detach the guard of a killed Sluice (%s): "
			"ip link set dev %s xdp%s off",
			attached.netdev, strerror(-error), attached.netdev,
			attached.flags == XDP_FLAGS_SKB_MODE ? "generic" : "");
out:
	release(&attached);
	return error;
}

static int check_layout(const struct attached *attached, char why[SL_GUARD_WHY])
{
	for (int i = 0; i < MAPS; i++) {
		const struct bpf_map_info *want = &layout[i], *have = &attached->infos[i];

		if (attached->maps[i] < 0 || have->type != want->type ||
			have->key_size != want->key_size || have->value_size != want->value_size ||
			have->max_entries != want->max_entries ||
			(have->map_flags & want->map_flags) != want->map_flags)
			return sl_guard_refuse(-EPROTO, why,
				"%s: the attached guard is of another version (map %s differs): "
				"install sluiced and guard.bpf.o from one build",
				attached->netdev, want->name);
	}
	return 0;
}

static struct sl_guard *guard_new(struct attached *attached)
{
	struct sl_guard *guard = calloc(1, sizeof(*guard));

	if (!guard)
		return NULL;
	guard->cpus = libbpf_num_possible_cpus();
	guard->per_cpu = guard->cpus > 0 ? calloc(guard->cpus, sizeof(*guard->per_cpu)) : NULL;
	guard->pinholes = mmap(NULL, SL_MAX_ADDRESS_SLOTS * sizeof(*guard->pinholes),
		PROT_READ | PROT_WRITE, MAP_SHARED, attached->maps[PINHOLES], 0);
	if (!guard->per_cpu || guard->pinholes == MAP_FAILED) {
		if (guard->pinholes != MAP_FAILED)
			munmap(guard->pinholes, SL_MAX_ADDRESS_SLOTS * sizeof(*guard->pinholes));
		free(guard->per_cpu);
		free(guard);
		return NULL;
	}
	for (unsigned slot = 0; slot < SL_MAX_ADDRESS_SLOTS; slot++)
		guard->index[slot] = (uint8_t)slot;
	memcpy(guard->netdev, attached->netdev, sizeof(guard->netdev));
	memcpy(guard->maps, attached->maps, sizeof(guard->maps));
	for (int i = 0; i < MAPS; i++)
		attached->maps[i] = -1; /* the handle's now */
	return guard;
}

int sl_guard_open(unsigned ifindex, struct sl_guard **guard, char why[SL_GUARD_WHY])
{
	struct attached attached;
	int error;

	error = find(ifindex, &attached, why);
	if (error)
		return error;
	if (attached.id == 0)
		return sl_guard_refuse(
			-ENOENT, why, "%s: no XDP program is attached", attached.netdev);
	if (!is_guard(&attached)) {
		error = refuse_foreign(&attached, -EPROTO, why);
		goto out;
	}
	error = check_layout(&attached, why);
	if (error)
		goto out;
	*guard = guard_new(&attached);
	if (*guard && sl_guard_events_open(*guard) != 0) {
		sl_guard_close(*guard);
		*guard = NULL;
	}
	if (!*guard)
		error = sl_guard_refuse(
			-ENOMEM, why, "%s: no memory to map the guard's pinholes", attached.netdev);
out:
	release(&attached);
	return error;
}

static void close_pinholes(struct sl_guard *guard, unsigned slot)
{
	for (unsigned i = 0; i < SL_GUARD_PORT_BITMAP; i++)
		__atomic_store_n(&guard->pinholes[slot].open[i], 0, __ATOMIC_RELEASE);
}

void sl_guard_close(struct sl_guard *guard)
{
	if (!guard)
		return;
	for (unsigned slot = 0; slot < SL_MAX_ADDRESS_SLOTS; slot++)
		close_pinholes(guard, slot);
	munmap(guard->pinholes, SL_MAX_ADDRESS_SLOTS * sizeof(*guard->pinholes));
	ring_buffer__free(guard->events);
	for (int i = 0; i < MAPS; i++)
		close_fd(&guard->maps[i]);
	free(guard->per_cpu);
	free(guard);
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
	uint16_t port_min, uint16_t port_max, char why[SL_GUARD_WHY])
{
	struct sl_guard_slot value = {
		.index = slot, .vlan = vlan, .port_min = port_min, .port_max = port_max};
	struct sl_guard_addresses all;
	__u32 only = 0;
	int error;

	if (slot >= SL_MAX_ADDRESS_SLOTS)
		return sl_guard_refuse(-EINVAL, why, "%s: at most %d media addresses",
			guard->netdev, SL_MAX_ADDRESS_SLOTS);
	if (port_min == 0 || port_min > port_max)
		return sl_guard_refuse(-EINVAL, why, "%s: %u-%u is not a range of media ports",
			guard->netdev, port_min, port_max);
	error = bpf_map_lookup_elem(guard->maps[ADDRESSES], &only, &all);
	if (!error)
		error = enter(&all, ip, &value);
	if (!error)
		error = bpf_map_update_elem(guard->maps[ADDRESSES], &only, &all, BPF_ANY);
	if (error)
		return sl_guard_refuse(error, why, "%s: cannot tell the guard a media address: %s",
			guard->netdev, strerror(-error));
	guard->index[slot] = (uint8_t)value.index;
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
	struct sl_guard *guard, uint64_t out[SL_GUARD_COUNTER_COUNT], char why[SL_GUARD_WHY])
{
	for (__u32 counter = 0; counter < SL_GUARD_COUNTER_COUNT; counter++) {
		int error = bpf_map_lookup_elem(guard->maps[COUNTERS], &counter, guard->per_cpu);

		if (error)
			return sl_guard_refuse(error, why,
				"%s: cannot read the guard's counters: %s", guard->netdev,
				strerror(-error));
		out[counter] = 0;
		for (int cpu = 0; cpu < guard->cpus; cpu++)
			out[counter] += guard->per_cpu[cpu];
	}
	return 0;
}
