/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/load_packet.h"

#include <string.h>

enum { SR_BYTES = 28, RR_BYTES = 32, SDES_BYTES = 20 };

static uint8_t *put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return at + 2;
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
	return put16(put16(at, value >> 16), value & 0xffff);
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint64_t mix(uint64_t state) /* splitmix64's output function */
{
	state = (state ^ state >> 30) * 0xbf58476d1ce4e5b9u;
	state = (state ^ state >> 27) * 0x94d049bb133111ebu;
	return state ^ state >> 31;
}

static uint64_t fill_seed(
	const struct sl_load *load, const struct sl_stream *stream, uint32_t number)
{
	return mix(load->seed ^ ((uint64_t)(stream->call * 2 + stream->dir) << 32 | number));
}

unsigned sl_packet_rtp(
	const struct sl_load *load, const struct sl_stream *stream, uint32_t number, uint8_t *out)
{
	bool video = load->opt.video;
	uint32_t plain = number & ~SL_PACKET_ROGUE;
	uint64_t random = fill_seed(load, stream, number);
	uint32_t nth = load->opt.ssrc_packets ? plain / load->opt.ssrc_packets : 0;
	uint8_t *at = out, *end = out + SL_PACKET_RTP_HEADER + load->opt.payload;

	*at++ = 0x80;
	*at++ = (uint8_t)((plain == 0) << 7 | (video ? 96 : 0));
	at = put16(at, (stream->seq_start + plain) & 0xffff);
	at = put32(at, stream->ts_start + plain * ((video ? 90000 : 8000) / load->opt.pps));
	at = put32(at, stream->ssrc + nth);
	at = put32(at, stream->call * 2 + stream->dir);
	at = put32(at, number);
	while (at < end) {
		uint64_t word = mix(random += 0x9e3779b97f4a7c15u);
		size_t len = (size_t)(end - at) < sizeof(word) ? (size_t)(end - at) : sizeof(word);

		memcpy(at, &word, len);
		at += len;
	}
	return (unsigned)(end - out);
}

unsigned sl_packet_rtcp(
	const struct sl_load *load, const struct sl_stream *stream, uint32_t number, uint8_t *out)
{
	const struct sl_stream *peer = &load->calls[stream->call].stream[!stream->dir];
	uint64_t random = fill_seed(load, stream, number);
	uint8_t *at = out;

	if (number % 2 == 0) {
		at = put16(at, 0x80c8);
		at = put16(at, SR_BYTES / 4 - 1);
		at = put32(at, stream->ssrc);
		at = put32(at, (uint32_t)(random >> 32)); /* NTP timestamp */
		at = put32(at, (uint32_t)random);
		at = put32(at, stream->ts_start);
		at = put32(at, number); /* sender's packet count */
		at = put32(at, number * load->opt.payload);
	} else {
		at = put16(at, 0x81c9);
		at = put16(at, RR_BYTES / 4 - 1);
		at = put32(at, stream->ssrc);
		at = put32(at, peer->ssrc);
		at = put32(at, 0);
		at = put32(at, peer->seq_start);
		at = put32(at, (uint32_t)random);
		at = put32(at, number); /* last SR */
		at = put32(at, (uint32_t)(random >> 32));
	}
	at = put16(at, 0x81ca);
	at = put16(at, SDES_BYTES / 4 - 1);
	at = put32(at, stream->ssrc);
	at = put16(at, 0x0108); /* CNAME, 8 bytes */
	memcpy(at, "srtpload\0\0", 10);
	return (unsigned)(at + 10 - out);
}

uint32_t sl_packet_rtp_number(const uint8_t *data, unsigned len)
{
	return len >= SL_PACKET_RTP_HEADER + 8 ? get32(data + SL_PACKET_RTP_HEADER + 4)
					       : UINT32_MAX;
}

uint32_t sl_packet_rtcp_number(const uint8_t *data, unsigned len)
{
	if (len < RR_BYTES)
		return UINT32_MAX;
	return get32(data + (data[1] == 0xc8 ? 20 : 24));
}
