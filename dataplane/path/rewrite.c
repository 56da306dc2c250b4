/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/path/rewrite.h"

#include <string.h>

#include "dataplane/path/sum.h"

#include "dataplane/base/packet_path.h"

enum { IPV4_LEN = 20, IPV6_LEN = 40, HOP_LIMIT = 64, PROTOCOL_UDP = 17 };

static inline void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline uint16_t in_order(uint16_t v)
{
	return sl_sum_word((uint8_t)(v >> 8), (uint8_t)v);
}

/* Each half plus the other, with the carry between them that one's complement wants. */
static inline uint16_t fold(uint64_t sum)
{
	uint32_t upper;

	sum += sum << 32 | sum >> 32;
	upper = (uint32_t)(sum >> 32);
	upper += upper << 16 | upper >> 16;
	return (uint16_t)(upper >> 16);
}

/* The prefix that maps IPv4 adds up to 0xffff, which is nothing in one's complement. */
static inline uint64_t add_address(uint64_t sum, const uint8_t ip[16])
{
	uint32_t words[4];

	memcpy(words, ip, sizeof(words));
	return sum + words[0] + words[1] + words[2] + words[3];
}

bool sl_udp_intact(
	const uint8_t source[16], const uint8_t destination[16], const uint8_t *udp, uint16_t len)
{
	uint64_t pseudo = sl_sum_word(0, PROTOCOL_UDP) + in_order(len);
	uint16_t checksum;

	memcpy(&checksum, udp + 6, sizeof(checksum));
	if (checksum == 0)
		return true;
	pseudo = add_address(add_address(pseudo, source), destination);
	return fold(pseudo + sl_sum_of(udp, len)) == 0xffff ||
	       fold(pseudo + (uint16_t)~checksum) == 0xffff;
}

static bool is_ipv4(const uint8_t ip[16])
{
	static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(ip, prefix, 12) == 0;
}

void sl_egress_build(struct sl_egress *egress, const struct sl_endpoint *source,
	const struct sl_endpoint *destination, uint8_t tos)
{
	uint8_t *h = egress->header;
	uint8_t *udp;

	memset(h, 0, sizeof(egress->header));
	if (is_ipv4(destination->ip)) {
		h[0] = 0x45;
		h[1] = tos;
		h[6] = 0x40; /* DF */
		h[8] = HOP_LIMIT;
		h[9] = PROTOCOL_UDP;
		memcpy(h + 12, source->ip + 12, 4);
		memcpy(h + 16, destination->ip + 12, 4);
		udp = h + IPV4_LEN;
		egress->pseudo_sum = fold(sl_sum_of(h + 12, 8));
		egress->ipv4_sum = fold(sl_sum_of(h, IPV4_LEN));
	} else {
		h[0] = 0x60 | tos >> 4;
		h[1] = (uint8_t)(tos << 4);
		h[6] = PROTOCOL_UDP;
		h[7] = HOP_LIMIT;
		memcpy(h + 8, source->ip, 16);
		memcpy(h + 24, destination->ip, 16);
		udp = h + IPV6_LEN;
		egress->pseudo_sum = fold(sl_sum_of(h + 8, 32));
	}
	put16(udp, source->port);
	put16(udp + 2, destination->port);
	egress->pseudo_sum += sl_sum_word(0, PROTOCOL_UDP) + fold(sl_sum_of(udp, 4));
	egress->header_len = (uint8_t)(udp + SL_UDP_LEN - h);
}

void sl_rewrite(const struct sl_egress *egress, uint8_t *payload, uint16_t payload_len)
{
	uint8_t *udp = payload - SL_UDP_LEN;
	uint16_t udp_len = payload_len + SL_UDP_LEN, sum;

	/* Constant sizes: two inlined copies instead of a call. */
	if (egress->header_len == IPV4_LEN + SL_UDP_LEN) {
		uint8_t *h = payload - IPV4_LEN - SL_UDP_LEN;

		memcpy(h, egress->header, IPV4_LEN + SL_UDP_LEN);
		put16(h + 2, udp_len + IPV4_LEN);
		sum = (uint16_t)~fold(egress->ipv4_sum + in_order(udp_len + IPV4_LEN));
		memcpy(h + 10, &sum, 2);
	} else {
		uint8_t *h = payload - IPV6_LEN - SL_UDP_LEN;

		memcpy(h, egress->header, IPV6_LEN + SL_UDP_LEN);
		put16(h + 4, udp_len);
	}
	put16(udp + 4, udp_len);
	/* The length counts twice: in the pseudo-header and in the header itself (RFC 768, RFC
	 * 8200 8.1). */
	sum = (uint16_t)~fold(
		egress->pseudo_sum + 2u * in_order(udp_len) + sl_sum_of(payload, payload_len));
	if (sum == 0)
		sum = 0xffff; /* zero would mean "none" (RFC 768) */
	memcpy(udp + 6, &sum, 2);
}
