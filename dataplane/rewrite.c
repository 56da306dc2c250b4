/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/rewrite.h"

#include <string.h>

#include "dataplane/packet_path.h"

enum { IPV4_LEN = 20, IPV6_LEN = 40, HOP_LIMIT = 64, PROTOCOL_UDP = 17 };

static inline void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* The 16-bit word that has `hi` first in memory. */
static inline uint16_t word(uint8_t hi, uint8_t lo)
{
	uint8_t b[2] = {hi, lo};
	uint16_t w;

	memcpy(&w, b, 2);
	return w;
}

typedef uint64_t lanes __attribute__((vector_size(16)));

uint32_t sl_checksum_add(uint32_t sum, const uint8_t *data, uint16_t len)
{
	uint64_t wide = sum;
	lanes even = {0}, odd = {0};

	/* Any grouping of the 16-bit words may be folded at the end (RFC 1071 2(B), (C)). */
	for (; len >= 16; len -= 16, data += 16) {
		lanes v;

		memcpy(&v, data, 16);
		even += v & 0xffffffff;
		odd += v >> 32;
	}
	even += odd;
	wide += even[0] + even[1];
	for (; len >= 4; len -= 4, data += 4) {
		uint32_t v;

		memcpy(&v, data, 4);
		wide += v;
	}
	if (len >= 2) {
		wide += word(data[0], data[1]);
		data += 2;
		len -= 2;
	}
	if (len)
		wide += word(data[0], 0);
	wide = (wide & 0xffffffff) + (wide >> 32);
	wide = (wide & 0xffffffff) + (wide >> 32);
	return (uint32_t)((wide & 0xffff) + (wide >> 16));
}

uint16_t sl_checksum_finish(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* What maps IPv4 adds up to 0xffff, which is nothing in one's complement. */
static inline uint32_t add_address(uint32_t sum, const uint8_t ip[16])
{
	uint64_t half[2], wide;

	memcpy(half, ip, sizeof(half));
	wide = (half[0] & 0xffffffff) + (half[0] >> 32) + (half[1] & 0xffffffff) + (half[1] >> 32);
	return sum + (uint32_t)((wide & 0xffff) + (wide >> 16 & 0xffff) + (wide >> 32));
}

bool sl_udp_intact(
	const uint8_t source[16], const uint8_t destination[16], const uint8_t *udp, uint16_t len)
{
	uint32_t pseudo = word(0, PROTOCOL_UDP) + word((uint8_t)(len >> 8), (uint8_t)len);
	uint16_t checksum;

	memcpy(&checksum, udp + 6, sizeof(checksum));
	if (checksum == 0)
		return true;
	pseudo = add_address(add_address(pseudo, source), destination);
	return sl_checksum_finish(sl_checksum_add(pseudo, udp, len)) == 0 ||
	       sl_checksum_finish(pseudo + (uint16_t)~checksum) == 0;
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
		egress->pseudo_sum = sl_checksum_add(0, h + 12, 8);
		egress->ipv4_sum = sl_checksum_add(0, h, IPV4_LEN);
	} else {
		h[0] = 0x60 | tos >> 4;
		h[1] = (uint8_t)(tos << 4);
		h[6] = PROTOCOL_UDP;
		h[7] = HOP_LIMIT;
		memcpy(h + 8, source->ip, 16);
		memcpy(h + 24, destination->ip, 16);
		udp = h + IPV6_LEN;
		egress->pseudo_sum = sl_checksum_add(0, h + 8, 32);
	}
	put16(udp, source->port);
	put16(udp + 2, destination->port);
	egress->pseudo_sum = sl_checksum_add(egress->pseudo_sum + word(0, PROTOCOL_UDP), udp, 4);
	egress->header_len = (uint8_t)(udp + SL_UDP_LEN - h);
}

void sl_rewrite(const struct sl_egress *egress, uint8_t *payload, uint16_t payload_len)
{
	uint8_t *h = payload - egress->header_len;
	uint8_t *udp = payload - SL_UDP_LEN;
	uint16_t udp_len = payload_len + SL_UDP_LEN, sum;

	/* Constant sizes: two inlined copies instead of a call. */
	if (egress->header_len == IPV4_LEN + SL_UDP_LEN) {
		memcpy(h, egress->header, IPV4_LEN + SL_UDP_LEN);
		put16(h + 2, udp_len + IPV4_LEN);
		sum = sl_checksum_finish(egress->ipv4_sum + word(h[2], h[3]));
		memcpy(h + 10, &sum, 2);
	} else {
		memcpy(h, egress->header, IPV6_LEN + SL_UDP_LEN);
		put16(h + 4, udp_len);
	}
	put16(udp + 4, udp_len);
	/* The length counts twice: in the pseudo-header and in the header itself (RFC 768, RFC
	 * 8200 8.1). */
	uint32_t partial =
		egress->pseudo_sum + 2u * word((uint8_t)(udp_len >> 8), (uint8_t)udp_len);

	sum = sl_checksum_finish(sl_checksum_add(partial, payload, payload_len));
	if (sum == 0)
		sum = 0xffff; /* zero would mean "none" (RFC 768) */
	memcpy(udp + 6, &sum, 2);
}
