/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0 */
/* The plan that bench/flood.c gives its programs, bench/flood.bpf.c. Numbers are in host byte
 * order. */
#ifndef SL_BENCH_FLOOD_H
#define SL_BENCH_FLOOD_H

#include <linux/types.h>

enum flood_kind { UDP, FRAGMENT, MALFORMED, SYN, ICMP, KINDS };

/* Ethernet header; bytes that are the same in every frame, or are before they are overwritten. */
enum { FLOOD_IP = 14, FLOOD_HEADERS = 88 };

#define FLOOD_MAC "\2\0\0\0\0\x66" /* the attacker's */

struct flood_plan {
	union {
		__u8 headers[FLOOD_HEADERS];
		__u64 words[FLOOD_HEADERS / 8];
	};
	__u32 interface; /* out by this one, as counted in the namespace that runs the program */
	__u32 kind;
	__u32 v6, random_source;
	__u32 l4;             /* where UDP, TCP or ICMP begin */
	__u32 ip_sum, l4_sum; /* of what is the same in every packet (RFC 1071), not folded */
	__u32 port_min, ports;
	__u32 ssrc; /* 0: random ones */
};

#endif
