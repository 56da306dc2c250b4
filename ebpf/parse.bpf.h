/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0 */
/*
 * From the frame to "UDP, from and to this address and port", or to whose business it is otherwise.
 * A header is called bad only when the destination address is known and the kernel would throw the
 * packet away as well; every doubt is the kernel's. dataplane/parse.c decides alike.
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
	ICMP_ECHO = 8,          /* RFC 792 */
	ICMPV6_ECHO = 128,      /* RFC 4443 4.1 */
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
	PARSED_OTHER,  /* the kernel's */
	PARSED_OPENER, /* the kernel's: TCP that opens a connection, or an echo request */
	PARSED_BAD_IP, /* this and the next: if `to` is one of our addresses */
	PARSED_BAD_UDP,
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

/* `l4`: what the protocol's header is expected at. */
static __always_inline enum parsed parse_other(const void *l4, const void *end, __u8 protocol)
{
	const struct tcphdr *tcp = l4;
	const __u8 *type = l4;

	if (protocol == IPPROTO_TCP && (const void *)(tcp + 1) <= end)
		return tcp->syn && !tcp->ack ? PARSED_OPENER : PARSED_OTHER;
	if ((const void *)(type + 1) > end)
		return PARSED_OTHER;
	if ((protocol == IPPROTO_ICMP && *type == ICMP_ECHO) ||
		(protocol == IPPROTO_ICMPV6 && *type == ICMPV6_ECHO))
		return PARSED_OPENER;
	return PARSED_OTHER;
}

/* `room`: bytes from `start` to the end of the frame. */
static __always_inline enum parsed parse_ipv4(
	const void *start, const void *end, __u32 room, struct packet *packet)
{
	const struct iphdr *ip = start;
	__u32 header, total;

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
	if (ip->frag_off & bpf_htons(IPV4_OFFSET))
		return PARSED_OTHER;
	if (ip->protocol != IPPROTO_UDP)
		return parse_other(start + header, end, ip->protocol);
	packet->hops = ip->ttl;
	if (ip->ttl == 0) /* no router sends what has no hop left */
		return PARSED_BAD_IP;
	packet->fragment = ip->frag_off & bpf_htons(IPV4_FRAGMENT);
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
	if (space == 0) /* RFC 2675: maybe a jumbogram */
		return PARSED_OTHER;
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
			return parse_other(start + skip, end, next);
		if (i == IPV6_EXTENSIONS || skip + length > space ||
			(const void *)(extension + 1) > end)
			return PARSED_BAD_IP;
		if (next == IPV6_ROUTING && extension->routing.segs_left != 0)
			return PARSED_OTHER; /* this address is not where it ends */
		if (next == IPV6_FRAGMENT) {
			if (extension->fragment & bpf_htons(IPV6_OFFSET))
				return PARSED_OTHER;
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
