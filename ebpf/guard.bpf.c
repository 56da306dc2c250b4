/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0 */
/*
 * The XDP program of an af_xdp port. DPDK's net_af_xdp loads and attaches it (devarg xdp_prog=) and
 * enters its sockets into `xsks_map`, a name it insists on; ctrl keeps the other maps
 * (ebpf/guard_user.h). What no pinhole expects never reaches a socket; what is not media never
 * leaves the kernel.
 *
 * Plain "xdp" and not "xdp.frags": the driver's sockets take single-buffer frames only, and kernels
 * before 5.18 refuse the latter.
 */
#include <stdbool.h>

#include <linux/bpf.h>

#include "parse.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, SL_GUARD_RX_QUEUES);
	__type(key, __u32);
	__type(value, __u32);
} xsks_map SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SL_MAX_ADDRESS_SLOTS);
	__type(key, struct sl_guard_address);
	__type(value, struct sl_guard_slot);
} media_addresses SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, SL_MAX_ADDRESS_SLOTS);
	__type(key, __u32);
	__type(value, struct sl_guard_pinholes);
} pinholes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SL_GUARD_COUNTER_COUNT);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

static __always_inline int decide(int action, __u32 counter)
{
	__u64 *count = bpf_map_lookup_elem(&counters, &counter);

	if (count)
		(*count)++;
	return action;
}

static __always_inline bool is_open(__u32 slot, __u16 port)
{
	const struct sl_guard_pinholes *pinhole = bpf_map_lookup_elem(&pinholes, &slot);

	return pinhole && pinhole->open[port >> 3] & 1 << (port & 7);
}

SEC("xdp")
int sluice_guard(struct xdp_md *ctx)
{
	const void *start = (const void *)(long)ctx->data;
	const void *end = (const void *)(long)ctx->data_end;
	const struct sl_guard_slot *slot;
	struct packet packet;
	enum parsed parsed;
	int action;

	parsed = parse(start, end, &packet);
	if (parsed == PARSED_OTHER)
		return decide(XDP_PASS, SL_GUARD_PASSED);
	slot = bpf_map_lookup_elem(&media_addresses, &packet.to);
	if (!slot)
		return decide(XDP_PASS, SL_GUARD_PASSED);
	if (parsed == PARSED_BAD_IP)
		return decide(XDP_DROP, SL_GUARD_IP);
	if (parsed == PARSED_BAD_UDP)
		return decide(XDP_DROP, SL_GUARD_UDP);
	if (packet.port < slot->port_min || packet.port > slot->port_max)
		return decide(XDP_PASS, SL_GUARD_PASSED);
	if (!packet.udp_fits)
		return decide(XDP_DROP, SL_GUARD_UDP);
	if (packet.fragment)
		return decide(XDP_DROP, SL_GUARD_FRAGMENT);
	if (!is_open(slot->index, packet.port))
		return decide(XDP_DROP, SL_GUARD_CLOSED);
	action = bpf_redirect_map(&xsks_map, ctx->rx_queue_index, XDP_DROP);
	return decide(action, action == XDP_REDIRECT ? SL_GUARD_REDIRECTED : SL_GUARD_NO_SOCKET);
}

char _license[] SEC("license") = "Dual BSD/GPL";
