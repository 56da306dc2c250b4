/* SPDX-License-Identifier: BSD-3-Clause */
/* The guard's place behind XDP: a filter of its own at the netdev's tc ingress. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <bpf/libbpf.h>

#include "ebpf/guard_private.h"

enum { PRIORITY = 0x51, HANDLE = 1 };

static int silent(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return 0;
}

int sl_guard_tc_query(unsigned ifindex, __u32 *id)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = HANDLE, .priority = PRIORITY);
	libbpf_print_fn_t print = libbpf_set_print(silent);
	int error = bpf_tc_query(&hook, &filter);

	libbpf_set_print(print);
	*id = error ? 0 : filter.prog_id;
	return error == -ENOENT || error == -EINVAL ? 0 : error; /* -EINVAL: there is no qdisc */
}

int sl_guard_tc_attach(unsigned ifindex, int program, bool replace)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = HANDLE, .priority = PRIORITY, .prog_fd = program,
		.flags = replace ? BPF_TC_F_REPLACE : 0);
	libbpf_print_fn_t print = libbpf_set_print(silent);
	int error = bpf_tc_hook_create(&hook);

	if (!error || error == -EEXIST)
		error = bpf_tc_attach(&hook, &filter);
	libbpf_set_print(print);
	return error;
}

static int count(const struct nlmsghdr *message, void *data)
{
	const struct tcmsg *tc = mnl_nlmsg_get_payload(message);

	*(unsigned *)data += tc->tcm_handle != 0;
	return MNL_CB_OK;
}

/* Filters of whomever, at one end of clsact. */
static unsigned filters(unsigned ifindex, __u32 parent)
{
	struct mnl_socket *socket = mnl_socket_open(NETLINK_ROUTE);
	char buffer[8192];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct tcmsg *tc;
	unsigned found = 0;
	ssize_t n;
	int more = MNL_CB_OK;

	request->nlmsg_type = RTM_GETTFILTER;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	tc = mnl_nlmsg_put_extra_header(request, sizeof(*tc));
	tc->tcm_family = AF_UNSPEC;
	tc->tcm_ifindex = (int)ifindex;
	tc->tcm_parent = TC_H_MAKE(TC_H_CLSACT, parent);
	if (!socket)
		return 1;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
		mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
		found = 1; /* not known: nothing is to be removed */
	while (!found && more == MNL_CB_OK &&
		(n = mnl_socket_recvfrom(socket, buffer, sizeof(buffer))) > 0)
		more = mnl_cb_run(buffer, (size_t)n, 0, 0, count, &found);
	if (more != MNL_CB_STOP)
		found = 1; /* nor if the answer breaks off */
	mnl_socket_close(socket);
	return found;
}

int sl_guard_tc_detach(unsigned ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, filter, .handle = HANDLE, .priority = PRIORITY);
	int error = bpf_tc_detach(&hook, &filter);

	if (!error && filters(ifindex, TC_H_MIN_INGRESS) + filters(ifindex, TC_H_MIN_EGRESS) == 0) {
		hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS; /* the qdisc with them */
		bpf_tc_hook_destroy(&hook);
	}
	return error;
}
