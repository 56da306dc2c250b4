/* SPDX-License-Identifier: BSD-3-Clause */
/* HEP3 packets, byte by byte as the specification has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/base/address.h"
#include "ctrl/hep/hep_packet.h"

static struct sl_endpoint endpoint(const char *address, uint16_t port)
{
	struct sl_endpoint e = {.port = port};

	assert_int_equal(sl_address_parse(address, e.ip), 0);
	return e;
}

static struct sl_hep_packet sample(const char *from, const char *to)
{
	return (struct sl_hep_packet){
		.type = SL_HEP_RTCP,
		.from = endpoint(from, 5005),
		.to = endpoint(to, 20001),
		.time_us = UINT64_C(0x55667788) * 1000000 + 0x0abcde,
		.capture_id = 0x01020304,
		.call_id = "a84b",
		.payload = "{}",
	};
}

/* vendor 0, type, length with these 6 bytes, value */
#define CHUNK(type, length) 0, 0, 0, type, 0, length
#define REST                                                                                       \
	CHUNK(7, 8), 0x13, 0x8d, CHUNK(8, 8), 0x4e, 0x21, CHUNK(9, 10), 0x55, 0x66, 0x77, 0x88,    \
		CHUNK(10, 10), 0x00, 0x0a, 0xbc, 0xde, CHUNK(11, 7), 5, CHUNK(12, 10), 1, 2, 3, 4, \
		CHUNK(17, 10), 'a', '8', '4', 'b', CHUNK(15, 8), '{', '}'

static const uint8_t ipv4[] = {'H', 'E', 'P', '3', 0, 111, CHUNK(1, 7), 2, CHUNK(2, 7), 17,
	CHUNK(3, 10), 192, 0, 2, 1, CHUNK(4, 10), 203, 0, 113, 10, REST};

#define DB8 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
static const uint8_t ipv6[] = {'H', 'E', 'P', '3', 0, 135, CHUNK(1, 7), 10, CHUNK(2, 7), 17,
	CHUNK(5, 22), DB8, 1, CHUNK(6, 22), DB8, 2, REST};

/* A pseudonym of an IPv4 address is an IPv6 one: ours stands beside it as RFC 4291 2.5.5.2 has it.
 */
static const uint8_t both[] = {'H', 'E', 'P', '3', 0, 135, CHUNK(1, 7), 10, CHUNK(2, 7), 17,
	CHUNK(5, 22), DB8, 1, CHUNK(6, 22), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 203, 0, 113,
	10, REST};

static void each_byte(void **state)
{
	static const struct {
		const char *from, *to;
		const uint8_t *bytes;
		size_t len;
	} cases[] = {
		{"192.0.2.1", "203.0.113.10", ipv4, sizeof(ipv4)},
		{"2001:db8::1", "2001:db8::2", ipv6, sizeof(ipv6)},
		{"2001:db8::1", "203.0.113.10", both, sizeof(both)},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sl_hep_packet p = sample(cases[i].from, cases[i].to);
		uint8_t out[SL_HEP_PACKET];

		assert_int_equal(sl_hep_packet(&p, out), cases[i].len);
		assert_memory_equal(out, cases[i].bytes, cases[i].len);
	}
}

/* The longest that fits, its length in two bytes; one byte more is no packet. */
static void its_length_is_bounded(void **state)
{
	struct sl_hep_packet p = sample("192.0.2.1", "203.0.113.10");
	size_t most = SL_HEP_PACKET - (sizeof(ipv4) - 2);
	char payload[SL_HEP_PACKET];
	uint8_t out[SL_HEP_PACKET + 1] = {[SL_HEP_PACKET] = 0xee};

	memset(payload, 'x', sizeof(payload));
	payload[most] = '\0';
	p.payload = payload;
	assert_int_equal(sl_hep_packet(&p, out), SL_HEP_PACKET);
	assert_int_equal(out[4] << 8 | out[5], SL_HEP_PACKET);
	assert_int_equal(out[SL_HEP_PACKET - 1], 'x');
	payload[most] = 'x';
	payload[most + 1] = '\0';
	assert_int_equal(sl_hep_packet(&p, out), 0);
	assert_int_equal(out[SL_HEP_PACKET], 0xee);
}

static void a_long_call_id_is_cut(void **state)
{
	struct sl_hep_packet p = sample("192.0.2.1", "203.0.113.10");
	char id[SL_HEP_CALL_ID + 10];
	uint8_t out[SL_HEP_PACKET];

	memset(id, 'i', sizeof(id));
	id[sizeof(id) - 1] = '\0';
	p.call_id = id;
	assert_int_equal(sl_hep_packet(&p, out), sizeof(ipv4) - 4 + SL_HEP_CALL_ID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_byte),
		cmocka_unit_test(its_length_is_bounded),
		cmocka_unit_test(a_long_call_id_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
