/* SPDX-License-Identifier: BSD-3-Clause */
/* Texts of /proc about one task. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/host/host_file.h"
#include "ctrl/host/task_stat.h"

/* Fields 3 to 52, of which 14 is 700, 15 is 11 and 39 is 5. */
#define REST                                                                    \
	" R 1 2 3 0 -1 4194560 5 6 7 8 700 11 9 10 20 0 1 0 12345 1000000 200 " \
	"18446744073709551615 1 2 3 4 5 6 0 4096 2 0 0 0 17 5 0 0 0 0 0 0 0 0 0 0 0 0 0"

static void stat_lines(void **state)
{
	static const struct {
		const char *text, *name; /* NULL: refused */
	} cases[] = {
		{"12 (loop)" REST, "loop"},
		{"12 (a) R 1 (b)" REST, "a) R 1 (b"},
		{"12 ()" REST, ""},
		{"12 (kworker/u4:1-events_unbound)" REST, "kworker/u4:1-events_unbound"},
		{"12 (loop) R 1 2 3", NULL},
		{"12 loop R", NULL},
		{")(", NULL},
		{"", NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sl_task_stat s;

		assert_int_equal(sl_task_stat_parse(cases[i].text, &s), cases[i].name != NULL);
		if (!cases[i].name)
			continue;
		assert_string_equal(s.name, cases[i].name);
		assert_int_equal(s.ticks, 711);
		assert_int_equal(s.core, 5);
	}
}

static void long_names_are_cut(void **state)
{
	char text[512] = "1 (";
	struct sl_task_stat s;

	memset(text + 3, 'x', 100);
	strcpy(text + 103, ")" REST);
	assert_true(sl_task_stat_parse(text, &s));
	assert_int_equal(strlen(s.name), SL_TASK_NAME - 1);
}

/* A task that wakes often is not said to wait; one that is kept off its core is. */
static void waiting(void **state)
{
	static const struct {
		uint64_t wait_ns, slices, waited;
	} cases[] = {
		{0, 0, 0}, {SL_WAKE_NS, 1, 0},
		{10000 * UINT64_C(5000), 10000, 0},             /* naps: 5 us each */
		{500000000, 125, 500000000 - 125 * SL_WAKE_NS}, /* 4 ms, every 8 */
		{40000000, 50, 40000000 - 50 * SL_WAKE_NS},     /* asleep in between */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sl_schedstat before = {.run_ns = 7, .wait_ns = 1000, .slices = 9};
		struct sl_schedstat now = before;

		now.wait_ns += cases[i].wait_ns;
		now.slices += cases[i].slices;
		assert_int_equal(sl_schedstat_waited(&before, &now), cases[i].waited);
	}
}

static void schedstat_lines(void **state)
{
	struct sl_schedstat s;

	assert_true(sl_schedstat_parse("7507441 62997745 3\n", &s));
	assert_int_equal(s.run_ns, 7507441);
	assert_int_equal(s.wait_ns, 62997745);
	assert_int_equal(s.slices, 3);
	assert_false(sl_schedstat_parse("", &s));
	assert_false(sl_schedstat_parse("1 2", &s));
}

static void lists_of_cores(void **state)
{
	static const struct {
		const char *list;
		unsigned core;
		bool has;
	} cases[] = {
		{"", 0, false},
		{"(null)", 0, false},
		{"0", 0, true},
		{"0-3", 2, true},
		{"0-3", 4, false},
		{"0-1,4,6-7", 4, true},
		{"0-1,4,6-7", 5, false},
		{"0-1,4,6-7", 7, true},
		{"12", 1, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(sl_host_list_has(cases[i].list, cases[i].core), cases[i].has);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stat_lines),
		cmocka_unit_test(long_names_are_cut),
		cmocka_unit_test(waiting),
		cmocka_unit_test(schedstat_lines),
		cmocka_unit_test(lists_of_cores),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
