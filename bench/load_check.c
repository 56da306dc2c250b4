/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <string.h>

#include "bench/load.h"
#include "bench/load_packet.h"
#include "bench/load_route.h"

enum { HELD_UP = 100000000 }; /* ns */

static bool is_from(const struct sockaddr_in6 *from, const struct sockaddr_in6 *expected)
{
	return from->sin6_port == expected->sin6_port &&
	       !memcmp(&from->sin6_addr, &expected->sin6_addr, sizeof(from->sin6_addr));
}

/* True when this is the first time. */
static bool mark(uint64_t *seen, uint32_t number)
{
	uint64_t bit = (uint64_t)1 << (number & 63), *word = &seen[number / 64];
	bool first = !(*word & bit);

	*word |= bit;
	return first;
}

static bool was_seen(const uint64_t *seen, uint32_t number)
{
	return seen[number / 64] >> (number & 63) & 1;
}

/* Has a packet come before this one that was sent after it, under the same SSRC? Between SSRCs
 * there is no order (RFC 3550 5.1). */
static bool overtaken(const struct sl_load *load, struct sl_stream *stream, uint32_t number)
{
	uint32_t position = stream->position[number], each = load->opt.ssrc_packets;
	uint32_t first = each ? number / each * each : 0;

	for (uint32_t n = first; n < first + each && n < load->opt.packets; n++)
		if (was_seen(stream->seen, n) && stream->position[n] > position)
			return true;
	if (each)
		return false;
	if (position < stream->last_position)
		return true;
	stream->last_position = position;
	return false;
}

static void check_rtp(struct sl_load *load, struct sl_stream *stream, const uint8_t *data,
	unsigned len, uint64_t rx_ns)
{
	uint32_t number = sl_packet_rtp_number(data, len);
	uint8_t expected[SL_PACKET_MAX];

	if (number >= load->opt.packets) { /* never sent, or injected */
		load->totals.foreign++;
		return;
	}
	if (len != sl_packet_rtp(load, stream, number, expected) || memcmp(data, expected, len)) {
		stream->rtp.bad_content++;
		return;
	}
	if (!mark(stream->seen, number)) {
		stream->rtp.duplicated++;
		return;
	}
	stream->rtp.received++;
	stream->rtp.reordered += overtaken(load, stream, number);
	uint64_t sent_ns = stream->sent_ns[number];
	uint64_t took = rx_ns > sent_ns ? rx_ns - sent_ns : 0;
	sl_histogram_add(&load->latency, took);
	load->totals.held_up += took > HELD_UP;
}

static void check_rtcp(
	struct sl_load *load, struct sl_stream *stream, const uint8_t *data, unsigned len)
{
	uint32_t number = sl_packet_rtcp_number(data, len);
	uint8_t expected[SL_PACKET_RTCP_MAX];

	if (number >= load->rtcp_packets) {
		load->totals.foreign++;
		return;
	}
	if (len != sl_packet_rtcp(load, stream, number, expected) || memcmp(data, expected, len)) {
		stream->rtcp.bad_content++;
		return;
	}
	if (!mark(stream->rtcp_seen, number)) {
		stream->rtcp.duplicated++;
		return;
	}
	stream->rtcp.received++;
	if (number < stream->rtcp_last)
		stream->rtcp.reordered++;
	else
		stream->rtcp_last = number;
}

static bool unprotect(struct sl_leg *leg, struct sl_stream_counts *counts, bool rtcp, uint8_t *data,
	unsigned *len)
{
	if (!leg->rx)
		return true;
	switch (sl_session_unprotect(leg->rx, rtcp, data, len)) {
	case SL_SESSION_OK:
		return true;
	case SL_SESSION_REPLAY:
		counts->duplicated++;
		return false;
	default:
		counts->bad_decrypt++;
		return false;
	}
}

void sl_check_packet(struct sl_load *load, unsigned socket, const struct sockaddr_in6 *from,
	uint64_t rx_ns, uint8_t *data, unsigned len)
{
	unsigned number = load->sockets[socket].leg;
	const uint32_t *at =
		sl_route_find(load, number, &from->sin6_addr.s6_addr[12], ntohs(from->sin6_port));
	uint32_t route = at ? *at : 0;

	if (load->deleted) {
		load->totals.after_delete++;
		return;
	}
	if (!route) {
		load->totals.foreign++;
		return;
	}
	struct sl_call *call = &load->calls[route - 1];
	struct sl_leg *leg = &call->leg[number];
	struct sl_stream *stream = &call->stream[!number];
	bool rtcp = sl_packet_is_rtcp(data, len);
	if (!is_from(from, rtcp ? &leg->relay_rtcp : &leg->relay)) {
		load->totals.foreign++;
		return;
	}
	if (socket != (rtcp ? leg->rtcp_socket : leg->socket)) {
		load->totals.misdelivered++;
		return;
	}
	if (!unprotect(leg, rtcp ? &stream->rtcp : &stream->rtp, rtcp, data, &len))
		return;
	if (rtcp)
		check_rtcp(load, stream, data, len);
	else
		check_rtp(load, stream, data, len, rx_ns);
}
