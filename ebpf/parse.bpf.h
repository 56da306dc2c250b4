/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0 */
/*
 * From the frame to "UDP, from and to this address and port", or to whose business it is otherwise.
 * A header is called bad only when the destination address is known and the kernel would throw the
 * packet away as well; every doubt is the kernel's. dataplane/path/parse.c decides alike.
 */
#ifndef SL_EBPF_PARSE_BPF_H
#define SL_EBPF_PARSE_BPF_H

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/types.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "sluice/guard.h"

enum {
	VLAN_TAGS = 2,
	VLAN_ID = 0x0fff,
	IPV6_EXTENSIONS = 4,    /* headers on the way to UDP; nobody sends a longer chain */
	IPV4_FRAGMENT = 0x3fff, /* RFC 791: more fragments, or an offset */
	IPV4_OFFSET = 0x1fff,
	IPV6_OFFSET = 0xfff8,
	IPV6_HOP_BY_HOP = 0,    /* RFC 8200 4.3 */
	IPV6_ROUTING = 43,      /* RFC 8200 4.4 */
	IPV6_FRAGMENT = 44,     /* RFC 8200 4.5 */
	IPV6_DESTINATIONS = 60, /* RFC 8200 4.6 */
	FRAGMENT_UNIT = 8,      /* bytes: of a fragment's offset */
	ICMP_UNREACHABLE = 3,   /* RFC 792 */
	ICMP_TIME_EXCEEDED = 11,
	ICMP_PARAMETER_PROBLEM = 12,
	ICMPV6_LAST_ERROR = 4,        /* RFC 4443 2.1 has four of them, from 1 on */
	ICMPV6_FIRST_NEIGHBOUR = 133, /* router solicitation; RFC 4861 4 */
	ICMPV6_LAST_NEIGHBOUR = 137,  /* redirect */
	LINK_HOPS = 255,              /* RFC 4861: what a router has passed on is none */
	JUMBO = 65535 + 40,           /* RFC 2675: no less is a jumbogram */
};

struct vlan_tag {
	__be16 tci;
	__be16 protocol;
};

struct ipv6_extension {
	__u8 next;
	__u8 length; /* 8-octet units, not counting the first 8 octets; none in a fragment header */
	union {
		struct {
			__u8 type;
			__u8 segs_left;
		} routing;
		__be16 fragment; /* offset and flags */
	};
	__be32 rest;
};

enum parsed {
	PARSED_OTHER,   /* the kernel's */
	PARSED_LIMITED, /* the kernel's, if its sender is within the limits */
	PARSED_BAD_IP,  /* this and the next two: if `to` is one of our addresses */
	PARSED_BAD_UDP,
	PARSED_HIDING, /* a fragment that leaves to another one what the limits look at */
	PARSED_UDP,
};

struct packet {
	struct sl_guard_address from __attribute__((aligned(8))), to __attribute__((aligned(8)));
	bool ip;       /* the addresses are there */
	__u16 vlan;    /* id of the tags, host byte order; 0: none */
	__u16 port;    /* destination, host byte order */
	bool udp_fits; /* the UDP length is possible */
	bool checked;  /* there is a UDP checksum */
	bool fragment; /* the first one: the ports are there, the rest may not be */
	__u8 hops;     /* TTL or hop limit */
};

/* `space`: bytes from `udp` to the end of the IP packet. */
static __always_inline enum parsed parse_udp(
	const struct udphdr *udp, __u32 space, const void *end, struct packet *packet)
{
	__u32 length;

	if (space < sizeof(*udp) || (const void *)(udp + 1) > end)
		return PARSED_BAD_UDP;
	length = bpf_ntohs(udp->len);
	packet->port = bpf_ntohs(udp->dest);
	packet->udp_fits = packet->fragment || (length >= sizeof(*udp) && length <= space);
	packet->checked = udp->check != 0;
	return PARSED_UDP;
}

/*
 * ICMP that the kernel needs to hear of from anybody and answers nobody: errors (RFC 4890 4.3.1),
 * and on the link itself of neighbours.
 */
static __always_inline bool is_news(__u8 protocol, __u8 type, __u8 hops)
{
	if (protocol == IPPROTO_ICMP)
		return type == ICMP_UNREACHABLE || type == ICMP_TIME_EXCEEDED ||
		       type == ICMP_PARAMETER_PROBLEM;
	return (type >= 1 && type <= ICMPV6_LAST_ERROR) ||
	       (type >= ICMPV6_FIRST_NEIGHBOUR && type <= ICMPV6_LAST_NEIGHBOUR &&
		       hops == LINK_HOPS);
}

/*
 * `l4`: what the protocol's header is expected at; `space`: bytes from there to the end of the IP
 * packet. A segment without ACK belongs to no connection yet, or to none at all (RFC 9293 3.10.7).
 * A first fragment without TCP's flags is refused, whatever is to follow (RFC 1858 3.1).
 */
static __always_inline enum parsed parse_other(const void *l4, __u32 space, const void *end,
	__u8 protocol, __u8 hops, const struct packet *packet)
{
	const struct tcphdr *tcp = l4;
	const __u8 *type = l4;

	if (packet->fragment)
		return protocol == IPPROTO_TCP && space < sizeof(*tcp) ? PARSED_HIDING
								       : PARSED_LIMITED;
	if (protocol == IPPROTO_TCP)
		return space >= sizeof(*tcp) && (const void *)(tcp + 1) <= end && tcp->ack
			       ? PARSED_OTHER
			       : PARSED_LIMITED;
	if (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6)
		return space && (const void *)(type + 1) <= end && is_news(protocol, *type, hops)
			       ? PARSED_OTHER
			       : PARSED_LIMITED;
	return PARSED_OTHER;
}

/* One that begins within TCP's header would write over the flags (RFC 3128 3). */
static __always_inline enum parsed parse_later_fragment(__u32 offset)
{
	return offset < sizeof(struct tcphdr) ? PARSED_HIDING : PARSED_LIMITED;
}

/* `room`: bytes from `start` to the end of the frame. */
static __always_inline enum parsed parse_ipv4(
	const void *start, const void *end, __u32 room, struct packet *packet)
{
	const struct iphdr *ip = start;
	__u32 header, total, fragment;

	if ((const void *)(ip + 1) > end || ip->version != 4)
		return PARSED_OTHER;
	packet->to = (struct sl_guard_address){.ip = {[10] = 0xff, [11] = 0xff}};
	packet->from = packet->to;
	__builtin_memcpy(packet->to.ip + 12, &ip->daddr, 4);
	__builtin_memcpy(packet->from.ip + 12, &ip->saddr, 4);
	packet->ip = true;
	header = ip->ihl * 4;
	total = bpf_ntohs(ip->tot_len);
	if (header < sizeof(*ip) || total < header || total > room)
		return PARSED_BAD_IP;
	fragment = bpf_ntohs(ip->frag_off) & IPV4_FRAGMENT;
	if (fragment & IPV4_OFFSET && ip->protocol == IPPROTO_TCP)
		return parse_later_fragment((fragment & IPV4_OFFSET) * FRAGMENT_UNIT);
	if (fragment & IPV4_OFFSET)
		return PARSED_LIMITED;
	packet->fragment = fragment;
	if (ip->protocol != IPPROTO_UDP)
		return parse_other(
			start + header, total - header, end, ip->protocol, ip->ttl, packet);
	packet->hops = ip->ttl;
	if (ip->ttl == 0) /* no router sends what has no hop left */
		return PARSED_BAD_IP;
	return parse_udp(start + header, total - header, end, packet);
}

/* A packet from the wire has no business with an IPv4-mapped address: it must not match ours. */
static __always_inline bool is_ipv4_mapped(const struct in6_addr *address)
{
	const __be32 *word = address->in6_u.u6_addr32;

	return (word[0] | word[1]) == 0 && word[2] == bpf_htonl(0xffff);
}

static __always_inline enum parsed parse_ipv6(
	const void *start, const void *end, __u32 room, struct packet *packet)
{
	const struct ipv6hdr *ip = start;
	__u32 space, skip = 0;
	__u8 next;

	if ((const void *)(ip + 1) > end || ip->version != 6 || is_ipv4_mapped(&ip->saddr) ||
		is_ipv4_mapped(&ip->daddr))
		return PARSED_OTHER;
	__builtin_memcpy(packet->to.ip, &ip->daddr, 16);
	__builtin_memcpy(packet->from.ip, &ip->saddr, 16);
	packet->ip = true;
	space = bpf_ntohs(ip->payload_len);
	next = ip->nexthdr;
	/*
	 * Only what the kernel itself has joined is a jumbogram. In anything else it would look for
	 * a transport behind the hop-by-hop options all the same, up to the end of the frame.
	 */
	if (space == 0)
		return room > JUMBO ? PARSED_OTHER : PARSED_BAD_IP;
	start = ip + 1;
	if (sizeof(*ip) + space > room)
		return PARSED_BAD_IP;

	for (int i = 0; i <= IPV6_EXTENSIONS; i++) {
		const struct ipv6_extension *extension = start + skip;
		__u32 length = sizeof(*extension);

		if (next == IPPROTO_UDP) {
			enum parsed parsed = parse_udp(start + skip, space - skip, end, packet);

			packet->hops = ip->hop_limit;
			/* RFC 8200 8.1: without a checksum it is none */
			packet->udp_fits &= packet->checked | packet->fragment;
			return ip->hop_limit ? parsed : PARSED_BAD_IP;
		}
		if (next != IPV6_HOP_BY_HOP && next != IPV6_ROUTING && next != IPV6_FRAGMENT &&
			next != IPV6_DESTINATIONS)
			return parse_other(
				start + skip, space - skip, end, next, ip->hop_limit, packet);
		if (i == IPV6_EXTENSIONS || skip + length > space ||
			(const void *)(extension + 1) > end)
			return PARSED_BAD_IP;
		if (next == IPV6_ROUTING && extension->routing.segs_left != 0)
			return PARSED_LIMITED; /* this address is not where it ends */
		if (next == IPV6_FRAGMENT) {
			/* A later one may name any protocol: only the first one's counts. The
			 * offset is in units of 8 where it stands. */
			if (extension->fragment & bpf_htons(IPV6_OFFSET))
				return parse_later_fragment(
					bpf_ntohs(extension->fragment) & IPV6_OFFSET);
			packet->fragment = true; /* alone or not (RFC 6946) */
		} else {
			length = (extension->length + 1) * 8;
		}
		if (skip + length > space)
			return PARSED_BAD_IP;
		next = extension->next;
		skip += length;
	}
	return PARSED_BAD_IP;
}

/* One tag's id is the network's; of a network behind two the kernel may know. */
static __always_inline enum parsed join_vlan(struct packet *packet, enum parsed parsed, __u16 id)
{
	if (id && packet->vlan)
		return PARSED_OTHER;
	packet->vlan |= id;
	return parsed;
}

/* `start` to `end` is what can be read, `length` the whole frame; `packet` is all zero. */
static __always_inline enum parsed parse(
	const void *start, const void *end, __u32 length, struct packet *packet)
{
	const struct ethhdr *eth = start;
	enum parsed parsed = PARSED_UDP;
	const void *next = eth + 1;
	__be16 protocol;

	if (next > end)
		return PARSED_OTHER;
	protocol = eth->h_proto;
	length -= sizeof(*eth);
	for (int i = 0; i < VLAN_TAGS; i++) {
		const struct vlan_tag *tag = next;

		if (protocol != bpf_htons(ETH_P_8021Q) && protocol != bpf_htons(ETH_P_8021AD))
			break;
		if ((const void *)(tag + 1) > end)
			return PARSED_OTHER;
		parsed = join_vlan(packet, parsed, bpf_ntohs(tag->tci) & VLAN_ID);
		protocol = tag->protocol;
		next = tag + 1;
		length -= sizeof(*tag);
	}
	if (parsed == PARSED_OTHER)
		return parsed;
	if (protocol == bpf_htons(ETH_P_IP))
		return parse_ipv4(next, end, length, packet);
	if (protocol == bpf_htons(ETH_P_IPV6))
		return parse_ipv6(next, end, length, packet);
	return PARSED_OTHER;
}

#endif
