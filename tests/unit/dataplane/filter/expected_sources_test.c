/* SPDX-License-Identifier: BSD-3-Clause */
/* The set of expected sources beside an array of counts. */
#include "dataplane/filter/expected_sources.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct sl_expected_sources *make(void)
{
	struct sl_expected_sources *expected = calloc(1, sizeof(*expected));

	assert_non_null(expected);
	for (int i = 0; i < 6; i++)
		expected->key.word[i] = (uint64_t)random() << 33 ^ (uint64_t)random();
	return expected;
}

static void ipv4(uint32_t n, uint8_t ip[16])
{
	memcpy(ip, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
	ip[12] = (uint8_t)(n >> 24);
	ip[13] = (uint8_t)(n >> 16);
	ip[14] = (uint8_t)(n >> 8);
	ip[15] = (uint8_t)n;
}

static void as_counted(void **state)
{
	enum { SOURCES = 600 };
	static unsigned calls[SOURCES];
	struct sl_expected_sources *expected = make();
	uint8_t ip[16];

	/* All at home in a few places, around the end of the table. */
	memset(&expected->key, 0, sizeof(expected->key));
	expected->key.word[3] = UINT64_C(1) << 52;
	expected->key.word[4] = -(UINT64_C(64) << 45);
	for (int round = 0; round < 100000; round++) {
		unsigned n = (unsigned)random() % SOURCES;

		ipv4(n, ip);
		if (random() % 2) {
			assert_true(sl_expected_sources_add(expected, ip));
			calls[n]++;
		} else {
			sl_expected_sources_remove(expected, ip);
			calls[n] -= calls[n] > 0;
		}
		n = (unsigned)random() % SOURCES;
		ipv4(n, ip);
		assert_int_equal(sl_expected_sources_has(expected, ip), calls[n] > 0);
	}
	for (unsigned n = 0; n < SOURCES; n++) {
		ipv4(n, ip);
		assert_int_equal(sl_expected_sources_has(expected, ip), calls[n] > 0);
		for (; calls[n]; calls[n]--)
			sl_expected_sources_remove(expected, ip);
	}
	assert_int_equal(expected->n, 0);
	for (unsigned i = 0; i < SL_EXPECTED_PLACES; i++)
		assert_int_equal(expected->who[i], 0);
	free(expected);
}

static void a_network_of_ipv6_is_one(void **state)
{
	struct sl_expected_sources *expected = make();
	uint8_t ip[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};

	assert_true(sl_expected_sources_add(expected, ip));
	ip[15] = 2;
	assert_true(sl_expected_sources_has(expected, ip));
	ip[7] = 1;
	assert_false(sl_expected_sources_has(expected, ip));
	free(expected);
}

static void full(void **state)
{
	struct sl_expected_sources *expected = make();
	uint8_t ip[16];

	for (uint32_t n = 0; n < SL_EXPECTED_SOURCES_MAX; n++) {
		ipv4(n, ip);
		assert_true(sl_expected_sources_add(expected, ip));
	}
	assert_true(sl_expected_sources_add(expected, ip)); /* once more */
	ipv4(SL_EXPECTED_SOURCES_MAX, ip);
	assert_false(sl_expected_sources_add(expected, ip));
	assert_false(sl_expected_sources_has(expected, ip));
	for (uint32_t n = 0; n < SL_EXPECTED_SOURCES_MAX; n++) {
		ipv4(n, ip);
		assert_true(sl_expected_sources_has(expected, ip));
	}
	free(expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_counted),
		cmocka_unit_test(a_network_of_ipv6_is_one),
		cmocka_unit_test(full),
	};

	srandom(5389);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
