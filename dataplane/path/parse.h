/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From bytes to a proven view: offsets and lengths that later stages may trust. A pure leaf.
 *
 * Two steps, because most hostile packets need only the first: the frame (Ethernet, VLAN, IP, UDP)
 * for the pinhole look-up, the media header once a pinhole wants the packet.
 */
#ifndef SL_DATAPLANE_PARSE_H
#define SL_DATAPLANE_PARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/drop.h"

/* The protocol of a UDP payload by its first byte (RFC 7983 7), RTCP told from RTP by RFC 5761 4.
 */
enum sl_class { SL_CLASS_OTHER, SL_CLASS_RTP, SL_CLASS_RTCP, SL_CLASS_STUN, SL_CLASS_DTLS };

struct sl_view {
	uint8_t source[16]; /* IPv4 in mapped form, network byte order */
	uint8_t destination[16];
	uint16_t source_port; /* host byte order */
	uint16_t destination_port;
	uint16_t payload;     /* offset of the UDP payload from the first byte of the frame */
	uint16_t payload_len; /* bytes, as the UDP header says; link-layer padding is left out */
	uint16_t vlan;        /* id of the 802.1Q tag; 0: none, or a priority tag */
	bool ip;              /* the addresses are there, whatever the verdict */
	bool ports;           /* likewise */
	bool fragment;        /* the first fragment of a datagram: ports only, no payload */
	bool limited;         /* the kernel gets it if its sender is within the limits */
	uint8_t hops;         /* TTL or hop limit */

	/* Set by sl_parse_media. */
	uint8_t class;       /* enum sl_class: what it is told */
	uint16_t seq;        /* RTP, host byte order */
	uint16_t header_len; /* RTP: fixed header, CSRCs and extension, bytes; RTCP: 8 */
	uint32_t ssrc;       /* host byte order; RTCP: of the sender */
};

/*
 * Ethernet II with at most one 802.1Q tag, IPv4 with options or IPv6 with up to four extension
 * headers, UDP. SL_FORWARD: a UDP datagram or the first fragment of one, the view is set up to
 * `hops`. SL_PUNT: well-formed as far as it was read but not that (ARP, a second tag, other
 * transports, later fragments, an IPv6 routing header that is not done, an IPv4-mapped address on
 * the wire): the kernel's business, within the limits on unknown sources if view->limited, which
 * holds for
 *   - every fragment
 *   - TCP without ACK
 *   - ICMP but for errors and, from the link itself, neighbour discovery
 *   - a routing header that is not done
 * Else the reason to drop, if it is ours: view->ip and view->ports say what is known of whose it
 * is. Among them SL_DROP_FRAGMENT: TCP that is cut within its header, so that nobody can see the
 * flags (RFC 1858, RFC 3128). ebpf/parse.bpf.h decides alike.
 */
enum sl_verdict sl_parse_frame(const uint8_t *frame, uint16_t len, struct sl_view *view);

/* The class of a UDP payload on a port that RTP and RTCP share; SL_CLASS_OTHER when empty. */
static inline enum sl_class sl_parse_class(const uint8_t *payload, uint16_t len)
{
	if (len == 0)
		return SL_CLASS_OTHER;
	if (payload[0] >> 6 == 2)
		return len > 1 && payload[1] >= 192 && payload[1] < 224 ? SL_CLASS_RTCP
									: SL_CLASS_RTP;
	if (payload[0] < 4)
		return SL_CLASS_STUN;
	return payload[0] >= 20 && payload[0] < 64 ? SL_CLASS_DTLS : SL_CLASS_OTHER;
}

/*
 * The RTP (RFC 3550 5.1) or RTCP (6.4) header at payload[0..len), by view->class. `plain`: nothing
 * is encrypted, so padding and the lengths inside a compound RTCP packet are checked as well.
 * SL_FORWARD or the reason to drop.
 */
enum sl_verdict sl_parse_media(
	const uint8_t *payload, uint16_t len, bool plain, struct sl_view *view);

#endif
