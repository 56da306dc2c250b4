/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0 */
/*
 * The guard of a netdev, at XDP and behind it at tc ingress; ctrl loads both and keeps their maps
 * (ebpf/guard_user.h). What no pinhole expects never reaches a socket; what is not media never
 * leaves the kernel.
 *
 * Plain "xdp" and not "xdp.frags": the driver's sockets take single-buffer frames only, and kernels
 * before 5.18 refuse the latter.
 */
#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include "policy.bpf.h"

/* Bytes of a frame that tc has at hand: every header chain an honest sender makes. */
enum { TC_READABLE = 512 };

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

/* An expected source goes the short way. For IPv6 that is a whole /64, and we may be in it too. */
static __always_inline __u32 judge_source(const struct sl_policy *limits,
	const struct packet *packet, enum sl_prefix list, __u32 budget_of, __u32 passes)
{
	bool kernel = budget_of == SL_BUDGET_KERNEL;
	struct sl_guard_address key = who(packet);

	if (bpf_map_lookup_elem(&expected, &key) &&
		(is_ipv4(&key) || !slot_at_once(&packet->from, packet->vlan)))
		return passes;
	if (is_martian(packet))
		return SL_GUARD_MARTIAN;
	if (list == SL_PREFIX_ALLOW)
		return passes;
	switch (judge_unknown(limits, &key, budget_of)) {
	case SL_UNKNOWN_SOURCE_OVER:
		return kernel ? SL_GUARD_KERNEL_UNKNOWN_SOURCE : SL_GUARD_UNKNOWN_SOURCE;
	case SL_UNKNOWN_TOTAL_OVER:
		return kernel ? SL_GUARD_KERNEL_UNKNOWN_TOTAL : SL_GUARD_UNKNOWN_TOTAL;
	default:
		return passes;
	}
}

enum door {
	DOOR_DROP,
	DOOR_KERNEL,
	DOOR_KERNEL_LIMITED, /* judge_source has the last word */
	DOOR_MEDIA,          /* likewise */
};

/* Returns who is to see the packet, by all but the source's rate; `reason` of DOOR_DROP. */
static __always_inline enum door door_of(const struct sl_policy *limits,
	const struct packet *packet, enum parsed parsed, enum sl_prefix list, __u32 *reason)
{
	union {
		__u64 known;
		struct sl_guard_slot slot;
	} ours;

	*reason = SL_GUARD_DENIED;
	if (list == SL_PREFIX_DENY)
		return DOOR_DROP;
	if (parsed == PARSED_OTHER)
		return DOOR_KERNEL;
	ours.known = slot_at_once(&packet->to, packet->vlan);
	if (!ours.known)
		return DOOR_KERNEL;
	if (parsed == PARSED_LIMITED)
		return DOOR_KERNEL_LIMITED;
	*reason = parsed == PARSED_BAD_IP   ? SL_GUARD_IP
		  : parsed == PARSED_HIDING ? SL_GUARD_FRAGMENT
					    : SL_GUARD_UDP;
	if (parsed != PARSED_UDP)
		return DOOR_DROP;
	if (packet->port < ours.slot.port_min || packet->port > ours.slot.port_max)
		return packet->fragment || is_open(ours.slot.index, packet->port)
			       ? DOOR_KERNEL_LIMITED
			       : DOOR_KERNEL;
	if (!packet->udp_fits)
		return DOOR_DROP;
	if (ours.slot.kernel && is_open(ours.slot.index, packet->port))
		return DOOR_KERNEL_LIMITED;
	*reason = packet->fragment ? SL_GUARD_FRAGMENT : SL_GUARD_CLOSED;
	if (packet->fragment || !is_open(ours.slot.index, packet->port))
		return DOOR_DROP;
	*reason = SL_GUARD_TTL;
	return packet->hops < limits->min_hops ? DOOR_DROP : DOOR_MEDIA;
}

/* Tells the program at tc that this frame was judged. False: the driver has no room to say so. */
static __always_inline bool mark(struct xdp_md *ctx)
{
	__u32 *meta;

	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*meta)) != 0)
		return false;
	meta = (__u32 *)(long)ctx->data_meta;
	if ((void *)(meta + 1) > (void *)(long)ctx->data)
		return false;
	*meta = SL_GUARD_JUDGED;
	return true;
}

SEC("xdp")
int sluice_guard(struct xdp_md *ctx)
{
	const void *start = (const void *)(long)ctx->data;
	const void *end = (const void *)(long)ctx->data_end;
	const struct sl_policy *limits = the_policy();
	enum sl_prefix list = SL_PREFIX_NONE;
	enum door door = DOOR_KERNEL;
	__u32 verdict = SL_GUARD_PASSED;
	struct packet packet = {0};
	enum parsed parsed;
	int action;

	parsed = parse(start, end, end - start, &packet);
	if (packet.ip && limits) {
		if (limits->prefixes)
			list = listed(&packet);
		door = door_of(limits, &packet, parsed, list, &verdict);
	}
	if (door == DOOR_DROP)
		return drop(&packet, verdict);
	if (door == DOOR_MEDIA) {
		verdict = judge_source(limits, &packet, list, SL_BUDGET_MEDIA, SL_GUARD_REDIRECTED);
		if (verdict != SL_GUARD_REDIRECTED)
			return drop(&packet, verdict);
		action = bpf_redirect_map(&xsks_map, ctx->rx_queue_index, XDP_DROP);
		return decide(
			action, action == XDP_REDIRECT ? SL_GUARD_REDIRECTED : SL_GUARD_NO_SOCKET);
	}
	/* Unmarked, it is the other program's to limit and to count. */
	if (!mark(ctx))
		return XDP_PASS;
	verdict = SL_GUARD_PASSED;
	if (door == DOOR_KERNEL_LIMITED)
		verdict = judge_source(limits, &packet, list, SL_BUDGET_KERNEL, SL_GUARD_PASSED);
	return verdict == SL_GUARD_PASSED ? decide(XDP_PASS, verdict) : drop(&packet, verdict);
}

static __always_inline bool is_judged(const struct __sk_buff *skb)
{
	const __u32 *meta = (const __u32 *)(long)skb->data_meta;

	return (const void *)(meta + 1) <= (const void *)(long)skb->data &&
	       *meta == SL_GUARD_JUDGED;
}

/*
 * The same policy behind XDP, for as long as no program of ours is there: while sluiced starts,
 * after it has stopped. What XDP has judged costs one comparison. Media has nowhere to go.
 */
SEC("tc")
int sluice_guard_tc(struct __sk_buff *skb)
{
	const struct sl_policy *limits = the_policy();
	enum sl_prefix list = SL_PREFIX_NONE;
	enum door door = DOOR_KERNEL;
	__u32 verdict = SL_GUARD_PASSED;
	const void *start, *end;
	struct packet packet = {0};
	enum parsed parsed;

	if (is_judged(skb))
		return TC_ACT_UNSPEC;
	bpf_skb_pull_data(skb, skb->len < TC_READABLE ? skb->len : TC_READABLE);
	start = (const void *)(long)skb->data;
	end = (const void *)(long)skb->data_end;
	parsed = parse(start, end, skb->len, &packet);
	if (skb->vlan_present && skb->vlan_tci & VLAN_ID) /* the kernel has taken the tag off */
		parsed = join_vlan(&packet, parsed, skb->vlan_tci & VLAN_ID);
	if (packet.ip && limits) {
		if (limits->prefixes)
			list = listed(&packet);
		door = door_of(limits, &packet, parsed, list, &verdict);
	}
	if (door == DOOR_MEDIA)
		verdict = judge_source(limits, &packet, list, SL_BUDGET_MEDIA, SL_GUARD_NO_SOCKET);
	else if (door == DOOR_KERNEL_LIMITED)
		verdict = judge_source(limits, &packet, list, SL_BUDGET_KERNEL, SL_GUARD_PASSED);
	else if (door == DOOR_KERNEL)
		verdict = SL_GUARD_PASSED;
	if (verdict == SL_GUARD_PASSED)
		return decide(TC_ACT_UNSPEC, verdict);
	drop(&packet, verdict);
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "Dual BSD/GPL";
