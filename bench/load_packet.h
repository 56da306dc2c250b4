/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The contents of a stream's packet `number`: everything follows from the round's seed, the stream
 * and the number, so that the receiving side can say of every byte what it has to be.
 */
#ifndef SL_BENCH_LOAD_PACKET_H
#define SL_BENCH_LOAD_PACKET_H

#include "bench/load.h"

enum {
	SL_PACKET_MAX = 1500,
	SL_PACKET_RTP_HEADER = 12,
	SL_PACKET_PAYLOAD_MIN = 20,
	SL_PACKET_PAYLOAD_MAX = 1300,
	SL_PACKET_RTCP_MAX = 64,
};

/* In the number an injected packet carries in its payload; its header is as without. */
#define SL_PACKET_ROGUE (1u << 31)

/* Writes the plain packet and returns its length, bytes. */
unsigned sl_packet_rtp(
	const struct sl_load *load, const struct sl_stream *stream, uint32_t number, uint8_t *out);
/* Even numbers are sender reports, odd ones receiver reports, each followed by SDES (RFC 3550 6.1).
 */
unsigned sl_packet_rtcp(
	const struct sl_load *load, const struct sl_stream *stream, uint32_t number, uint8_t *out);

/* The number that a plain packet claims; only the comparison of all bytes proves it. */
uint32_t sl_packet_rtp_number(const uint8_t *data, unsigned len);
uint32_t sl_packet_rtcp_number(const uint8_t *data, unsigned len);

static inline bool sl_packet_is_rtcp(const uint8_t *data, unsigned len)
{
	return len >= 8 && data[1] >= 192 && data[1] <= 223; /* RFC 5761 4 */
}

#endif
