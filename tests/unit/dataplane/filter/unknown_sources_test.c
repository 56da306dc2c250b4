/* SPDX-License-Identifier: BSD-3-Clause */
/* Rates of unknown sources, over simulated time; and that a flood of them costs no memory. */
#include "dataplane/filter/unknown_sources.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000000)

static struct sl_unknown_sources *make(void)
{
	struct sl_unknown_sources *unknown_sources = aligned_alloc(64, sizeof(*unknown_sources));

	assert_non_null(unknown_sources);
	memset(unknown_sources, 0, sizeof(*unknown_sources));
	for (int i = 0; i < 6; i++)
		unknown_sources->key.word[i] = (uint64_t)random() << 33 ^ (uint64_t)random();
	return unknown_sources;
}

static enum sl_unknown judge(struct sl_unknown_sources *s, const struct sl_policy *limits,
	const uint8_t ip[16], uint64_t now)
{
	return sl_unknown_sources_judge(s, limits, SL_BUDGET_MEDIA, ip, now);
}

static void source(uint32_t n, uint8_t ip[16])
{
	memcpy(ip, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
	ip[12] = (uint8_t)(n >> 24);
	ip[13] = (uint8_t)(n >> 16);
	ip[14] = (uint8_t)(n >> 8);
	ip[15] = (uint8_t)n;
}

static void each_has_a_rate(void **state)
{
	const struct sl_policy limits = {.unknown_source = sl_rate_of(100, 10)};
	struct sl_unknown_sources *s = make();
	unsigned passed[50] = {0};
	uint8_t ip[16];

	for (uint64_t ms = 0; ms < 2000; ms++)
		for (uint32_t n = 0; n < 50; n++) {
			source(n, ip);
			passed[n] +=
				judge(s, &limits, ip, SECOND + ms * 1000000) == SL_UNKNOWN_PASSES;
		}
	for (int n = 0; n < 50; n++)
		assert_in_range(passed[n], 10 + 199, 10 + 200);
	free(s);
}

static void all_have_a_budget(void **state)
{
	const struct sl_policy limits = {
		.unknown_source = sl_rate_of(10, 10), .unknown_total = sl_rate_of(1000, 100)};
	struct sl_unknown_sources *s = make();
	unsigned passed = 0, own = 0;
	uint8_t ip[16];

	for (uint32_t n = 0; n < 10000; n++) { /* over a second, all different */
		source(n, ip);
		passed += judge(s, &limits, ip, 9 * SECOND + n * 100000) == SL_UNKNOWN_PASSES;
	}
	assert_in_range(passed, 1098, 1100);
	/* One that is over its own rate takes nothing from the others. */
	source(77, ip);
	for (int i = 0; i < 1000; i++)
		own += judge(s, &limits, ip, 20 * SECOND) == SL_UNKNOWN_PASSES;
	assert_int_equal(own, 10);
	source(78, ip);
	assert_int_equal(judge(s, &limits, ip, 20 * SECOND), SL_UNKNOWN_PASSES);
	free(s);
}

/* Packets to the kernel take nothing from media, and the other way round. */
static void each_budget_is_its_own(void **state)
{
	const struct sl_policy limits = {
		.unknown_source = sl_rate_of(10, 10), .unknown_total = sl_rate_of(1, 100)};
	struct sl_unknown_sources *s = make();
	unsigned passed[SL_BUDGETS] = {0};
	uint8_t ip[16];

	for (int budget = SL_BUDGETS - 1; budget >= 0; budget--)
		for (uint32_t n = 0; n < 200; n++) {
			source(1000 * (uint32_t)budget + n, ip);
			passed[budget] +=
				sl_unknown_sources_judge(s, &limits, (enum sl_budget)budget, ip,
					SECOND) == SL_UNKNOWN_PASSES;
		}
	assert_int_equal(passed[SL_BUDGET_KERNEL], 100);
	assert_int_equal(passed[SL_BUDGET_MEDIA], 100);
	free(s);
}

static void no_limit(void **state)
{
	const struct sl_policy limits = {.unknown_source = {0}};
	struct sl_unknown_sources *s = make();
	uint8_t ip[16];

	source(1, ip);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(judge(s, &limits, ip, 5), SL_UNKNOWN_PASSES);
	assert_int_equal(s->place[0][0].who, 0);
	free(s);
}

static long resident_kib(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long pages = 0;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%*d %ld", &pages), 1);
	fclose(file);
	return pages * 4;
}

/*
 * Each sends once, as a spoofed flood does; one that sends all the time among them gets what it is
 * entitled to and no more: with its bucket as empty as it is, it is not the one to be forgotten.
 */
static void ten_million_spoofed_sources(void **state)
{
	enum { SOURCES = 10000000, ROOM_KIB = 256 };
	const struct sl_policy limits = {.unknown_source = sl_rate_of(100, 10)};
	struct sl_unknown_sources *s = make();
	uint64_t now = SECOND, passed = 0;
	long before = resident_kib(), after;
	uint8_t known[16], ip[16];

	source(0xc0000201, known);
	for (uint32_t n = 0; n < SOURCES; n++, now += 1000) { /* a million a second */
		source(n * 2654435761u, ip);
		judge(s, &limits, ip, now);
		if (n % 100 == 0)
			passed += judge(s, &limits, known, now) == SL_UNKNOWN_PASSES;
	}
	after = resident_kib();
	printf("10 s of a flood: one sent 100000, passed %llu; resident %ld KiB, then %ld KiB\n",
		(unsigned long long)passed, before, after);
	assert_true(after - before <= ROOM_KIB);
	assert_in_range(passed, 10 + 999, 10 + 1001);
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_a_rate),
		cmocka_unit_test(all_have_a_budget),
		cmocka_unit_test(each_budget_is_its_own),
		cmocka_unit_test(no_limit),
		cmocka_unit_test(ten_million_spoofed_sources),
	};

	srandom(811);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
