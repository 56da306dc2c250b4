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
	int error = 0;

	if (sizes->unknown_sources)
		error = bpf_map__set_max_entries(
			bpf_object__find_map_by_name(object, "unknown_sources"),
			sizes->unknown_sources);
	if (!error && sizes->sources)
		error = bpf_map__set_max_entries(
			bpf_object__find_map_by_name(object, sl_guard_map_name(EXPECTED)),
			sizes->sources);
	return error;
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
	struct sl_guard **guard, char why[SL_GUARD_WHY])
{
	struct bpf_object *object = open_guard();
	int error;

	if (!object)
		return sl_guard_refuse(-errno, why, "the guard: %s", strerror(errno));
	error = size_maps(object, sizes);
	if (!error)
		error = bpf_object__load(object);
	if (error) {
		sl_guard_refuse(error, why, "the kernel refuses the guard: %s%s", strerror(-error),
			error == -EPERM ? "; start as root" : "");
	} else {
		*guard = take(object, ifindex);
		if (*guard)
			(*guard)->kernel = kernel;
		else
			error = sl_guard_refuse(-ENOMEM, why, "the guard: no memory");
	}
	bpf_object__close(object);
	return error;
}

static int refuse_generic(const struct sl_guard *guard, int error, char why[SL_GUARD_WHY])
{
	return sl_guard_refuse(error, why,
		"%s: its driver cannot run the guard itself%s%s; the kernel can in its place, more "
		"slowly: set generic-xdp = yes",
		guard->netdev, error == -EOPNOTSUPP ? "" : ": ",
		error == -EOPNOTSUPP ? "" : strerror(-error));
}

/* In place of a program of ours. */
static int replace(
	struct sl_guard *guard, struct sl_guard_attached *old, bool generic, char why[SL_GUARD_WHY])
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, options, .old_prog_fd = old->fd);
	int error;

	if (!sl_guard_is_ours(old))
		return sl_guard_refuse_foreign(old, -EEXIST, why);
	if (old->flags == XDP_FLAGS_SKB_MODE && !generic)
		return refuse_generic(guard, -EOPNOTSUPP, why);
	error = sl_guard_refuse_busy(old, true, why);
	if (error)
		return error;
	error = bpf_xdp_attach((int)guard->ifindex, guard->xdp, old->flags, &options);
	if (error)
		return sl_guard_refuse(error, why, "%s: cannot put the guard in its place: %s",
			guard->netdev, strerror(-error));
	return old->flags == XDP_FLAGS_SKB_MODE;
}

static int attach_first(struct sl_guard *guard, bool generic, char why[SL_GUARD_WHY])
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, options);
	int ifindex = (int)guard->ifindex;
	int native = bpf_xdp_attach(
		ifindex, guard->xdp, XDP_FLAGS_DRV_MODE | XDP_FLAGS_UPDATE_IF_NOEXIST, &options);
	int error;

	if (!native)
		return 0;
	if (!generic)
		return refuse_generic(guard, native, why);
	error = bpf_xdp_attach(
		ifindex, guard->xdp, XDP_FLAGS_SKB_MODE | XDP_FLAGS_UPDATE_IF_NOEXIST, &options);
	return error ? sl_guard_refuse(error, why, "%s: cannot attach the guard: %s", guard->netdev,
			       strerror(-error))
		     : 1;
}

/* What stood at XDP before stands there again. */
static void undo_xdp(
	const struct sl_guard *guard, const struct sl_guard_attached *old, bool generic)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, options, .old_prog_fd = guard->xdp);
	__u32 mode = generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;

	bpf_xdp_attach((int)guard->ifindex, old->fd, old->id ? old->flags : mode, &options);
}

static int refuse_tc(const struct sl_guard *guard, const struct sl_guard_attached *there, int error,
	char why[SL_GUARD_WHY])
{
	if (there->id)
		return sl_guard_refuse(error, why,
			"%s: program %u (%s) of somebody else is where the guard stands at tc "
			"ingress; if nobody needs it: " SL_GUARD_TC_REMOVE,
			guard->netdev, there->id, there->name[0] ? there->name : "unnamed",
			guard->netdev);
	return sl_guard_refuse(error, why,
		"%s: the guard cannot stand at tc ingress: %s; if a filter of somebody else is in "
		"its place: " SL_GUARD_TC_REMOVE,
		guard->netdev, strerror(-error), guard->netdev);
}

/* At XDP, and then behind it: both or neither. */
static int attach_both(struct sl_guard *guard, struct sl_guard_attached *xdp,
	const struct sl_guard_attached *tc, bool generic, char why[SL_GUARD_WHY])
{
	int mode, error;

	if (tc->id && !sl_guard_is_guard(tc))
		return refuse_tc(guard, tc, -EEXIST, why);
	mode = xdp->id ? replace(guard, xdp, generic, why) : attach_first(guard, generic, why);
	if (mode < 0)
		return mode;
	error = sl_guard_tc_attach(guard->ifindex, guard->tc, tc->id != 0);
	if (!error)
		return mode;
	undo_xdp(guard, xdp, mode);
	return refuse_tc(guard, &(struct sl_guard_attached){0}, error, why);
}

int sl_guard_attach(struct sl_guard *guard, const int *sockets, unsigned n, bool generic,
	char why[SL_GUARD_WHY])
{
	struct sl_guard_attached xdp, tc;
	int error = 0, rc;

	for (__u32 queue = 0; queue < n && !error; queue++)
		error = bpf_map_update_elem(guard->maps[XSKS], &queue, &sockets[queue], BPF_ANY);
	if (error)
		return sl_guard_refuse(error, why, "%s: the guard does not take the sockets: %s",
			guard->netdev, strerror(-error));
	error = sl_guard_find_xdp(guard->ifindex, &xdp, why);
	if (error)
		return error;
	rc = sl_guard_find_tc(guard->ifindex, &tc, why);
	if (!rc) {
		rc = attach_both(guard, &xdp, &tc, generic, why);
		sl_guard_release(&tc);
	}
	sl_guard_release(&xdp);
	return rc;
}

/* Program of ours at XDP: 1 when it was removed, 0 when there is none. */
static int detach_xdp(unsigned ifindex, char why[SL_GUARD_WHY])
{
	struct sl_guard_attached xdp;
	int error = sl_guard_find_xdp(ifindex, &xdp, why);

	if (error)
		return error;
	if (!xdp.id || !sl_guard_is_ours(&xdp)) { /* somebody else's is none of our business */
		sl_guard_release(&xdp);
		return 0;
	}
	sl_guard_release(&xdp);
	error = sl_guard_stale_detach(ifindex, why);
	return error ? error : 1;
}

int sl_guard_detach(unsigned ifindex, char why[SL_GUARD_WHY])
{
	struct sl_guard_attached tc;
	int removed = detach_xdp(ifindex, why), error;

	if (removed < 0)
		return removed;
	error = sl_guard_find_tc(ifindex, &tc, why);
	if (error)
		return error;
	if (tc.id && sl_guard_is_guard(&tc)) {
		error = sl_guard_tc_detach(ifindex);
		removed = 1;
	}
	sl_guard_release(&tc);
	if (error)
		return sl_guard_refuse(error, why,
			"%s: the guard cannot be removed from tc ingress: %s", tc.netdev,
			strerror(-error));
	return removed ? 0 : sl_guard_refuse(-ENOENT, why, "%s: no guard stands there", tc.netdev);
}
