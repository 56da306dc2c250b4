/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/path/parse.h"

#include <string.h>

#include "dataplane/base/packet_path.h"

enum {
	ETHER_LEN = 14,
	VLAN_LEN = 4,
	VLAN_TAGS = 2,
	IPV6_LEN = 40,
	UDP_LEN = 8,
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_QINQ = 0x88a8,
	VLAN_ID = 0x0fff,
	IPV4_FRAGMENT = 0x3fff, /* more fragments, or an offset */
	IPV4_OFFSET = 0x1fff,
	IPV6_OFFSET = 0xfff8,
	NEXT_HOP_BY_HOP = 0,
	NEXT_ICMP = 1,
	NEXT_TCP = 6,
	NEXT_UDP = 17,
	NEXT_ROUTING = 43,
	NEXT_FRAGMENT = 44,
	NEXT_ICMPV6 = 58,
	NEXT_DESTINATION = 60,
	MAX_EXTENSION_HEADERS = 4,
	FRAGMENT_UNIT = 8, /* bytes: of a fragment's offset */
	TCP_LEN = 20,
	TCP_ACK = 0x10,
	ICMP_UNREACHABLE = 3, /* RFC 792 */
	ICMP_TIME_EXCEEDED = 11,
	ICMP_PARAMETER_PROBLEM = 12,
	ICMPV6_LAST_ERROR = 4,        /* RFC 4443 2.1 has four of them, from 1 on */
	ICMPV6_FIRST_NEIGHBOUR = 133, /* router solicitation; RFC 4861 4 */
	ICMPV6_LAST_NEIGHBOUR = 137,  /* redirect */
	LINK_HOPS = 255,              /* RFC 4861: what a router has passed on is none */
};

static inline uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t be32(const uint8_t *p)
{
	return (uint32_t)be16(p) << 16 | be16(p + 2);
}

static inline void map_ipv4(uint8_t out[16], const uint8_t *ip)
{
	static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};

	memcpy(out, prefix, 12);
	memcpy(out + 12, ip, 4);
}

/* The datagram at frame[at..end), `end` being where the IP packet ends. */
static enum sl_verdict parse_udp(
	const uint8_t *frame, unsigned at, unsigned end, struct sl_view *view)
{
	if (end - at < UDP_LEN)
		return SL_DROP_UDP;

	/* The ports of a fragment say whether it is media; nobody reads its payload. */
	uint16_t len = view->fragment ? UDP_LEN : be16(frame + at + 4);

	view->source_port = be16(frame + at);
	view->destination_port = be16(frame + at + 2);
	view->ports = true;
	view->limited = view->fragment;
	if (len < UDP_LEN || len > end - at)
		return SL_DROP_UDP;
	view->payload = (uint16_t)(at + UDP_LEN);
	view->payload_len = len - UDP_LEN;
	return SL_FORWARD;
}

/*
 * ICMP that the kernel needs to hear of from anybody and answers nobody: errors (RFC 4890 4.3.1),
 * and on the link itself of neighbours.
 */
static bool is_news(uint8_t protocol, uint8_t type, uint8_t hops)
{
	if (protocol == NEXT_ICMP)
		return type == ICMP_UNREACHABLE || type == ICMP_TIME_EXCEEDED ||
		       type == ICMP_PARAMETER_PROBLEM;
	return (type >= 1 && type <= ICMPV6_LAST_ERROR) ||
	       (type >= ICMPV6_FIRST_NEIGHBOUR && type <= ICMPV6_LAST_NEIGHBOUR &&
		       hops == LINK_HOPS);
}

/*
 * Anything but UDP; `l4`: what its header is expected at, `space` bytes before the IP packet ends.
 * A segment without ACK belongs to no connection yet, or to none at all (RFC 9293 3.10.7). A first
 * fragment without TCP's flags is refused, whatever is to follow (RFC 1858 3.1).
 */
static enum sl_verdict parse_other(
	const uint8_t *l4, unsigned space, uint8_t protocol, uint8_t hops, struct sl_view *view)
{
	if (protocol == NEXT_TCP && view->fragment && space < TCP_LEN)
		return SL_DROP_FRAGMENT;
	if (view->fragment)
		view->limited = true;
	else if (protocol == NEXT_TCP)
		view->limited = space < TCP_LEN || !(l4[13] & TCP_ACK);
	else if (protocol == NEXT_ICMP || protocol == NEXT_ICMPV6)
		view->limited = space < 1 || !is_news(protocol, l4[0], hops);
	return SL_PUNT;
}

/* One that begins within TCP's header would write over the flags (RFC 3128 3). */
static enum sl_verdict parse_later_fragment(unsigned offset, struct sl_view *view)
{
	view->limited = true;
	return offset < TCP_LEN ? SL_DROP_FRAGMENT : SL_PUNT;
}

static enum sl_verdict parse_ipv4(
	const uint8_t *frame, unsigned at, unsigned len, struct sl_view *view)
{
	const uint8_t *ip = frame + at;

	if (len - at < 20 || ip[0] >> 4 != 4)
		return SL_DROP_IP;

	unsigned header = (ip[0] & 15) * 4u, total = be16(ip + 2);

	map_ipv4(view->source, ip + 12);
	map_ipv4(view->destination, ip + 16);
	view->ip = true;
	if (header < 20 || total < header || total > len - at)
		return SL_DROP_IP;

	unsigned fragment = be16(ip + 6) & IPV4_FRAGMENT;

	if (fragment & IPV4_OFFSET && ip[9] == NEXT_TCP)
		return parse_later_fragment((fragment & IPV4_OFFSET) * FRAGMENT_UNIT, view);
	view->limited = fragment & IPV4_OFFSET;
	if (view->limited)
		return SL_PUNT;
	view->fragment = fragment;
	if (ip[9] != NEXT_UDP)
		return parse_other(ip + header, total - header, ip[9], ip[8], view);
	view->hops = ip[8];
	if (ip[8] == 0) /* no router sends what has no hop left */
		return SL_DROP_IP;
	return parse_udp(frame, at + header, at + total, view);
}

/* A packet from the wire has no business with an IPv4-mapped address: it must not match ours. */
static inline bool is_ipv4_mapped(const uint8_t *ip)
{
	return (be32(ip) | be32(ip + 4)) == 0 && be32(ip + 8) == 0xffff;
}

/*
 * From the header that `*next` announces at frame[*at) to the one that is no extension.
 * SL_FORWARD: `*next` is there, at `*at`.
 */
static enum sl_verdict skip_extensions(
	const uint8_t *frame, unsigned *at, unsigned end, uint8_t *next, struct sl_view *view)
{
	for (int i = 0;; i++) {
		const uint8_t *header = frame + *at;
		unsigned size = 8;

		if (*next != NEXT_HOP_BY_HOP && *next != NEXT_ROUTING && *next != NEXT_FRAGMENT &&
			*next != NEXT_DESTINATION)
			return SL_FORWARD;
		if (i == MAX_EXTENSION_HEADERS || end - *at < size)
			return SL_DROP_IP;
		if (*next == NEXT_ROUTING && header[3] != 0) {
			view->limited = true; /* this address is not where it ends */
			return SL_PUNT;
		}
		if (*next == NEXT_FRAGMENT) {
			/* A later one may name any protocol: only the first one's counts. The
			 * offset is in units of 8 where it stands. */
			if (be16(header + 2) & IPV6_OFFSET)
				return parse_later_fragment(be16(header + 2) & IPV6_OFFSET, view);
			view->fragment = true; /* alone or not (RFC 6946) */
		} else {
			size = (header[1] + 1u) * 8;
		}
		if (size > end - *at)
			return SL_DROP_IP;
		*next = header[0];
		*at += size;
	}
}

static enum sl_verdict parse_ipv6(
	const uint8_t *frame, unsigned at, unsigned len, struct sl_view *view)
{
	const uint8_t *ip = frame + at;

	if (len - at < IPV6_LEN || ip[0] >> 4 != 6)
		return SL_DROP_IP;

	unsigned end = at + IPV6_LEN + be16(ip + 4);
	enum sl_verdict v = SL_FORWARD;
	uint8_t next = ip[6];

	if (is_ipv4_mapped(ip + 8) || is_ipv4_mapped(ip + 24))
		return SL_PUNT;
	memcpy(view->source, ip + 8, 16);
	memcpy(view->destination, ip + 24, 16);
	view->ip = true;
	/*
	 * No frame is long enough for a jumbogram (RFC 2675). The kernel would look for a transport
	 * behind the hop-by-hop options all the same, up to the end of the frame.
	 */
	if (be16(ip + 4) == 0 || end > len)
		return SL_DROP_IP;
	at += IPV6_LEN;
	if (next != NEXT_UDP)
		v = skip_extensions(frame, &at, end, &next, view);
	if (v != SL_FORWARD)
		return v;
	if (next != NEXT_UDP)
		return parse_other(frame + at, end - at, next, ip[7], view);
	view->hops = ip[7];
	if (ip[7] == 0)
		return SL_DROP_IP;
	v = parse_udp(frame, at, end, view);
	if (v == SL_FORWARD && !view->fragment && be16(frame + at + 6) == 0)
		return SL_DROP_UDP; /* RFC 8200 8.1: without a checksum it is none */
	return v;
}

enum sl_verdict sl_parse_frame(const uint8_t *frame, uint16_t len, struct sl_view *view)
{
	unsigned at = ETHER_LEN;

	view->ip = view->ports = view->fragment = view->limited = false;
	if (len < at)
		return SL_DROP_FRAME;

	uint16_t type = be16(frame + 12);

	view->vlan = 0;
	for (int i = 0; i < VLAN_TAGS && (type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ); i++) {
		uint16_t id;

		at += VLAN_LEN;
		if (len < at)
			return SL_DROP_FRAME;
		id = be16(frame + at - VLAN_LEN) & VLAN_ID;
		if (id && view->vlan) /* a network behind two: the kernel may know it */
			return SL_PUNT;
		view->vlan |= id;
		type = be16(frame + at - 2);
	}
	switch (type) {
	case ETHERTYPE_IPV4:
		return parse_ipv4(frame, at, len, view);
	case ETHERTYPE_IPV6:
		return parse_ipv6(frame, at, len, view);
	default:
		return SL_PUNT;
	}
}

static enum sl_verdict parse_rtp(const uint8_t *p, uint16_t len, bool plain, struct sl_view *view)
{
	if (len < 12)
		return SL_DROP_RTP;

	unsigned header = 12 + (p[0] & 15) * 4u;

	if (p[0] & 0x10) { /* X: one extension header, its length in words (RFC 3550 5.3.1) */
		if (header + 4 > len)
			return SL_DROP_RTP;
		header += 4 + be16(p + header + 2) * 4u;
	}
	if (header > len)
		return SL_DROP_RTP;
	if (plain && p[0] & 0x20) { /* P: the last byte counts the padding, itself included */
		uint8_t padding = p[len - 1];

		if (padding == 0 || padding > len - header)
			return SL_DROP_RTP;
	}
	view->ssrc = be32(p + 8);
	view->seq = be16(p + 2);
	view->header_len = (uint16_t)header;
	return SL_FORWARD;
}

static enum sl_verdict parse_rtcp(const uint8_t *p, uint16_t len, bool plain, struct sl_view *view)
{
	if (len < 8)
		return SL_DROP_RTCP;
	if (plain) { /* compound or reduced-size (RFC 5506): the lengths add up to the datagram */
		unsigned at = 0;

		while (at < len) {
			if (len - at < 4u || p[at] >> 6 != 2)
				return SL_DROP_RTCP;
			at += (be16(p + at + 2) + 1u) * 4;
		}
		if (at != len)
			return SL_DROP_RTCP;
	}
	view->ssrc = be32(p + 4);
	view->header_len = 8;
	return SL_FORWARD;
}

enum sl_verdict sl_parse_media(
	const uint8_t *payload, uint16_t len, bool plain, struct sl_view *view)
{
	switch (view->class) {
	case SL_CLASS_RTP:
		return parse_rtp(payload, len, plain, view);
	case SL_CLASS_RTCP:
		return parse_rtcp(payload, len, plain, view);
	default:
		return SL_DROP_DEMUX;
	}
}
