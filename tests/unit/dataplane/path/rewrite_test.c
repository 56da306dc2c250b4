/* SPDX-License-Identifier: BSD-3-Clause */
/* The headers in front of a payload, against a checksum computed the slow way (RFC 1071, RFC 768,
 * RFC 8200 8.1). */
#include "dataplane/path/rewrite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint32_t slow_sum(uint32_t sum, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

/* The sum over pseudo-header, UDP header with its checksum, and payload: 0xffff when the checksum
 * is right. */
static uint32_t verify_udp(const uint8_t *ip, bool v6, const uint8_t *udp, uint16_t udp_len)
{
	uint8_t rest[4] = {0, 17, (uint8_t)(udp_len >> 8), (uint8_t)udp_len};
	uint32_t sum = v6 ? slow_sum(0, ip + 8, 32) : slow_sum(0, ip + 12, 8);

	return slow_sum(slow_sum(sum, rest, 4), udp, udp_len);
}

static const struct sl_endpoint v4[2] = {
	{.ip = {[10] = 0xff, 0xff, 203, 0, 113, 10}, .port = 20000},
	{.ip = {[10] = 0xff, 0xff, 198, 51, 100, 255}, .port = 65535},
};
static const struct sl_endpoint v6[2] = {
	{.ip = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}, .port = 20002},
	{.ip = {0xfd, 0xff, 0xff, 0xff, [15] = 0xff}, .port = 1024},
};

static void one(const struct sl_endpoint *ends, bool is_v6, uint16_t len)
{
	struct sl_egress e = {0};
	uint8_t b[64 + 1500], *payload = b + 64;

	sl_egress_build(&e, &ends[0], &ends[1], 0xb8);
	assert_int_equal(e.header_len, is_v6 ? 48 : 28);
	memset(b, 0xee, sizeof(b));
	for (uint16_t i = 0; i < len; i++)
		payload[i] = (uint8_t)random();
	sl_rewrite(&e, payload, len);

	const uint8_t *ip = payload - e.header_len, *udp = payload - 8;

	assert_int_equal(ip[-1], 0xee);
	assert_int_equal(udp[0] << 8 | udp[1], ends[0].port);
	assert_int_equal(udp[2] << 8 | udp[3], ends[1].port);
	assert_int_equal(udp[4] << 8 | udp[5], len + 8);
	assert_true(udp[6] || udp[7]);
	assert_int_equal(verify_udp(ip, is_v6, udp, len + 8), 0xffff);
	if (is_v6) {
		assert_int_equal(ip[0] >> 4, 6);
		assert_int_equal((ip[0] & 15) << 4 | ip[1] >> 4, 0xb8);
		assert_int_equal(ip[4] << 8 | ip[5], len + 8);
		assert_memory_equal(ip + 8, ends[0].ip, 16);
		assert_memory_equal(ip + 24, ends[1].ip, 16);
	} else {
		assert_int_equal(ip[0], 0x45);
		assert_int_equal(ip[1], 0xb8);
		assert_int_equal(ip[2] << 8 | ip[3], len + 28);
		assert_int_equal(ip[6], 0x40);
		assert_int_equal(slow_sum(0, ip, 20), 0xffff);
		assert_memory_equal(ip + 12, ends[0].ip + 12, 4);
		assert_memory_equal(ip + 16, ends[1].ip + 12, 4);
	}
}

/* A packet of one end at the other: sound as it is, and not with any of its bits turned. */
static void damage(const struct sl_endpoint *ends, uint16_t len)
{
	uint8_t b[64 + 1500], both[32], *payload = b + 64, *udp = payload - 8;
	uint16_t udp_len = len + 8;
	struct sl_egress e = {0};
	uint32_t pseudo;

	sl_egress_build(&e, &ends[0], &ends[1], 0);
	for (uint16_t i = 0; i < len; i++)
		payload[i] = (uint8_t)random();
	sl_rewrite(&e, payload, len);
	memcpy(both, ends[0].ip, 16);
	memcpy(both + 16, ends[1].ip, 16);
	assert_true(sl_udp_intact(both, both + 16, udp, udp_len));
	for (unsigned bit = 0; bit < 8u * udp_len; bit++) {
		udp[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (sl_udp_intact(both, both + 16, udp, udp_len))
			fail_msg("bit %u of %u bytes", bit, udp_len);
		udp[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (unsigned bit = 0; bit < 8 * 32; bit++) {
		both[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(sl_udp_intact(both, both + 16, udp, udp_len));
		both[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	/* Left to a device: the pseudo-header's, as Linux writes it. */
	pseudo = slow_sum(slow_sum(0, both, 32),
		(uint8_t[4]){0, 17, (uint8_t)(udp_len >> 8), (uint8_t)udp_len}, 4);
	udp[6] = (uint8_t)(pseudo >> 8);
	udp[7] = (uint8_t)pseudo;
	assert_true(sl_udp_intact(both, both + 16, udp, udp_len));
	udp[7] ^= 1;
	assert_false(sl_udp_intact(both, both + 16, udp, udp_len));
	udp[6] = udp[7] = 0;
	assert_true(sl_udp_intact(both, both + 16, udp, udp_len));
}

static void damage_is_seen(void **state)
{
	srandom(1071);
	for (uint16_t len = 0; len < 400; len += 7) {
		damage(v4, len);
		damage(v6, len);
	}
}

static void every_length_both_families(void **state)
{
	srandom(768);
	for (uint16_t len = 0; len <= 1400; len++) {
		one(v4, false, len);
		one(v6, true, len);
	}
}

/* A sum that comes out as zero is sent as 0xffff (RFC 768): found by trying every value of two
 * bytes. */
static void checksum_is_never_zero(void **state)
{
	struct sl_egress e = {0};
	uint8_t b[64 + 2];

	sl_egress_build(&e, &v4[0], &v4[1], 0);
	for (unsigned v = 0; v < 65536; v++) {
		b[64] = (uint8_t)(v >> 8);
		b[65] = (uint8_t)v;
		sl_rewrite(&e, b + 64, 2);
		assert_true(b[62] || b[63]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_length_both_families),
		cmocka_unit_test(checksum_is_never_zero),
		cmocka_unit_test(damage_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
