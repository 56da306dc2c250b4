/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Random lives of calls, as proxies and parties may lead them, against a model of what must come of
 * it. After every step: ports, flows, keys and calls are as many as they should be, no two calls
 * have one port, repeated requests get equal replies, connected parties hear each other, nobody
 * else does, and no index is sent twice under a key.
 *
 * Each seed is a life in a process of its own, with clocks and randomness of its own: nothing of it
 * depends on what ran before, so the line that a failing one prints repeats it exactly.
 * SL_PROPERTY_SEED=N runs one seed only, SL_PROPERTY_SEEDS=N so many, SL_PROPERTY_STEPS=N so long.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctrl/base/log.h"
#include "tests/unit/ctrl/ng/property_ask.h"
#include "tests/unit/ctrl/ng/property_moves.h"
#include "tests/unit/ctrl/ng/world_keys.h"
#include "tests/unit/ctrl/ng/world_trace.h"
#include "tests/unit/unit_random.h"

static void check(void)
{
	struct trace t;
	unsigned n = 0, taken = 0;

	model_collect();
	world_trace(&t);
	for (unsigned k = 0; k < CALLS; k++)
		n += calls[k].exists;
	if (world.sessions.n != n)
		violated("%u calls, not %u", world.sessions.n, n);
	for (int f = 0; f < SL_FAMILIES; f++) {
		unsigned out = sl_interface_ports(&world.interface, f).taken;

		taken += out;
		if (out != model_ports(f))
			violated("%u pairs of ports are taken, not %u", out, model_ports(f));
	}
	if (taken != t.pairs)
		violated("%u pairs of ports are taken, and %u known", taken, t.pairs);
	if (world_pinholes() != model_flows())
		violated("%u flows are published, not %u", world_pinholes(), model_flows());
	if (keys_alive() != t.keys)
		violated("%u keys are alive, and %u known", keys_alive(), t.keys);
	if (keys_reused())
		violated("an index was sent twice under one key");
}

static unsigned number(const char *name, unsigned otherwise)
{
	const char *text = getenv(name);

	return text ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

static void live(unsigned seed, unsigned steps)
{
	const char *left;

	moves_start(seed);
	for (unsigned i = 0; i < steps; i++) {
		move();
		check();
	}
	moves_end();
	check();
	if (model_ports(SL_IPV4) || model_ports(SL_IPV6) || model_flows())
		violated("the model has something left");
	left = world_close();
	client_close();
	if (left)
		violated("%s is left", left);
}

/* The report of a life to the process that had it run. */
struct report {
	unsigned long counts[KIND_COUNT], sent;
	uint64_t digest;
};

/* Seeds the whole process: keys, ports and hash tables come from it. */
ssize_t __wrap_getrandom(void *out, size_t len, unsigned flags);

ssize_t __wrap_getrandom(void *out, size_t len, unsigned flags)
{
	static uint64_t stream;
	uint64_t steps = unit_seed;

	unit_seed = stream ? stream : ~(uint64_t)number("SL_PROPERTY_SEED", 0);
	unit_fill(out, len);
	stream = unit_seed;
	unit_seed = steps;
	return (ssize_t)len;
}

/* Whether a line is one too many is a question of real time. */
int __wrap_sl_log_allowed(struct sl_log_limit *limit, enum sl_log_level level, const char *format);

int __wrap_sl_log_allowed(struct sl_log_limit *limit, enum sl_log_level level, const char *format)
{
	return 1;
}

static void one_life(void **state)
{
	const char *to = getenv("SL_PROPERTY_REPORT");
	struct report report = {0};

	live(number("SL_PROPERTY_SEED", 0), number("SL_PROPERTY_STEPS", 400));
	report.sent = keys_sent();
	report.digest = story_digest();
	memcpy(report.counts, counts, sizeof(counts));
	if (to)
		assert_int_equal(write(atoi(to), &report, sizeof(report)), sizeof(report));
	print_message("the digest of this life is %016llx\n", (unsigned long long)report.digest);
}

static int start(void **state)
{
	world_start(1);
	return 0;
}

static int end(void **state)
{
	world_end();
	return 0;
}

static void become_life(unsigned seed, int report)
{
	char text[2][16];
	int null = open("/dev/null", O_WRONLY);

	snprintf(text[0], sizeof(text[0]), "%u", seed);
	snprintf(text[1], sizeof(text[1]), "%d", report);
	setenv("SL_PROPERTY_SEED", text[0], 1);
	setenv("SL_PROPERTY_REPORT", text[1], 1);
	dup2(null, STDOUT_FILENO);
	execl("/proc/self/exe", program_invocation_name, NULL);
	_exit(127);
}

static void run_life(unsigned seed, struct report *report)
{
	int pair[2], status;
	ssize_t n;
	pid_t child;

	assert_int_equal(pipe(pair), 0);
	child = fork();
	if (child == 0)
		become_life(seed, pair[1]);
	close(pair[1]);
	n = read(pair[0], report, sizeof(*report));
	close(pair[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (n == sizeof(*report) && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return;
	if (WIFSIGNALED(status)) /* it could not say so itself */
		story_again(stderr, seed);
	fail();
}

static void random_lives(void **state)
{
	unsigned seeds = number("SL_PROPERTY_SEEDS", 30);
	unsigned long sent = 0;

	for (unsigned seed = 1; seed <= seeds; seed++) {
		struct report report;

		run_life(seed, &report);
		sent += report.sent;
		for (unsigned i = 0; i < KIND_COUNT; i++)
			counts[i] += report.counts[i];
	}
	moves_report();
	print_message("%lu packets were protected\n", sent);
}

static void same_seed_same_life(void **state)
{
	for (unsigned seed = 1; seed <= 3; seed++) {
		struct report first, again;

		run_life(seed, &first);
		run_life(seed, &again);
		assert_memory_equal(&first, &again, sizeof(first));
	}
}

int main(void)
{
	const struct CMUnitTest life[] = {cmocka_unit_test(one_life)};
	const struct CMUnitTest lives[] = {
		cmocka_unit_test(same_seed_same_life),
		cmocka_unit_test(random_lives),
	};

	if (getenv("SL_PROPERTY_SEED"))
		return cmocka_run_group_tests(life, start, end);
	return cmocka_run_group_tests(lives, NULL, NULL);
}
