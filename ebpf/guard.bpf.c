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

#include "policy.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, SL_GUARD_RX_QUEUES);
	__type(key, __u32);
	__type(value, __u32);
} xsks_map SEC(".maps");

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

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, SL_GUARD_EVENT_BYTES);
} events SEC(".maps");

static __always_inline int decide(int action, __u32 counter)
{
	__u64 *count = bpf_map_lookup_elem(&counters, &counter);

	if (count)
		(*count)++;
	return action;
}

static __always_inline int drop(const struct packet *packet, __u32 counter)
{
	__u64 *count = bpf_map_lookup_elem(&counters, &counter);

	if (count && (*count)++ % SL_GUARD_SAMPLE == 0) {
		struct sl_guard_event event = {
			.from = packet->from, .port = packet->port, .counter = (__u16)counter};

		bpf_ringbuf_output(&events, &event, sizeof(event), BPF_RB_NO_WAKEUP);
	}
	return XDP_DROP;
}

static __always_inline bool is_open(__u32 slot, __u16 port)
{
	const struct sl_guard_pinholes *pinhole = bpf_map_lookup_elem(&pinholes, &slot);

	return pinhole && pinhole->open[port >> 3] & 1 << (port & 7);
}

/* To an open port. Whom the calls name goes the short way. */
static __always_inline __u32 judge_source(
	const struct sl_policy *limits, const struct packet *packet, enum sl_prefix list)
{
	struct sl_guard_address key = who(packet);

	if (bpf_map_lookup_elem(&expected, &key))
		return SL_GUARD_REDIRECTED;
	if (is_martian(packet))
		return SL_GUARD_MARTIAN;
	return list == SL_PREFIX_ALLOW ? SL_GUARD_REDIRECTED : judge_stranger(limits, &key);
}

SEC("xdp")
int sluice_guard(struct xdp_md *ctx)
{
	const void *start = (const void *)(long)ctx->data;
	const void *end = (const void *)(long)ctx->data_end;
	const struct sl_policy *limits = the_policy();
	const struct sl_guard_slot *slot;
	enum sl_prefix list = SL_PREFIX_NONE;
	struct packet packet;
	enum parsed parsed;
	__u32 verdict;
	int action;

	parsed = parse(start, end, &packet);
	if (!packet.ip || !limits)
		return decide(XDP_PASS, SL_GUARD_PASSED);
	if (limits->prefixes)
		list = listed(&packet);
	if (list == SL_PREFIX_DENY)
		return drop(&packet, SL_GUARD_DENIED);
	if (parsed == PARSED_OTHER)
		return decide(XDP_PASS, SL_GUARD_PASSED);
	slot = slot_of(&packet.to, packet.vlan);
	if (!slot)
		return decide(XDP_PASS, SL_GUARD_PASSED);
	if (parsed == PARSED_BAD_IP)
		return drop(&packet, SL_GUARD_IP);
	if (parsed == PARSED_BAD_UDP)
		return drop(&packet, SL_GUARD_UDP);
	if (packet.port < slot->port_min || packet.port > slot->port_max)
		return decide(XDP_PASS, SL_GUARD_PASSED);
	if (!packet.udp_fits)
		return drop(&packet, SL_GUARD_UDP);
	if (packet.fragment)
		return drop(&packet, SL_GUARD_FRAGMENT);
	if (!is_open(slot->index, packet.port))
		return drop(&packet, SL_GUARD_CLOSED);
	verdict = judge_source(limits, &packet, list);
	if (verdict != SL_GUARD_REDIRECTED)
		return drop(&packet, verdict);
	action = bpf_redirect_map(&xsks_map, ctx->rx_queue_index, XDP_DROP);
	return decide(action, action == XDP_REDIRECT ? SL_GUARD_REDIRECTED : SL_GUARD_NO_SOCKET);
}

char _license[] SEC("license") = "Dual BSD/GPL";
