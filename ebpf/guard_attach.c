/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include "ebpf/guard.skel.h"
#include "ebpf/guard_private.h"

static int size_maps(struct bpf_object *object, const struct sl_guard_sizes *sizes)
{
	int rc = 0;

	if (sizes->unknown_sources)
		rc = bpf_map__set_max_entries(
			bpf_object__find_map_by_name(object, "unknown_sources"),
			sizes->unknown_sources);
	if (!rc && sizes->sources)
		rc = bpf_map__set_max_entries(
			bpf_object__find_map_by_name(object, sl_guard_map_name(EXPECTED)),
			sizes->sources);
	return rc;
}

static int copy_fd(int fd)
{
	return fd < 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

static int program_of(struct bpf_object *object, const char *name)
{
	const struct bpf_program *program = bpf_object__find_program_by_name(object, name);

	return program ? copy_fd(bpf_program__fd(program)) : -1;
}

/* The handle keeps the maps and programs; the object goes. */
static struct sl_guard *take(struct bpf_object *object, unsigned ifindex)
{
	struct sl_guard_attached loaded = {.fd = -1};
	struct sl_guard *guard;
	bool whole = if_indextoname(ifindex, loaded.netdev) != NULL;

	for (int i = 0; i < MAPS; i++) {
		loaded.maps[i] =
			copy_fd(bpf_object__find_map_fd_by_name(object, sl_guard_map_name(i)));
		whole &= loaded.maps[i] >= 0;
	}
	guard = whole ? sl_guard_new(&loaded, ifindex) : NULL;
	if (guard) {
		guard->xdp = program_of(object, SL_GUARD_PROGRAM);
		guard->tc = program_of(object, SL_GUARD_TC_PROGRAM);
	}
	if (guard && (guard->xdp < 0 || guard->tc < 0)) {
		sl_guard_let_go(guard);
		guard = NULL;
	}
	sl_guard_release(&loaded);
	return guard;
}

static struct bpf_object *open_guard(void)
{
	size_t size;
	const void *bytes = sl_guard_bpf__elf_bytes(&size);

	return bpf_object__open_mem(bytes, size, NULL);
}

int sl_guard_load(unsigned ifindex, const struct sl_guard_sizes *sizes, bool kernel,
	struct sl_guard **guard, struct sl_error *error)
{
	struct bpf_object *object = open_guard();
	int rc;

	if (!object)
		return sl_refuse(error, -errno, "the guard: %s", strerror(errno));
	rc = size_maps(object, sizes);
	if (!rc)
		rc = bpf_object__load(object);
	if (rc) {
		sl_refuse(error, rc, "the kernel refuses the guard: %s%s", strerror(-rc),
			rc == -EPERM ? "; start as root" : "");
	} else {
		*guard = take(object, ifindex);
		if (*guard)
			(*guard)->kernel = kernel;
		else
			rc = sl_refuse(error, -ENOMEM, "the guard: no memory");
	}
	bpf_object__close(object);
	return rc;
}

static int refuse_generic(const struct sl_guard *guard, int rc, struct sl_error *error)
{
	return sl_refuse(error, rc,
		"%s: its driver cannot run the guard itself%s%s; the kernel can in its place, more "
		"slowly: set generic-xdp = yes",
		guard->netdev, rc == -EOPNOTSUPP ? "" : ": ",
		rc == -EOPNOTSUPP ? "" : strerror(-rc));
}

/* In place of a program of ours. */
static int replace(
	struct sl_guard *guard, struct sl_guard_attached *old, bool generic, struct sl_error *error)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, options, .old_prog_fd = old->fd);
	int rc;

	if (!sl_guard_is_ours(old))
		return sl_guard_refuse_foreign(old, -EEXIST, error);
	if (old->flags == XDP_FLAGS_SKB_MODE && !generic)
		return refuse_generic(guard, -EOPNOTSUPP, error);
	rc = sl_guard_refuse_busy(old, true, error);
	if (rc)
		return rc;
	rc = bpf_xdp_attach((int)guard->ifindex, guard->xdp, old->flags, &options);
	if (rc)
		return sl_refuse(error, rc, "%s: cannot put the guard in its place: %s",
			guard->netdev, strerror(-rc));
	return old->flags == XDP_FLAGS_SKB_MODE;
}

static int attach_first(struct sl_guard *guard, bool generic, struct sl_error *error)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, options);
	int ifindex = (int)guard->ifindex;
	int native = bpf_xdp_attach(
		ifindex, guard->xdp, XDP_FLAGS_DRV_MODE | XDP_FLAGS_UPDATE_IF_NOEXIST, &options);
	int rc;

	if (!native)
		return 0;
	if (!generic)
		return refuse_generic(guard, native, error);
	rc = bpf_xdp_attach(
		ifindex, guard->xdp, XDP_FLAGS_SKB_MODE | XDP_FLAGS_UPDATE_IF_NOEXIST, &options);
	return rc ? sl_refuse(error, rc, "%s: cannot attach the guard: %s", guard->netdev,
			    strerror(-rc))
		  : 1;
}

/* Puts back what stood at XDP before. */
static void undo_xdp(
	const struct sl_guard *guard, const struct sl_guard_attached *old, bool generic)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, options, .old_prog_fd = guard->xdp);
	__u32 mode = generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;

	bpf_xdp_attach((int)guard->ifindex, old->fd, old->id ? old->flags : mode, &options);
}

static int refuse_tc(const struct sl_guard *guard, const struct sl_guard_attached *there, int rc,
	struct sl_error *error)
{
	if (there->id)
		return sl_refuse(error, rc,
			"%s: program %u (%s) of somebody else is where the guard stands at tc "
			"ingress; if nobody needs it: " SL_GUARD_TC_REMOVE,
			guard->netdev, there->id, there->name[0] ? there->name : "unnamed",
			guard->netdev);
	return sl_refuse(error, rc,
		"%s: the guard cannot stand at tc ingress: %s; if a filter of somebody else is in "
		"its place: " SL_GUARD_TC_REMOVE,
		guard->netdev, strerror(-rc), guard->netdev);
}

/* At XDP, and then behind it: both or neither. */
static int attach_both(struct sl_guard *guard, struct sl_guard_attached *xdp,
	const struct sl_guard_attached *tc, bool generic, struct sl_error *error)
{
	int mode, rc;

	if (tc->id && !sl_guard_is_guard(tc))
		return refuse_tc(guard, tc, -EEXIST, error);
	mode = xdp->id ? replace(guard, xdp, generic, error) : attach_first(guard, generic, error);
	if (mode < 0)
		return mode;
	rc = sl_guard_tc_attach(guard->ifindex, guard->tc, tc->id != 0);
	if (!rc)
		return mode;
	undo_xdp(guard, xdp, mode);
	return refuse_tc(guard, &(struct sl_guard_attached){0}, rc, error);
}

int sl_guard_attach(struct sl_guard *guard, const int *sockets, unsigned n, bool generic,
	struct sl_error *error)
{
	struct sl_guard_attached xdp, tc;
	int rc = 0;

	for (__u32 queue = 0; queue < n && !rc; queue++)
		rc = bpf_map_update_elem(guard->maps[XSKS], &queue, &sockets[queue], BPF_ANY);
	if (rc)
		return sl_refuse(error, rc, "%s: the guard does not take the sockets: %s",
			guard->netdev, strerror(-rc));
	rc = sl_guard_find_xdp(guard->ifindex, &xdp, error);
	if (rc)
		return rc;
	rc = sl_guard_find_tc(guard->ifindex, &tc, error);
	if (!rc) {
		rc = attach_both(guard, &xdp, &tc, generic, error);
		sl_guard_release(&tc);
	}
	sl_guard_release(&xdp);
	return rc;
}

/* Program of ours at XDP: 1 when it was removed, 0 when there is none. */
static int detach_xdp(unsigned ifindex, struct sl_error *error)
{
	struct sl_guard_attached xdp;
	int rc = sl_guard_find_xdp(ifindex, &xdp, error);

	if (rc)
		return rc;
	if (!xdp.id || !sl_guard_is_ours(&xdp)) { /* somebody else's is none of our business */
		sl_guard_release(&xdp);
		return 0;
	}
	sl_guard_release(&xdp);
	rc = sl_guard_stale_detach(ifindex, error);
	return rc ? rc : 1;
}

int sl_guard_detach(unsigned ifindex, struct sl_error *error)
{
	struct sl_guard_attached tc;
	int removed = detach_xdp(ifindex, error), rc;

	if (removed < 0)
		return removed;
	rc = sl_guard_find_tc(ifindex, &tc, error);
	if (rc)
		return rc;
	if (tc.id && sl_guard_is_guard(&tc)) {
		rc = sl_guard_tc_detach(ifindex);
		removed = 1;
	}
	sl_guard_release(&tc);
	if (rc)
		return sl_refuse(error, rc, "%s: the guard cannot be removed from tc ingress: %s",
			tc.netdev, strerror(-rc));
	return removed ? 0 : sl_refuse(error, -ENOENT, "%s: no guard stands there", tc.netdev);
}
