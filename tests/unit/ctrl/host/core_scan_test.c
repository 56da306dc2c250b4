/* SPDX-License-Identifier: BSD-3-Clause */
/* Who ran on a core, in trees that stand for /proc. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctrl/host/core_scan.h"
#include "host_tree.h"

#define SECOND UINT64_C(1000000000)

static struct host_tree tree;

static int open_tree(void **state)
{
	host_tree_open(&tree);
	return 0;
}

static int close_tree(void **state)
{
	host_tree_close(&tree);
	return 0;
}

static void task(int pid, int tid, const char *name, unsigned long ticks, unsigned core)
{
	char path[64], text[256];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
	snprintf(text, sizeof(text),
		"%d (%s) R 1 1 1 0 -1 0 0 0 0 0 %lu 0 0 0 20 0 1 0 1 1 1 1 1 1 1 1 1 0 0 0 0 0 0 0 "
		"17 %u 0 0 0",
		tid, name, ticks, core);
	host_tree_put(&tree, path, text);
}

static struct sl_core_scan *begin(void)
{
	static const unsigned cores[] = {1, 3};
	static const pid_t spare[] = {21};

	return sl_core_scan_new(tree.root, cores, 2, spare, 1);
}

/* Returns the steps that it took. `later`, if any, is called between the two looks. */
static unsigned run(struct sl_core_scan *scan, unsigned reads, void (*later)(void))
{
	uint64_t now = 5 * SECOND;
	unsigned steps = 0;

	for (int i = 0; i < 100; i++, steps++)
		if (sl_core_scan_step(scan, reads, now))
			fail_msg("ended before there was a second look");
	if (later)
		later();
	for (now += 2 * SECOND; !sl_core_scan_step(scan, reads, now); steps++)
		assert_true(steps < 1000);
	return steps;
}

static void first(void)
{
	host_tree_put(&tree, "/proc/1/stat", "1 (init)");
	host_tree_put(&tree, "/proc/cpuinfo", "");
	task(1, 1, "init", 5, 0);
	task(20, 20, "sluiced", 100, 1);
	task(20, 21, "sluice-w0", 5000, 1); /* the worker itself */
	task(30, 30, "database", 10, 3);
	task(30, 31, "database loop", 10, 1);
	task(40, 40, "elsewhere", 10, 2);
	task(50, 50, "moves", 10, 1);
	task(60, 60, "idle", 10, 1);
	task(70, 70, "ends", 10, 1);
}

static void second(void)
{
	unsigned long hz = (unsigned long)sysconf(_SC_CLK_TCK);
	char path[96];

	task(20, 20, "sluiced", 100 + hz / 5, 1); /* of two seconds: a tenth */
	task(20, 21, "sluice-w0", 5000 + hz, 1);
	task(30, 31, "database loop", 10 + hz, 1); /* half */
	task(40, 40, "elsewhere", 10 + 2 * hz, 2);
	task(50, 50, "moves", 10 + hz, 2);
	snprintf(path, sizeof(path), "%s/proc/70/task/70/stat", tree.root);
	unlink(path);
}

static void the_busiest_is_named_first(void **state)
{
	struct sl_core_scan *scan;
	struct sl_core_users users;

	first();
	scan = begin();
	assert_non_null(scan);
	run(scan, 4, second);
	sl_core_scan_users(scan, 1, &users);
	assert_true(users.looked);
	assert_false(users.hidden);
	assert_int_equal(users.n, 2);
	assert_string_equal(users.task[0].name, "database loop");
	assert_int_equal(users.task[0].pid, 30);
	assert_int_equal(users.task[0].tid, 31);
	assert_int_equal(users.task[0].percent, 50);
	assert_string_equal(users.task[1].name, "sluiced");
	assert_int_equal(users.task[1].percent, 10);
	sl_core_scan_users(scan, 3, &users);
	assert_int_equal(users.n, 0); /* it did nothing */
	sl_core_scan_free(scan);
}

static void of_many_the_three_busiest(void **state)
{
	unsigned long hz = (unsigned long)sysconf(_SC_CLK_TCK);
	struct sl_core_scan *scan;
	struct sl_core_users users;

	host_tree_put(&tree, "/proc/1/stat", "1 (init)");
	for (int i = 0; i < 6; i++)
		task(100 + i, 100 + i, "t", 0, 3);
	scan = begin();
	for (int i = 0; i < 100; i++)
		sl_core_scan_step(scan, 1, SECOND);
	for (int i = 0; i < 6; i++) /* 10, 60, 50, 40, 30, 20 percent */
		task(100 + i, 100 + i, "t", hz * (unsigned long)(i * 5 % 6 + 1) / 10, 3);
	while (!sl_core_scan_step(scan, 1, 2 * SECOND))
		;
	sl_core_scan_users(scan, 3, &users);
	assert_int_equal(users.n, SL_CORE_NAMED);
	assert_int_equal(users.task[0].percent, 60);
	assert_int_equal(users.task[1].percent, 50);
	assert_int_equal(users.task[2].percent, 40);
	sl_core_scan_free(scan);
}

/* As ProtectProc=invisible shows it: our own processes alone. */
static void hidden_processes(void **state)
{
	struct sl_core_scan *scan;
	struct sl_core_users users;

	task(20, 20, "sluiced", 100, 0);
	scan = begin();
	run(scan, 100, NULL);
	sl_core_scan_users(scan, 1, &users);
	assert_true(users.hidden);
	assert_int_equal(users.n, 0);
	sl_core_scan_free(scan);
}

/* hidepid=1 shows that there are processes, and nothing of them. */
static void unreadable_processes(void **state)
{
	struct sl_core_scan *scan;
	struct sl_core_users users;

	host_tree_put(&tree, "/proc/1/stat/not-a-file", "");
	task(20, 20, "sluiced", 100, 0);
	scan = begin();
	run(scan, 100, NULL);
	sl_core_scan_users(scan, 1, &users);
	assert_true(users.hidden);
	sl_core_scan_free(scan);
}

/* However many there are, a step has an end, and so has the scan. */
static void steps_are_bounded(void **state)
{
	struct sl_core_scan *scan;

	for (int i = 0; i < 90; i++)
		task(1000 + i, 1000 + i, "x", 0, 1);
	scan = begin();
	assert_int_equal(run(scan, 1, NULL), 100 + 90 - 1);
	sl_core_scan_free(scan);
}

static void no_proc(void **state)
{
	assert_null(begin());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_busiest_is_named_first, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(of_many_the_three_busiest, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(hidden_processes, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(unreadable_processes, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(steps_are_bounded, open_tree, close_tree),
		cmocka_unit_test_setup_teardown(no_proc, open_tree, close_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
