/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Nanoseconds per verdict of the guard for each kind of packet, beside a program that only parses
 * and drops, both run by the kernel (bpf_prog_test_run with a repeat count). The guard is attached
 * to the loopback of a network namespace of its own, with its maps filled as the daemon fills them.
 * usage: bench_guard guard.bpf.o drop.bpf.o [--json]
 */
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include "ebpf/guard_user.h"
#include "tests/unit/ebpf/guard_frame.h"

enum { LOOPBACK = 1, SKIP = 77, REPEAT = 1000000, ROUNDS = 9, PORT_MIN = 20000, PORT_MAX = 59999 };

static const struct shape shapes[] = {
	{"closed port", .to = "198.51.100.10", .port = 20004},
	{"closed port, IPv6", .to = "2001:db8:1::10", .port = 20004},
	{"closed port, priority tag", .to = "198.51.100.10", .port = 20004, .tags = 1},
	{"malformed", .to = "198.51.100.10", .port = 20002, .ip_lie = 1},
	{"open pinhole", .to = "198.51.100.10", .port = 20002},
	{"open pinhole, unknown source", .to = "198.51.100.10", .port = 20002, .from = "192.0.2.2"},
	{"open pinhole, IPv6", .to = "2001:db8:1::10", .port = 20002},
	{"SIP", .to = "198.51.100.10", .port = 5060},
	{"TCP", .to = "198.51.100.10", .port = 22, .protocol = 6},
	{"another host's", .to = "198.51.100.11", .port = 20002},
};

/* With as many prefixes allowed and denied as there can be. */
static const struct shape listed_shapes[] = {
	{"closed port, 4096 prefixes", .to = "198.51.100.10", .port = 20004, .from = "203.0.113.1"},
	{"denied, 4096 prefixes", .to = "198.51.100.10", .port = 20002, .from = "100.1.2.3"},
	{"open, 4096 prefixes", .to = "198.51.100.10", .port = 20002},
	{"open, IPv6, 4096 prefixes", .to = "2001:db8:1::10", .port = 20002},
	{"another's, 4096 prefixes", .to = "198.51.100.11", .port = 20002},
};

static void fail(const char *what)
{
	fprintf(stderr, "bench_guard: %s\n", what);
	exit(1);
}

static struct bpf_object *load(const char *path, const char *name, int *program)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *found;

	if (!object || bpf_object__load(object) != 0)
		fail(path);
	found = bpf_object__find_program_by_name(object, name);
	if (!found)
		fail(name);
	*program = bpf_program__fd(found);
	return object;
}

static void add(struct sl_guard *guard, uint8_t slot, int family, const char *text)
{
	uint8_t ip[16] = {[10] = 0xff, 0xff};
	struct sl_error error = {0};

	if (inet_pton(family, text, family == AF_INET ? ip + 12 : ip) != 1 ||
		sl_guard_address_add(guard, slot, ip, 0, PORT_MIN, PORT_MAX, &error) != 0)
		fail(text);
	sl_guard_pinhole_open(guard, slot, 20002);
}

/* The limits that the daemon sets unless told otherwise, and whom calls name. */
static void limit(struct sl_guard *guard, unsigned prefixes)
{
	const struct sl_policy policy = {.unknown_source = sl_rate_of(200, 200),
		.unknown_total = sl_rate_of(20000, 20000),
		.prefixes = prefixes};
	static const uint8_t expected[2][16] = {
		{[10] = 0xff, 0xff, 192, 0, 2, 1},
		{0x20, 0x01, 0x0d, 0xb8, [15] = 1},
	};
	struct sl_error error = {0};

	if (sl_guard_policy_set(guard, &policy, &error) != 0)
		fail(error.text);
	for (int i = 0; i < 2; i++)
		if (sl_guard_source_add(guard, expected[i]) != 0)
			fail("no expected source");
}

/* Half of them IPv4, of 24 to 32 bits, half IPv6, of 32 to 64; every other one is denied. */
static void list(struct sl_guard *guard)
{
	struct sl_error error = {0};

	for (unsigned i = 0; i < SL_MAX_PREFIXES; i++) {
		uint8_t ip[16] = {[10] = 0xff, 0xff, 100, (uint8_t)(i >> 8), (uint8_t)i};
		unsigned bits = 96 + 24 + i / 2 % 9;

		if (i & 1) {
			memset(ip, 0, sizeof(ip));
			memcpy(ip, "\x24\x00", 2);
			ip[2] = (uint8_t)(i >> 8);
			ip[3] = (uint8_t)i;
			bits = 32 + i / 2 % 33;
		}
		if (sl_guard_prefix_set(
			    guard, ip, bits, i & 2 ? SL_PREFIX_DENY : SL_PREFIX_ALLOW, &error) != 0)
			fail(error.text);
	}
}

/* Attached, with two addresses, an open pinhole on each, and a socket on queue 0. */
static int set_up_guard(const char *path, struct sl_guard **out)
{
	struct sl_error error = {0};
	struct sl_guard *guard;
	uint32_t queue = 0;
	int program, xsk;
	struct bpf_object *object = load(path, SL_GUARD_PROGRAM, &program);

	if (bpf_xdp_attach(LOOPBACK, program, XDP_FLAGS_SKB_MODE, NULL) != 0)
		fail("cannot attach to lo");
	if (sl_guard_open(LOOPBACK, &guard, &error) != 0)
		fail(error.text);
	add(guard, 0, AF_INET, "198.51.100.10");
	add(guard, 1, AF_INET6, "2001:db8:1::10");
	limit(guard, 0);
	xsk = socket(AF_XDP, SOCK_RAW, 0);
	if (xsk < 0 ||
		bpf_map_update_elem(bpf_map__fd(bpf_object__find_map_by_name(object, "xsks_map")),
			&queue, &xsk, BPF_ANY) != 0)
		fail("no AF_XDP socket");
	*out = guard;
	return program;
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* ns per run; the median of several rounds. */
static uint32_t time_of(int program, const struct frame *frame, uint32_t *action)
{
	uint32_t ns[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame->bytes,
			.data_size_in = frame->length, .repeat = REPEAT);
		if (bpf_prog_test_run_opts(program, &run) != 0)
			fail("the kernel did not run the program");
		ns[i] = run.duration;
		*action = run.retval;
	}
	qsort(ns, ROUNDS, sizeof(*ns), by_value);
	return ns[ROUNDS / 2];
}

static void measure(const struct shape *packets, size_t n, int program, int drop, bool json)
{
	static const char *const actions[] = {"aborted", "drop", "pass", "tx", "redirect"};

	for (size_t i = 0; i < n; i++) {
		struct frame frame;
		uint32_t action, dropped;

		frame_build(&frame, &packets[i]);

		uint32_t least = time_of(drop, &frame, &dropped);
		uint32_t ns = time_of(program, &frame, &action);

		printf(json ? "{\"bench\":\"guard\",\"packet\":\"%s\",\"verdict\":\"%s\",\"ns\":%u,"
			      "\"drop_ns\":%u}\n"
			    : "%-26s %-9s %9u %20u\n",
			packets[i].name, action < 5 ? actions[action] : "?", ns, least);
	}
}

int main(int argc, char **argv)
{
	bool json = argc == 4 && strcmp(argv[3], "--json") == 0;
	struct sl_guard *guard;
	int program, drop;

	if (argc != 3 && !json)
		fail("usage: bench_guard guard.bpf.o drop.bpf.o [--json]");
	if (unshare(CLONE_NEWNET) || bpf_prog_get_fd_by_id(0) == -EPERM) {
		fprintf(stderr, "skipped: needs root and bpf\n");
		return SKIP;
	}
	program = set_up_guard(argv[1], &guard);
	load(argv[2], "parse_and_drop", &drop);
	if (!json)
		printf("%-26s %-9s %9s %20s\n", "ns per verdict", "verdict", "guard",
			"parse and drop only");
	measure(shapes, sizeof(shapes) / sizeof(shapes[0]), program, drop, json);
	list(guard);
	limit(guard, SL_MAX_PREFIXES);
	measure(listed_shapes, sizeof(listed_shapes) / sizeof(listed_shapes[0]), program, drop,
		json);
	bpf_xdp_detach(LOOPBACK, XDP_FLAGS_SKB_MODE, NULL);
	return 0;
}
