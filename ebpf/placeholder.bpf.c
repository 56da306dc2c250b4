/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0 */
/*
 * The program that DPDK's net_af_xdp is given to load (devarg xdp_prog=): it attaches a program of
 * its own accord, only to a netdev that has none, and enters its sockets into `xsks_map`, a name it
 * insists on. Until the guard takes its place, the one at tc ingress judges.
 *
 * Plain "xdp" and not "xdp.frags": the driver's sockets take single-buffer frames only, and kernels
 * before 5.18 refuse the latter.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "sluice/guard.h"

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, SL_GUARD_RX_QUEUES);
	__type(key, __u32);
	__type(value, __u32);
} xsks_map SEC(".maps");

SEC("xdp")
int sluice_xsk_wait(struct xdp_md *ctx)
{
	/* A program that uses no map of its object would not be known as ours by it. */
	bpf_map_lookup_elem(&xsks_map, &(__u32){ctx->rx_queue_index});
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
