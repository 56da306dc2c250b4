/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0 */
/*
 * The flood as the kernel makes it (BPF_PROG_TEST_RUN, live frames, Linux 5.18): the program is
 * given a used frame, writes its headers anew and sends it out by an interface; no skb is made for
 * it. Its other end needs NAPI for that: an XDP program, or `ethtool -K IFACE gro on`.
 */
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "flood.h"

const volatile struct flood_plan plan;

__u64 sent;
static __u64 random_state = 88172645463325252u;

static __always_inline __u32 next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (__u32)(random_state >> 16);
}

static __always_inline void put16(__u8 *at, __u32 value)
{
	*(__u16 *)at = bpf_htons((__u16)value);
}

static __always_inline void put32(__u8 *at, __u32 value)
{
	*(__u32 *)at = bpf_htonl(value);
}

/* The two words of a number, as a checksum adds them. */
static __always_inline __u32 halves(__u32 value)
{
	return (value >> 16) + (value & 0xffff);
}

static __always_inline __u32 checksum(__u32 total)
{
	return ~halves(halves(total)) & 0xffff;
}

/* Addresses that could be anybody's: 11.0.0.0 to 99.255.255.255, and of 2001:db8::/32. Their sum.
 */
static __always_inline __u32 fill_source(__u8 *frame)
{
	__u32 sum = 0, value;

	if (!plan.random_source)
		return 0;
	if (!plan.v6) {
		value = (11 + next_random() % 89) << 24 | (next_random() & 0xffffff);
		put32(frame + FLOOD_IP + 12, value);
		return halves(value);
	}
	for (int i = 12; i < 24; i += 4) {
		value = next_random();
		put32(frame + FLOOD_IP + i, value);
		sum += halves(value);
	}
	return sum;
}

static __always_inline void fill_udp(__u8 *udp)
{
	put16(udp + 2, plan.port_min + next_random() % plan.ports);
	put16(udp + 10, next_random()); /* of RTP: the sequence number */
	put32(udp + 16, plan.ssrc ? plan.ssrc : next_random());
}

/* Flips one bit of the headers up to the SSRC. By constant offsets, which the verifier can follow.
 */
static __always_inline void flip_a_bit(__u64 *words)
{
	__u32 bit = FLOOD_IP * 8 + next_random() % ((plan.l4 + 20 - FLOOD_IP) * 8);

	for (__u32 i = 0; i < FLOOD_HEADERS / 8; i++)
		if (i == bit / 64)
			words[i] ^= 1ull << bit % 64;
}

static __always_inline void fill_syn(__u8 *tcp, __u32 source_sum)
{
	__u32 port = 1024 + next_random() % 60000, sequence = next_random();

	put16(tcp, port);
	put32(tcp + 4, sequence);
	put16(tcp + 16, checksum(plan.l4_sum + source_sum + port + halves(sequence)));
}

SEC("xdp")
int flood(struct xdp_md *ctx)
{
	__u8 *frame = (__u8 *)(long)ctx->data;
	__u32 source_sum, l4 = plan.l4;

	if (frame + FLOOD_HEADERS > (__u8 *)(long)ctx->data_end || l4 > FLOOD_HEADERS - 20 ||
		*(__u64 *)frame != plan.words[0])
		return XDP_PASS; /* not one of ours: loopback's, where flood.c attaches this */
	for (int i = 0; i < FLOOD_HEADERS / 8; i++)
		((__u64 *)frame)[i] = plan.words[i];
	source_sum = fill_source(frame);
	if (!plan.v6)
		put16(frame + FLOOD_IP + 10, checksum(plan.ip_sum + source_sum));
	else if (plan.kind == FRAGMENT)
		put32(frame + l4 - 4, next_random());
	if (plan.kind == SYN)
		fill_syn(frame + l4, source_sum);
	else if (plan.kind != ICMP)
		fill_udp(frame + l4);
	else if (plan.v6)
		put16(frame + l4 + 2, checksum(plan.l4_sum + source_sum));
	if (plan.kind == MALFORMED)
		flip_a_bit((__u64 *)frame);
	sent++;
	return bpf_redirect(plan.interface, 0);
}

/* Stands for a switch's port that has learnt where the relay is. All but the flood is the kernel's.
 */
SEC("xdp")
int flood_switch(struct xdp_md *ctx)
{
	const __u8 *frame = (__u8 *)(long)ctx->data;

	if (frame + FLOOD_IP > (__u8 *)(long)ctx->data_end)
		return XDP_PASS;
	for (int i = 0; i < 6; i++)
		if (frame[6 + i] != plan.headers[6 + i])
			return XDP_PASS;
	return bpf_redirect(plan.interface, 0);
}

char _license[] SEC("license") = "Dual BSD/GPL";
