/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/hep/hep_packet.h"

#include <string.h>

#include "ctrl/base/address.h"

enum { HEADER = 6, CHUNK = 6, IP_IPV4 = 2, IP_IPV6 = 10, IP_UDP = 17 };

enum chunk {
	FAMILY = 1,
	PROTOCOL = 2,
	IPV4_FROM = 3,
	IPV4_TO = 4,
	IPV6_FROM = 5,
	IPV6_TO = 6,
	PORT_FROM = 7,
	PORT_TO = 8,
	SECONDS = 9,
	MICROSECONDS = 10,
	TYPE = 11,
	CAPTURE_ID = 12,
	PAYLOAD = 15,
	CORRELATION_ID = 17,
};

/* `len` counts on when there is no room: what does not fit is seen at the end. */
struct out {
	uint8_t *bytes;
	size_t len;
};

static void put(struct out *out, const void *bytes, size_t len)
{
	if (out->len + len <= SL_HEP_PACKET)
		memcpy(out->bytes + out->len, bytes, len);
	out->len += len;
}

static void put_number(struct out *out, uint32_t number, size_t bytes)
{
	const uint8_t network[4] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16),
		(uint8_t)(number >> 8), (uint8_t)number};

	put(out, network + sizeof(network) - bytes, bytes);
}

/* Vendor 0: the chunks that the specification itself has. */
static void put_head(struct out *out, enum chunk type, size_t len)
{
	put_number(out, 0, 2);
	put_number(out, type, 2);
	put_number(out, (uint32_t)(CHUNK + len), 2);
}

static void chunk(struct out *out, enum chunk type, const void *bytes, size_t len)
{
	put_head(out, type, len);
	put(out, bytes, len);
}

static void chunk_number(struct out *out, enum chunk type, uint32_t number, size_t bytes)
{
	put_head(out, type, bytes);
	put_number(out, number, bytes);
}

static void put_addresses(struct out *out, const struct sl_hep_packet *p)
{
	bool ipv4 = sl_address_is_ipv4(p->from.ip) && sl_address_is_ipv4(p->to.ip);
	unsigned skipped = ipv4 ? 12 : 0;

	chunk_number(out, FAMILY, ipv4 ? IP_IPV4 : IP_IPV6, 1);
	chunk_number(out, PROTOCOL, IP_UDP, 1);
	chunk(out, ipv4 ? IPV4_FROM : IPV6_FROM, p->from.ip + skipped, 16 - skipped);
	chunk(out, ipv4 ? IPV4_TO : IPV6_TO, p->to.ip + skipped, 16 - skipped);
	chunk_number(out, PORT_FROM, p->from.port, 2);
	chunk_number(out, PORT_TO, p->to.port, 2);
}

size_t sl_hep_packet(const struct sl_hep_packet *p, uint8_t bytes[SL_HEP_PACKET])
{
	struct out out = {.bytes = bytes, .len = HEADER};
	struct out header = {.bytes = bytes};

	put_addresses(&out, p);
	chunk_number(&out, SECONDS, (uint32_t)(p->time_us / 1000000), 4);
	chunk_number(&out, MICROSECONDS, (uint32_t)(p->time_us % 1000000), 4);
	chunk_number(&out, TYPE, p->type, 1);
	chunk_number(&out, CAPTURE_ID, p->capture_id, 4);
	chunk(&out, CORRELATION_ID, p->call_id, strnlen(p->call_id, SL_HEP_CALL_ID));
	chunk(&out, PAYLOAD, p->payload, strlen(p->payload));
	if (out.len > SL_HEP_PACKET)
		return 0;
	put(&header, "HEP3", 4);
	put_number(&header, (uint32_t)out.len, 2);
	return out.len;
}
