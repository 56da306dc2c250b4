/* SPDX-License-Identifier: BSD-3-Clause */
/* Which node memory belongs to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dataplane/port/numa.h"

static void memory_goes_where_most_cores_are(void **state)
{
	static const struct {
		const char *name;
		int nodes[5];
		unsigned n;
		int most;
	} cases[] = {
		{"nobody", {0}, 0, SL_NUMA_ANY},
		{"one", {1}, 1, 1},
		{"unknown ones alone", {-1, -1}, 2, SL_NUMA_ANY},
		{"unknown ones do not count", {-1, -1, 1}, 3, 1},
		{"the most", {0, 1, 1}, 3, 1},
		{"the first of equals", {1, 0, 1, 0}, 4, 1},
		{"a high number", {0, 7, 7, 0, 7}, 5, 7},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i].name);
		assert_int_equal(sl_numa_most(cases[i].nodes, cases[i].n), cases[i].most);
	}
}

static void apart_are_two_known_nodes(void **state)
{
	assert_true(sl_numa_apart(0, 1));
	assert_false(sl_numa_apart(1, 1));
	assert_false(sl_numa_apart(SL_NUMA_ANY, 1));
	assert_false(sl_numa_apart(0, SL_NUMA_ANY));
}

static void who_has_no_node_is_not_known(void **state)
{
	assert_int_equal(sl_numa_of_netdev("lo"), SL_NUMA_ANY);
	assert_int_equal(sl_numa_of_netdev("there is none"), SL_NUMA_ANY);
	assert_int_equal(sl_numa_of_core(1000000), SL_NUMA_ANY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_goes_where_most_cores_are),
		cmocka_unit_test(apart_are_two_known_nodes),
		cmocka_unit_test(who_has_no_node_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
