/* SPDX-License-Identifier: BSD-3-Clause */
/* Lists of prefixes beside a search that compares bit by bit. */
#include "dataplane/filter/prefixes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool covers(const struct sl_listed *listed, const uint8_t ip[16])
{
	for (unsigned bit = 0; bit < listed->bits; bit++)
		if ((listed->ip[bit / 8] ^ ip[bit / 8]) & 0x80 >> bit % 8)
			return false;
	return true;
}

static enum sl_prefix longest(const struct sl_listed *list, unsigned n, const uint8_t ip[16])
{
	const struct sl_listed *found = NULL;

	for (unsigned i = 0; i < n; i++)
		if (covers(&list[i], ip) && (!found || list[i].bits > found->bits))
			found = &list[i];
	return found ? (enum sl_prefix)found->prefix : SL_PREFIX_NONE;
}

static void mask(struct sl_listed *listed)
{
	for (unsigned bit = listed->bits; bit < 128; bit++)
		listed->ip[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
}

/* Few different bytes, so that prefixes lie within each other; IPv4 and IPv6. */
static void some_ip(uint8_t ip[16])
{
	static const uint8_t bytes[] = {0, 1, 0x7f, 0x80, 0xff};

	for (int i = 0; i < 16; i++)
		ip[i] = bytes[(size_t)random() % sizeof(bytes)];
	if (random() % 2)
		memcpy(ip, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
}

static unsigned some_list(struct sl_listed *list, unsigned n)
{
	unsigned made = 0;

	while (n--) {
		struct sl_listed *l = &list[made];
		bool known = false;

		memset(l, 0, sizeof(*l));
		some_ip(l->ip);
		l->bits = (uint8_t)(random() % 8 == 0 ? random() % 129 : 96 + random() % 33);
		l->prefix = random() % 2 ? SL_PREFIX_ALLOW : SL_PREFIX_DENY;
		mask(l);
		for (unsigned i = 0; i < made && !known; i++)
			known = list[i].bits == l->bits && !memcmp(list[i].ip, l->ip, 16);
		made += !known;
	}
	return made;
}

static void step(uint8_t ip[16], int by)
{
	for (int i = 15; i >= 0; i--) {
		ip[i] = (uint8_t)(ip[i] + by);
		if (ip[i] != (by > 0 ? 0 : 0xff))
			break;
	}
}

static void as_the_search_says(void **state)
{
	static struct sl_prefixes prefixes;
	static struct sl_listed list[200], sorted[200];

	for (int round = 0; round < 300; round++) {
		unsigned n = some_list(list, (unsigned)random() % 200);

		memcpy(sorted, list, sizeof(list));
		sl_prefixes_make(&prefixes, sorted, n);
		for (unsigned i = 0; i < 3 * n + 100; i++) {
			uint8_t ip[16];

			some_ip(ip);
			if (i < 3 * n) { /* where a prefix begins, before, and behind its end */
				memcpy(ip, list[i / 3].ip, 16);
				for (unsigned bit = list[i / 3].bits; i % 3 == 2 && bit < 128;
					bit++)
					ip[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
				if (i % 3)
					step(ip, i % 3 == 1 ? -1 : 1);
			}
			assert_int_equal(sl_prefixes_find(&prefixes, ip), longest(list, n, ip));
		}
	}
}

static void as_many_as_there_may_be(void **state)
{
	static struct sl_prefixes prefixes;
	static struct sl_listed list[SL_MAX_PREFIXES];
	uint8_t ip[16] = {[10] = 0xff, [11] = 0xff, [12] = 10};

	for (unsigned i = 0; i < SL_MAX_PREFIXES; i++) { /* no two touch */
		list[i] = (struct sl_listed){.bits = 96 + 31, .prefix = SL_PREFIX_DENY};
		ip[13] = (uint8_t)(i >> 6);
		ip[14] = (uint8_t)(i << 2);
		memcpy(list[i].ip, ip, 16);
	}
	sl_prefixes_make(&prefixes, list, SL_MAX_PREFIXES);
	assert_int_equal(prefixes.n, SL_PREFIX_RANGES);
	for (unsigned i = 0; i < SL_MAX_PREFIXES; i++) {
		ip[13] = (uint8_t)(i >> 6);
		ip[14] = (uint8_t)(i << 2);
		for (ip[15] = 0; ip[15] < 4; ip[15]++)
			assert_int_equal(sl_prefixes_find(&prefixes, ip),
				ip[15] < 2 ? SL_PREFIX_DENY : SL_PREFIX_NONE);
	}
}

static void none(void **state)
{
	static struct sl_prefixes prefixes;
	uint8_t ip[16] = {0};

	assert_int_equal(sl_prefixes_find(&prefixes, ip), SL_PREFIX_NONE);
	sl_prefixes_make(&prefixes, NULL, 0);
	assert_int_equal(sl_prefixes_find(&prefixes, ip), SL_PREFIX_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_the_search_says),
		cmocka_unit_test(as_many_as_there_may_be),
		cmocka_unit_test(none),
	};

	srandom(4632);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
