/* SPDX-License-Identifier: BSD-3-Clause */
/* How long workers waited for their cores, when that is too long, and who was there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "../host/host_tree.h"
#include "ctrl/observe/core_wait.h"
#include "dataplane/path/workers.h"

#define SECOND UINT64_C(1000000000)

static struct host_tree tree;
static struct sl_core_wait cores;
static struct sl_schedstat sched;
static unsigned threshold;
static uint64_t now;
static unsigned told[3];           /* by change */
static struct sl_core_users users; /* as told last */

unsigned __wrap_sl_workers_count(void);
unsigned __wrap_sl_workers_count(void)
{
	return 1;
}

void __wrap_sl_worker_stats(unsigned worker, struct sl_worker_stats *out);
void __wrap_sl_worker_stats(unsigned worker, struct sl_worker_stats *out)
{
	*out = (struct sl_worker_stats){.core = 3, .thread = 77};
}

static void hear(void *context, const struct sl_notice *notice)
{
	assert_int_equal(notice->alarm->kind, SL_ALARM_CORE_WAIT);
	told[notice->alarm->change]++;
	users = *notice->alarm->users;
}

static void put_stat(void)
{
	char text[96];

	snprintf(text, sizeof(text), "%llu %llu %llu\n", (unsigned long long)sched.run_ns,
		(unsigned long long)sched.wait_ns, (unsigned long long)sched.slices);
	host_tree_put(&tree, "/proc/self/task/77/schedstat", text);
}

static void put_task(unsigned long ticks)
{
	char text[256];

	snprintf(text, sizeof(text),
		"9 (loop) R 1 1 1 0 -1 0 0 0 0 0 %lu 0 0 0 20 0 1 0 1 1 1 1 1 1 1 1 1 0 0 0 0 0 0 "
		"0 17 3 0 0 0",
		ticks);
	host_tree_put(&tree, "/proc/9/task/9/stat", text);
}

static int start(void **state)
{
	host_tree_open(&tree);
	memset(&cores, 0, sizeof(cores));
	memset(told, 0, sizeof(told));
	sched = (struct sl_schedstat){.run_ns = 5, .wait_ns = 7 * SECOND, .slices = 100};
	threshold = 10;
	now = 1000 * SECOND;
	host_tree_put(&tree, "/proc/1/stat", "1 (init)");
	put_task(0);
	put_stat();
	cores.notify = hear;
	sl_core_wait_start(&cores, tree.root, &threshold);
	sl_core_wait_tick(&cores, now);
	return 0;
}

static int stop(void **state)
{
	sl_core_wait_stop(&cores);
	host_tree_close(&tree);
	return 0;
}

/* Seconds in each of which the worker waited so long, in so many slices. */
static void pass(unsigned seconds, uint64_t wait_ms, uint64_t slices)
{
	static unsigned long ticks;
	unsigned long hz = (unsigned long)sysconf(_SC_CLK_TCK);

	for (unsigned s = 0; s < seconds; s++) {
		now += SECOND;
		sched.run_ns += SECOND - wait_ms * 1000000;
		sched.wait_ns += wait_ms * 1000000;
		sched.slices += slices;
		put_stat();
		put_task(ticks += hz * wait_ms / 1000);
		sl_core_wait_tick(&cores, now);
		for (unsigned turn = 0; turn < 10; turn++)
			sl_core_wait_turn(&cores, now + turn * SECOND / 100);
	}
}

static void a_busy_neighbour_is_named(void **state)
{
	pass(20, 0, 1);
	assert_int_equal(told[SL_ALARM_RAISED], 0);
	pass(6, 500, 125);
	assert_int_equal(told[SL_ALARM_RAISED], 1);
	assert_int_equal(users.core, 3);
	assert_int_equal(users.n, 1);
	assert_string_equal(users.task[0].name, "loop");
	assert_int_equal(users.task[0].pid, 9);
	assert_in_range(users.task[0].percent, 45, 55);
	assert_in_range(cores.worker[0].per_mille, 490, 500);
	assert_in_range(cores.worker[0].waited_ns, SECOND * 6 / 2 * 99 / 100, SECOND * 6 / 2);
	pass(SL_CORE_WAIT_S + SL_ALARM_CLEAR_S - 2, 0, 1);
	assert_int_equal(told[SL_ALARM_ENDED], 0);
	pass(1, 0, 1);
	assert_int_equal(told[SL_ALARM_RAISED], 1);
	assert_int_equal(told[SL_ALARM_ENDED], 1);
	assert_int_equal(cores.worker[0].per_mille, 0);
}

/* Five seconds are judged together. */
static void shares(void **state)
{
	pass(20, 9, 2);
	assert_int_equal(told[SL_ALARM_RAISED], 0);
	pass(10, 0, 1);
	pass(1, 45, 3);
	pass(10, 0, 1);
	assert_int_equal(told[SL_ALARM_RAISED], 0);
	pass(1, 55, 3);
	pass(10, 0, 1);
	assert_int_equal(told[SL_ALARM_RAISED], 1);
}

/* Ten thousand naps, each with the kernel's own 5 us on the way back. */
static void a_worker_that_sleeps(void **state)
{
	pass(20, 50, 10000);
	assert_int_equal(told[SL_ALARM_RAISED], 0);
	assert_int_equal(cores.worker[0].waited_ns, 0);
	pass(10, 40, 50); /* but this one is kept waiting */
	assert_int_equal(told[SL_ALARM_RAISED], 1);
}

static void switched_off(void **state)
{
	threshold = 0;
	pass(20, 900, 100);
	assert_int_equal(told[SL_ALARM_RAISED], 0);
	assert_in_range(cores.worker[0].per_mille, 890, 900);
	threshold = 1000;
	pass(20, 900, 100);
	assert_int_equal(told[SL_ALARM_RAISED], 0);
	threshold = 800;
	pass(5, 900, 100);
	assert_int_equal(told[SL_ALARM_RAISED], 1);
	threshold = 0;
	pass(1, 900, 100);
	assert_int_equal(told[SL_ALARM_ENDED], 1);
}

/* It is told all the same, and before its end. */
static void nobody_can_be_named(void **state)
{
	cores.root = "/nowhere";
	pass(1, 500, 100);
	assert_int_equal(told[SL_ALARM_RAISED], 1);
	assert_int_equal(users.n, 0);
	assert_false(users.looked);
}

/* Waits before the first look, while the worker was started, raise no alarm. */
static void before_the_first_look(void **state)
{
	sl_core_wait_stop(&cores);
	memset(&cores, 0, sizeof(cores));
	cores.notify = hear;
	sl_core_wait_start(&cores, tree.root, &threshold);
	sched.wait_ns += SECOND;
	put_stat();
	sl_core_wait_tick(&cores, now);
	pass(5, 0, 1);
	assert_int_equal(told[SL_ALARM_RAISED], 0);
	assert_int_equal(cores.worker[0].waited_ns, 0);
}

/* The kernel counts a wait when it is over. */
static void a_wait_longer_than_the_looks(void **state)
{
	sched.wait_ns += 12 * SECOND;
	pass(1, 0, 1);
	assert_int_equal(cores.worker[0].per_mille, 1000);
	pass(3, 0, 1);
	assert_int_equal(told[SL_ALARM_RAISED], 1);
}

static void a_scan_that_lasts(void **state)
{
	now += SECOND;
	sched.wait_ns += SECOND / 2;
	put_stat();
	sl_core_wait_tick(&cores, now);
	assert_true(cores.worker[0].alarm.raised);
	assert_int_equal(told[SL_ALARM_RAISED], 0);
	threshold = 0;
	sl_core_wait_tick(&cores, now + SECOND);
	assert_int_equal(told[SL_ALARM_RAISED], 1);
	assert_int_equal(told[SL_ALARM_ENDED], 1);
	for (unsigned i = 0; i < 100 && cores.scan; i++)
		sl_core_wait_turn(&cores, now + i * SECOND);
	assert_null(cores.scan);
	assert_int_equal(told[SL_ALARM_RAISED], 1);
}

int main(void)
{
#define OF_ONE(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		OF_ONE(a_busy_neighbour_is_named),
		OF_ONE(shares),
		OF_ONE(a_worker_that_sleeps),
		OF_ONE(switched_off),
		OF_ONE(nobody_can_be_named),
		OF_ONE(before_the_first_look),
		OF_ONE(a_wait_longer_than_the_looks),
		OF_ONE(a_scan_that_lasts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
