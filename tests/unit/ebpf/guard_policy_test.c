/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The guard's policy: who may send to open ports, and how much.
 * usage: test_guard_policy guard.bpf.o spoof.bpf.o
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "tests/unit/ebpf/guard_fixture.h"
#include "tests/unit/ebpf/guard_frame.h"

static const char *spoof; /* path */

static void policy(struct fixture *f, const struct sl_policy *policy)
{
	assert_int_equal(sl_guard_policy_set(f->guard, policy, &f->error), 0);
}

static void ip_of(const char *text, uint8_t ip[16])
{
	memset(ip, 0, 16);
	if (strchr(text, ':')) {
		assert_int_equal(inet_pton(AF_INET6, text, ip), 1);
		return;
	}
	ip[10] = ip[11] = 0xff;
	assert_int_equal(inet_pton(AF_INET, text, ip + 12), 1);
}

static void list(struct fixture *f, const char *text, unsigned bits, enum sl_prefix prefix)
{
	uint8_t ip[16];

	ip_of(text, ip);
	if (!strchr(text, ':'))
		bits += 96;
	if (sl_guard_prefix_set(f->guard, ip, bits, prefix, &f->error) != 0)
		fail_msg("%s/%u: %s", text, bits, f->error.text);
}

static void expect_source(struct fixture *f, const char *text, bool expected)
{
	uint8_t ip[16];

	ip_of(text, ip);
	if (expected)
		assert_int_equal(sl_guard_source_add(f->guard, ip), 0);
	else
		sl_guard_source_remove(f->guard, ip);
}

static int decided(struct fixture *f, struct shape shape)
{
	struct frame frame;

	frame_build(&frame, &shape);
	return guard_decided(f, frame.bytes, frame.length);
}

/* To the open port of the source's family. */
static int from(struct fixture *f, const char *source)
{
	return decided(f,
		(struct shape){
			.to = strchr(source, ':') ? OURS6 : OURS4, .port = 20002, .from = source});
}

static int set_up(void **state)
{
	struct fixture *f;

	guard_set_up(state);
	f = *state;
	guard_serve(f);
	sl_guard_pinhole_open(f->guard, SLOT4, 20002);
	sl_guard_pinhole_open(f->guard, SLOT6, 20002);
	return 0;
}

static void no_limits_until_told(void **state)
{
	for (int i = 0; i < 1000; i++)
		assert_int_equal(from(*state, "192.0.2.1"), SL_GUARD_REDIRECTED);
}

static void longest_prefix_counts(void **state)
{
	static const struct {
		const char *source;
		int want;
	} cases[] = {
		{"203.0.113.1", SL_GUARD_DENIED},
		{"203.0.113.64", SL_GUARD_REDIRECTED},
		{"203.0.113.127", SL_GUARD_REDIRECTED},
		{"203.0.113.77", SL_GUARD_DENIED},
		{"203.0.113.128", SL_GUARD_DENIED},
		{"203.0.114.0", SL_GUARD_REDIRECTED},
		{"203.0.112.255", SL_GUARD_REDIRECTED},
		{"2001:db8:bad::1", SL_GUARD_DENIED},
		{"2001:db8:bad:1::1", SL_GUARD_REDIRECTED},
		{"2001:db8:bae::1", SL_GUARD_REDIRECTED},
	};
	struct fixture *f = *state;

	list(f, "203.0.113.0", 24, SL_PREFIX_DENY);
	list(f, "203.0.113.64", 26, SL_PREFIX_ALLOW);
	list(f, "203.0.113.77", 32, SL_PREFIX_DENY);
	list(f, "2001:db8:bad::", 48, SL_PREFIX_DENY);
	list(f, "2001:db8:bad:1::", 64, SL_PREFIX_ALLOW);
	assert_int_equal(from(f, "203.0.113.1"), SL_GUARD_REDIRECTED); /* not switched on yet */
	policy(f, &(struct sl_policy){.prefixes = 5});
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (from(f, cases[i].source) != cases[i].want)
			fail_msg("%s", cases[i].source);
	/* Also one that a call names, and also what is the kernel's. */
	expect_source(f, "203.0.113.1", true);
	assert_int_equal(from(f, "203.0.113.1"), SL_GUARD_DENIED);
	assert_int_equal(
		decided(f, (struct shape){.to = OURS4, .port = 5060, .from = "203.0.113.1"}),
		SL_GUARD_DENIED);
	assert_int_equal(decided(f, (struct shape){.to = "10.0.0.99",
					    .port = 22,
					    .protocol = 6,
					    .from = "203.0.113.1"}),
		SL_GUARD_DENIED);
	list(f, "203.0.113.0", 24, SL_PREFIX_NONE);
	assert_int_equal(from(f, "203.0.113.1"), SL_GUARD_REDIRECTED);
	list(f, "203.0.113.0", 24, SL_PREFIX_NONE); /* not there: fine */
	list(f, "0.0.0.0", 0, SL_PREFIX_DENY);
	assert_int_equal(from(f, "203.0.113.1"), SL_GUARD_DENIED);
	assert_int_equal(from(f, "2001:db8::1"), SL_GUARD_REDIRECTED);
}

static void thousands_of_prefixes(void **state)
{
	struct fixture *f = *state;
	char text[INET_ADDRSTRLEN];

	for (unsigned i = 0; i < SL_MAX_PREFIXES; i++) {
		snprintf(text, sizeof(text), "100.%u.%u.0", i / 250, i % 250);
		list(f, text, 24, i & 1 ? SL_PREFIX_DENY : SL_PREFIX_ALLOW);
	}
	policy(f, &(struct sl_policy){
			  .prefixes = SL_MAX_PREFIXES, .unknown_total = sl_rate_of(1, 1)});
	for (unsigned i = 0; i < SL_MAX_PREFIXES; i += 7) {
		snprintf(text, sizeof(text), "100.%u.%u.9", i / 250, i % 250);
		assert_int_equal(from(f, text), i & 1 ? SL_GUARD_DENIED : SL_GUARD_REDIRECTED);
	}
}

static void martians(void **state)
{
	static const char *const sources[] = {"0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.0.1",
		"224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", OURS4, "::", "::1",
		"::10.1.1.1", "ff02::1", OURS6};
	static const char *const fine[] = {"1.0.0.1", "126.0.0.1", "128.0.0.1", "223.255.255.255",
		"10.0.0.2", "192.168.1.1", "fe80::1", "2001:db8::1", "fd00::2"};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		if (from(f, sources[i]) != SL_GUARD_MARTIAN)
			fail_msg("%s", sources[i]);
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		if (from(f, fine[i]) != SL_GUARD_REDIRECTED)
			fail_msg("%s", fine[i]);
	/* A packet to a closed port is closed, whoever sent it. */
	assert_int_equal(
		decided(f, (struct shape){.to = OURS4, .port = 20004, .from = "127.0.0.1"}),
		SL_GUARD_CLOSED);
}

/* Slow enough that none comes back while the test runs. */
#define ONCE(burst)                                            \
	{                                                      \
		.interval = UINT64_C(3600000000000),           \
		.depth = ((burst)-1) * UINT64_C(3600000000000) \
	}

static unsigned passed(struct fixture *f, const char *source, unsigned n, int refused)
{
	unsigned count = 0;

	while (n--) {
		int have = from(f, source);

		if (have == SL_GUARD_REDIRECTED)
			count++;
		else
			assert_int_equal(have, refused);
	}
	return count;
}

static void each_unknown_source_has_a_rate(void **state)
{
	struct fixture *f = *state;

	policy(f, &(struct sl_policy){.unknown_source = ONCE(10)});
	assert_int_equal(passed(f, "192.0.2.1", 50, SL_GUARD_UNKNOWN_SOURCE), 10);
	assert_int_equal(passed(f, "192.0.2.2", 50, SL_GUARD_UNKNOWN_SOURCE), 10);
	/* An IPv6 /64 is one. */
	assert_int_equal(passed(f, "2001:db8::1", 5, SL_GUARD_UNKNOWN_SOURCE), 5);
	assert_int_equal(passed(f, "2001:db8::2:0:0:1", 50, SL_GUARD_UNKNOWN_SOURCE), 5);
	assert_int_equal(passed(f, "2001:db8:0:1::1", 50, SL_GUARD_UNKNOWN_SOURCE), 10);
	/* Who is expected is none, until nobody expects him. */
	expect_source(f, "192.0.2.1", true);
	expect_source(f, "192.0.2.1", true);
	expect_source(f, "2001:db8::9", true);
	assert_int_equal(passed(f, "192.0.2.1", 50, -1), 50);
	assert_int_equal(passed(f, "2001:db8::1", 50, -1), 50);
	expect_source(f, "192.0.2.1", false);
	assert_int_equal(passed(f, "192.0.2.1", 50, -1), 50);
	expect_source(f, "192.0.2.1", false);
	assert_int_equal(passed(f, "192.0.2.1", 50, SL_GUARD_UNKNOWN_SOURCE), 0);
	expect_source(f, "192.0.2.1", false); /* once too often: nothing */
}

static void unknown_sources_have_a_budget(void **state)
{
	struct fixture *f = *state;

	policy(f, &(struct sl_policy){.unknown_source = ONCE(10), .unknown_total = ONCE(25)});
	assert_int_equal(passed(f, "192.0.2.1", 1000, SL_GUARD_UNKNOWN_SOURCE), 10);
	assert_int_equal(passed(f, "192.0.2.2", 1000, SL_GUARD_UNKNOWN_SOURCE), 10);
	assert_int_equal(passed(f, "192.0.2.3", 10, SL_GUARD_UNKNOWN_TOTAL), 5);
	assert_int_equal(passed(f, "192.0.2.4", 100, SL_GUARD_UNKNOWN_TOTAL), 0);
	expect_source(f, "192.0.2.4", true);
	assert_int_equal(passed(f, "192.0.2.4", 100, -1), 100);
}

/* An address without media: nothing is closed, and what is the kernel's is limited as anywhere. */
static void no_port_is_media(void **state)
{
	static const uint16_t others[] = {0, 1, 2, 5061, 20000, 65534, 65535};
	struct shape to = {.to = "203.0.113.9", .port = 5060, .from = "192.0.2.1"};
	struct fixture *f = *state;

	guard_address(f, 20, to.to, 0, 0, 0);
	sl_guard_pinhole_open(f->guard, 20, 5060);
	policy(f, &(struct sl_policy){.unknown_source = ONCE(3)});
	for (int i = 0; i < 6; i++)
		assert_int_equal(
			decided(f, to), i < 3 ? SL_GUARD_PASSED : SL_GUARD_KERNEL_UNKNOWN_SOURCE);
	to.protocol = 6;
	assert_int_equal(decided(f, to), SL_GUARD_PASSED); /* an ACK */
	to.opens = true;
	assert_int_equal(decided(f, to), SL_GUARD_KERNEL_UNKNOWN_SOURCE);
	to.protocol = 0;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		to.port = others[i];
		to.udp_lie = (int)i % 2;
		assert_int_equal(decided(f, to), SL_GUARD_PASSED);
	}
	/* The same address with media, and those without: both hold. */
	guard_address(f, 21, to.to, 0, 20000, 20999);
	guard_address(f, 22, to.to, 0, 0, 0);
	sl_guard_pinhole_open(f->guard, 22, 5062);
	to.udp_lie = 0;
	to.port = 20000;
	assert_int_equal(decided(f, to), SL_GUARD_CLOSED);
	to.port = 21000;
	assert_int_equal(decided(f, to), SL_GUARD_PASSED);
	to.port = 5060;
	assert_int_equal(decided(f, to), SL_GUARD_KERNEL_UNKNOWN_SOURCE);
	to.port = 5062;
	assert_int_equal(decided(f, to), SL_GUARD_KERNEL_UNKNOWN_SOURCE);
}

/* Returns the memory of the guard's map in the kernel, in bytes. */
static unsigned long memory_of(struct fixture *f, const char *map)
{
	int fd = bpf_object__find_map_fd_by_name(f->object, map);
	unsigned long bytes = ULONG_MAX;
	char line[256];
	FILE *file;

	snprintf(line, sizeof(line), "/proc/self/fdinfo/%d", fd);
	file = fopen(line, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) && sscanf(line, "memlock: %lu", &bytes) != 1)
		;
	fclose(file);
	assert_true(bytes != ULONG_MAX);
	return bytes;
}

static unsigned entries_of(struct fixture *f, const char *map)
{
	int fd = bpf_object__find_map_fd_by_name(f->object, map);
	struct sl_guard_address key, *last = NULL;
	unsigned n = 0;

	while (bpf_map_get_next_key(fd, last, &key) == 0) {
		last = &key;
		n++;
	}
	return n;
}

/* `n` packets to the open pinhole, each from the next address of 100.0.0.0/8. */
static void flood(struct fixture *f, unsigned n)
{
	struct bpf_object *object = bpf_object__open_file(spoof, NULL);
	uint64_t before[SL_GUARD_COUNTER_COUNT], after[SL_GUARD_COUNTER_COUNT];
	struct frame frame;
	__u32 only = 0;

	assert_non_null(object);
	assert_int_equal(bpf_object__load(object), 0);
	assert_int_equal(bpf_map_update_elem(bpf_object__find_map_fd_by_name(object, "next"), &only,
				 &f->program, BPF_ANY),
		0);
	frame_build(&frame, &(struct shape){.to = OURS4, .port = 20002, .from = "100.0.0.0"});
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame.bytes, .data_size_in = frame.length,
		.repeat = (int)n);
	assert_int_equal(sl_guard_counters(f->guard, before, &f->error), 0);
	assert_int_equal(
		bpf_prog_test_run_opts(
			bpf_program__fd(bpf_object__find_program_by_name(object, "spoof")), &run),
		0);
	assert_int_equal(sl_guard_counters(f->guard, after, &f->error), 0);
	assert_int_equal(after[SL_GUARD_REDIRECTED] - before[SL_GUARD_REDIRECTED], n);
	bpf_object__close(object);
}

/* No number of unknown sources makes the guard forget whom it expects, or take more memory. */
static void ten_million_sources_displace_nobody(void **state)
{
	static const char *const maps[] = {"unknown_sources", "expected", "prefixes"};
	struct fixture *f = *state;
	unsigned long before[3];

	policy(f, &(struct sl_policy){.unknown_source = ONCE(1)});
	expect_source(f, "192.0.2.1", true);
	for (int i = 0; i < 3; i++)
		before[i] = memory_of(f, maps[i]);
	flood(f, 10000000);
	assert_int_equal(passed(f, "192.0.2.1", 100, -1), 100);
	for (int i = 0; i < 3; i++)
		assert_int_equal(memory_of(f, maps[i]), before[i]);
	assert_in_range(entries_of(f, "unknown_sources"), SL_GUARD_MAX_UNKNOWN_SOURCES / 2,
		SL_GUARD_MAX_UNKNOWN_SOURCES);
	assert_int_equal(entries_of(f, "expected"), 1);
}

struct seen {
	unsigned n;
	struct sl_guard_event last;
};

static void see(void *context, const struct sl_guard_event *event)
{
	struct seen *seen = context;

	seen->n++;
	seen->last = *event;
}

static void drops_are_sampled(void **state)
{
	struct fixture *f = *state;
	struct seen seen = {0};
	uint8_t ip[16];

	ip_of("192.0.2.7", ip);
	for (int i = 0; i < 3 * SL_GUARD_SAMPLE; i++)
		decided(f, (struct shape){.to = OURS4, .port = 20004, .from = "192.0.2.7"});
	from(f, "192.0.2.7");
	sl_guard_events(f->guard, see, &seen);
	assert_in_range(seen.n, 3, 3 + 64); /* on each CPU the first one */
	assert_int_equal(seen.last.counter, SL_GUARD_CLOSED);
	assert_int_equal(seen.last.port, 20004);
	assert_memory_equal(seen.last.from.ip, ip, 16);
	seen.n = 0;
	sl_guard_events(f->guard, see, &seen);
	assert_int_equal(seen.n, 0);
}

int main(int argc, char **argv)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, guard_tear_down)
	const struct CMUnitTest tests[] = {
		CASE(no_limits_until_told),
		CASE(longest_prefix_counts),
		CASE(thousands_of_prefixes),
		CASE(martians),
		CASE(each_unknown_source_has_a_rate),
		CASE(unknown_sources_have_a_budget),
		CASE(no_port_is_media),
		CASE(ten_million_sources_displace_nobody),
		CASE(drops_are_sampled),
	};

	if (argc != 3) {
		fprintf(stderr, "usage: %s guard.bpf.o spoof.bpf.o\n", argv[0]);
		return 2;
	}
	spoof = argv[2];
	if (!guard_fixture_begin(argv[1])) {
		fprintf(stderr, "skipped: needs root and bpf\n");
		return SKIP;
	}
	return cmocka_run_group_tests_name("guard policy", tests, NULL, NULL);
}
