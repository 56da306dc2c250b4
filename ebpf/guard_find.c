/* SPDX-License-Identifier: BSD-3-Clause */
/* Which programs of ours, or of others, stand before a netdev. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include "ebpf/guard_private.h"
#include "ebpf/map_owner.h"

/* The layout of the maps of this version; the program's source says the same. No max_entries: the
 * configuration says how many. */
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
		.max_entries = SL_MAX_PREFIXES},
	[EXPECTED] = {.name = "expected",
		.type = BPF_MAP_TYPE_HASH,
		.map_flags = BPF_F_NO_PREALLOC,
		.key_size = sizeof(struct sl_guard_address),
		.value_size = sizeof(__u32)},
	[EVENTS] = {.name = "events",
		.type = BPF_MAP_TYPE_RINGBUF,
		.max_entries = SL_GUARD_EVENT_BYTES},
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void sl_guard_release(struct sl_guard_attached *attached)
{
	for (int i = 0; i < MAPS; i++)
		close_fd(&attached->maps[i]);
	close_fd(&attached->fd);
}

/* Takes hold of the map if it bears one of our names. */
static int take_map(struct sl_guard_attached *attached, __u32 id)
{
	struct bpf_map_info info = {0};
	__u32 size = sizeof(info);
	int fd, rc;

	fd = bpf_map_get_fd_by_id(id);
	if (fd < 0)
		return -errno;
	if (bpf_obj_get_info_by_fd(fd, &info, &size)) {
		rc = -errno;
		close(fd);
		return rc;
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

static int take_program(struct sl_guard_attached *attached)
{
	__u32 map_ids[4 * MAPS]; /* more than any guard has: the rest is not ours anyway */
	struct bpf_prog_info info = {
		.nr_map_ids = sizeof(map_ids) / sizeof(map_ids[0]),
		.map_ids = (__u64)(uintptr_t)map_ids,
	};
	__u32 size = sizeof(info), n;
	int rc;

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
		rc = take_map(attached, map_ids[i]);
		if (rc)
			return rc;
	}
	return 0;
}

static int begin(unsigned ifindex, struct sl_guard_attached *attached, struct sl_error *error)
{
	memset(attached, 0, sizeof(*attached));
	attached->fd = -1;
	for (int i = 0; i < MAPS; i++)
		attached->maps[i] = -1;
	return if_indextoname(ifindex, attached->netdev)
		       ? 0
		       : sl_refuse(error, -errno, "no network device has index %u", ifindex);
}

int sl_guard_find_xdp(unsigned ifindex, struct sl_guard_attached *attached, struct sl_error *error)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	int rc = begin(ifindex, attached, error);

	if (rc)
		return rc;
	rc = bpf_xdp_query((int)ifindex, 0, &query);
	if (rc)
		return sl_refuse(error, rc, "%s: cannot ask for its XDP program: %s",
			attached->netdev, strerror(-rc));
	if (query.attach_mode == XDP_ATTACHED_NONE)
		return 0;
	if (query.attach_mode == XDP_ATTACHED_MULTI || query.attach_mode == XDP_ATTACHED_HW)
		return sl_refuse(error, -EEXIST,
			"%s: XDP programs that are not Sluice's are attached, in several modes or "
			"offloaded; remove them: ip link set dev %s xdp off (and xdpgeneric off, "
			"xdpoffload off)",
			attached->netdev, attached->netdev);
	attached->id = query.prog_id;
	attached->flags =
		query.attach_mode == XDP_ATTACHED_SKB ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
	rc = take_program(attached);
	if (rc) {
		sl_refuse(error, rc, "%s: cannot read XDP program %u: %s%s", attached->netdev,
			attached->id, strerror(-rc), rc == -EPERM ? "; start as root" : "");
		sl_guard_release(attached);
	}
	return rc;
}

int sl_guard_find_tc(unsigned ifindex, struct sl_guard_attached *attached, struct sl_error *error)
{
	int rc = begin(ifindex, attached, error);

	if (rc)
		return rc;
	rc = sl_guard_tc_query(ifindex, &attached->id);
	if (rc)
		return sl_refuse(error, rc, "%s: cannot ask for its filters at tc ingress: %s",
			attached->netdev, strerror(-rc));
	if (attached->id == 0)
		return 0;
	rc = take_program(attached);
	if (rc) {
		sl_refuse(error, rc, "%s: cannot read program %u at tc ingress: %s",
			attached->netdev, attached->id, strerror(-rc));
		sl_guard_release(attached);
	}
	return rc;
}

/* The program at tc has no use for sockets. */
static bool is_behind(const struct sl_guard_attached *attached)
{
	return strcmp(attached->name, SL_GUARD_TC_PROGRAM) == 0;
}

bool sl_guard_is_guard(const struct sl_guard_attached *attached)
{
	if (!is_behind(attached) && strcmp(attached->name, SL_GUARD_PROGRAM) != 0)
		return false;
	for (int i = is_behind(attached) ? XSKS + 1 : 0; i < GUARD_MAPS; i++)
		if (attached->maps[i] < 0)
			return false;
	return true;
}

bool sl_guard_is_ours(const struct sl_guard_attached *attached)
{
	return sl_guard_is_guard(attached) ||
	       (strcmp(attached->name, SL_GUARD_PLACEHOLDER_PROGRAM) == 0 &&
		       attached->maps[XSKS] >= 0);
}

int sl_guard_refuse_foreign(
	const struct sl_guard_attached *attached, int rc, struct sl_error *error)
{
	return sl_refuse(error, rc,
		"%s: XDP program %u (%s) is attached and is not Sluice's; if nobody needs it: "
		"ip link set dev %s xdp%s off",
		attached->netdev, attached->id, attached->name[0] ? attached->name : "unnamed",
		attached->netdev, attached->flags == XDP_FLAGS_SKB_MODE ? "generic" : "");
}

int sl_guard_refuse_busy(struct sl_guard_attached *attached, bool others, struct sl_error *error)
{
	struct sl_map_owner owner;

	/* Our own hold on the map must not be mistaken for somebody's. */
	close_fd(&attached->maps[XSKS]);
	if (!sl_map_owner_find(attached->infos[XSKS].id, &owner) ||
		(others && owner.pid == getpid()))
		return 0;
	return sl_refuse(error, -EBUSY,
		"%s: another Sluice guards it: process %d (%s); stop that one first",
		attached->netdev, (int)owner.pid, owner.name);
}

int sl_guard_stale_detach(unsigned ifindex, struct sl_error *error)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, options);
	struct sl_guard_attached attached;
	int rc;

	rc = sl_guard_find_xdp(ifindex, &attached, error);
	if (rc || attached.id == 0)
		return rc;
	if (!sl_guard_is_ours(&attached))
		rc = sl_guard_refuse_foreign(&attached, -EEXIST, error);
	else
		rc = sl_guard_refuse_busy(&attached, false, error);
	if (rc)
		goto out;
	options.old_prog_fd = attached.fd; /* only this one, whatever happened meanwhile */
	rc = bpf_xdp_detach((int)ifindex, attached.flags, &options);
	if (rc)
		sl_refuse(error, rc,
			"%s: cannot detach the guard of a killed Sluice (%s): "
			"ip link set dev %s xdp%s off",
			attached.netdev, strerror(-rc), attached.netdev,
			attached.flags == XDP_FLAGS_SKB_MODE ? "generic" : "");
out:
	sl_guard_release(&attached);
	return rc;
}

int sl_guard_check_layout(const struct sl_guard_attached *attached, struct sl_error *error)
{
	for (int i = is_behind(attached) ? XSKS + 1 : 0; i < MAPS; i++) {
		const struct bpf_map_info *want = &layout[i], *have = &attached->infos[i];

		if (attached->maps[i] < 0 || have->type != want->type ||
			have->key_size != want->key_size || have->value_size != want->value_size ||
			(want->max_entries && have->max_entries != want->max_entries) ||
			(have->map_flags & want->map_flags) != want->map_flags)
			return sl_refuse(error, -EPROTO,
				"%s: the attached guard is of another version (map %s differs): "
				"install sluiced and guard.bpf.o from one build",
				attached->netdev, want->name);
	}
	return 0;
}

const char *sl_guard_map_name(enum map map)
{
	return layout[map].name;
}
