/* SPDX-License-Identifier: BSD-3-Clause */
/* The set of named sources beside an array of counts. */
#include "dataplane/filter/named.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct sl_named *make(void)
{
	struct sl_named *named = calloc(1, sizeof(*named));

	assert_non_null(named);
	for (int i = 0; i < 6; i++)
		named->key.word[i] = (uint64_t)random() << 33 ^ (uint64_t)random();
	return named;
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
	struct sl_named *named = make();
	uint8_t ip[16];

	/* All at home in a few places, around the end of the table. */
	memset(&named->key, 0, sizeof(named->key));
	named->key.word[3] = UINT64_C(1) << 52;
	named->key.word[4] = -(UINT64_C(64) << 45);
	for (int round = 0; round < 100000; round++) {
		unsigned n = (unsigned)random() % SOURCES;

		ipv4(n, ip);
		if (random() % 2) {
			assert_true(sl_named_add(named, ip));
			calls[n]++;
		} else {
			sl_named_remove(named, ip);
			calls[n] -= calls[n] > 0;
		}
		n = (unsigned)random() % SOURCES;
		ipv4(n, ip);
		assert_int_equal(sl_named_has(named, ip), calls[n] > 0);
	}
	for (unsigned n = 0; n < SOURCES; n++) {
		ipv4(n, ip);
		assert_int_equal(sl_named_has(named, ip), calls[n] > 0);
		for (; calls[n]; calls[n]--)
			sl_named_remove(named, ip);
	}
	assert_int_equal(named->n, 0);
	for (unsigned i = 0; i < SL_NAMED_PLACES; i++)
		assert_int_equal(named->who[i], 0);
	free(named);
}

static void a_network_of_ipv6_is_one(void **state)
{
	struct sl_named *named = make();
	uint8_t ip[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};

	assert_true(sl_named_add(named, ip));
	ip[15] = 2;
	assert_true(sl_named_has(named, ip));
	ip[7] = 1;
	assert_false(sl_named_has(named, ip));
	free(named);
}

static void full(void **state)
{
	struct sl_named *named = make();
	uint8_t ip[16];

	for (uint32_t n = 0; n < SL_NAMED_MAX; n++) {
		ipv4(n, ip);
		assert_true(sl_named_add(named, ip));
	}
	assert_true(sl_named_add(named, ip)); /* once more */
	ipv4(SL_NAMED_MAX, ip);
	assert_false(sl_named_add(named, ip));
	assert_false(sl_named_has(named, ip));
	for (uint32_t n = 0; n < SL_NAMED_MAX; n++) {
		ipv4(n, ip);
		assert_true(sl_named_has(named, ip));
	}
	free(named);
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
