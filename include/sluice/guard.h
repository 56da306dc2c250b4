/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The guard's maps: keys and values shared by the XDP program (ebpf/guard.bpf.c) and its user side
 * (ebpf/guard_user.c). Fixed-width types only; both see the same layout. IPv4 addresses are held in
 * their IPv4-mapped form (RFC 4291 2.5.5.2), network byte order; UDP ports are host byte order.
 *
 * Every guarded netdev has its own copy of program and maps. Change a layout here and programs of
 * the older layout are recognised as such by the sizes of their maps.
 */
#ifndef SLUICE_GUARD_H
#define SLUICE_GUARD_H

#include <linux/types.h>

#include "sluice/limits.h"
#include "sluice/policy.h"

/* The programs' names, as the kernel lists them: at XDP, behind it at tc ingress, and what keeps
 * XDP's place while DPDK opens its sockets (ebpf/placeholder.bpf.c). */
#define SL_GUARD_PROGRAM             "sluice_guard"
#define SL_GUARD_TC_PROGRAM          "sluice_guard_tc"
#define SL_GUARD_PLACEHOLDER_PROGRAM "sluice_xsk_wait"

/* The metadata of a frame that the XDP program has judged and left to the kernel. */
#define SL_GUARD_JUDGED 0x5c1ce0ffu

enum {
	SL_GUARD_PORT_BITMAP = 65536 / 8, /* bytes: one bit per UDP port */
	SL_GUARD_RX_QUEUES = 64,          /* size of `xsks_map`: key = RX queue of the netdev */
	SL_GUARD_PLACE_BITS = 8,
	SL_GUARD_PLACES = 1 << SL_GUARD_PLACE_BITS, /* of media addresses: twice as many as there
						       can be */
	/* Most entries. The first takes memory as it is filled, the other at start. */
	SL_GUARD_MAX_EXPECTED = 262144,
	SL_GUARD_MAX_UNKNOWN_SOURCES = 65536,
	SL_GUARD_EVENT_BYTES = 128 * 1024,
	SL_GUARD_SAMPLE = 256, /* a power of two */
};

/* An address: a local one that media is expected at, or a source. */
struct sl_guard_address {
	__u8 ip[16];
};

struct sl_guard_slot {
	__u8 index;     /* key into `pinholes`, less than SL_MAX_ADDRESS_SLOTS */
	__u8 kernel;    /* there is no dataplane: open ports are the kernel's */
	__u16 vlan;     /* id of the 802.1Q tag the address is behind, host byte order; 0: none */
	__u16 port_min; /* the interface's media-ports, inclusive; what is outside them is the
			   kernel's */
	__u16 port_max; /* 0: nothing is here */
} __attribute__((aligned(8)));

/*
 * Map `media_addresses` (array of one): the local addresses that media is expected at, from the
 * place that sl_guard_place says, or, where that is taken, the next one that is free.
 */
struct sl_guard_addresses {
	struct {
		struct sl_guard_address address;
		struct sl_guard_slot slot;
	} at[SL_GUARD_PLACES];
};

static inline __u32 sl_guard_place(const struct sl_guard_address *address)
{
	__u32 word[4];

	__builtin_memcpy(word, address->ip, sizeof(word));
	return (word[0] ^ word[1] ^ word[2] ^ word[3]) * 0x9e3779b1u >> (32 - SL_GUARD_PLACE_BITS);
}

/*
 * Map `pinholes` (array, BPF_F_MMAPABLE): which UDP ports of one address are open. Its user side
 * maps it into memory, so opening and closing a pinhole is one atomic write, without a syscall.
 * Open outside the media ports is a port of the kernel's whose unknown sources are limited.
 */
struct sl_guard_pinholes {
	__u8 open[SL_GUARD_PORT_BITMAP]; /* bit (port & 7) of byte (port >> 3) */
};

/*
 * Map `prefixes` (LPM trie): the lists of whom to allow and whom to deny, over all that arrives by
 * the netdev; the value is enum sl_prefix.
 */
struct sl_guard_prefix {
	__u32 bits; /* that count, of the 128: 96 more than an IPv4 prefix has */
	__u8 ip[16];
};

/*
 * Maps `expected` (hash) and `unknown_sources` (LRU hash), both by IPv4 address or IPv6 /64, that
 * is struct sl_guard_address with the last 8 bytes of IPv6 zero. `expected` has whom calls name
 * (its value says nothing); only its user side writes it, so no flood displaces anybody there.
 * `unknown_sources` has the bucket of each. Map `budget` (array, by enum sl_budget) has those of
 * all together.
 */

/* Map `events` (ring buffer): one of SL_GUARD_SAMPLE drops of a kind, on each CPU; the first one
 * too. */
struct sl_guard_event {
	struct sl_guard_address from;
	__u16 port;    /* destination, host byte order; 0 when it is not known */
	__u16 counter; /* enum sl_guard_counter */
	__u32 unused;
};

/* Map `counters` (per-CPU array of __u64): what the program decided, in packets. */
#define SL_GUARD_COUNTERS(X)                                                                     \
	X(REDIRECTED, "redirected", "media to an open pinhole, given to the dataplane")          \
	X(PASSED, "passed", "not media: left to the kernel")                                     \
	X(IP, "ip", "to a media address, with an IP header that contradicts the frame: dropped") \
	X(UDP, "udp",                                                                            \
		"to a media address, with a UDP header that contradicts its packet: dropped")    \
	X(FRAGMENT, "fragment",                                                                  \
		"fragment of UDP to a media port, or one that hides TCP's flags: dropped")       \
	X(DENIED, "denied", "from a prefix that is denied: dropped")                             \
	X(TTL, "ttl", "to a media port, with fewer hops left than [guard] min-ttl: dropped")     \
	X(MARTIAN, "martian", "from an address that cannot send: dropped")                       \
	X(UNKNOWN_SOURCE, "unknown-source-rate",                                                 \
		"to a media port, from an unknown source beyond its rate: dropped")              \
	X(UNKNOWN_TOTAL, "unknown-total-rate",                                                   \
		"to a media port, from unknown sources beyond their budget: dropped")            \
	X(CLOSED, "closed", "UDP to a media port that no call has open: dropped")                \
	X(KERNEL_UNKNOWN_SOURCE, "kernel-unknown-source-rate",                                   \
		"to the kernel, from an unknown source beyond its rate: dropped")                \
	X(KERNEL_UNKNOWN_TOTAL, "kernel-unknown-total-rate",                                     \
		"to the kernel, from unknown sources beyond their budget: dropped")              \
	X(NO_SOCKET, "no-socket",                                                                \
		"media on a receive queue that no dataplane worker serves: dropped")

enum sl_guard_counter {
#define X(id, label, text) SL_GUARD_##id,
	SL_GUARD_COUNTERS(X)
#undef X
		SL_GUARD_COUNTER_COUNT,
};

#endif
