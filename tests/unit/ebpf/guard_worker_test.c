/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The guard and a worker decide alike: both get the same frames, whole, cut and mutated, with the
 * same pinholes open and the same policy. usage: test_guard_worker guard.bpf.o
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dataplane/handoff/policy.h"
#include "tests/unit/dataplane/path/relay_fixture.h"
#include "tests/unit/ebpf/guard_cases.h"

static struct relay relay;
static struct call calls[5];

/* The guard's pinholes, as calls; with the RTCP ports that these open as well. */
static void open_calls(struct fixture *f)
{
	static const struct {
		unsigned n;
		uint8_t slot, far, guard;
	} open[] = {
		{0, WAN4, LAN4, SLOT4},
		{1, WAN4, LAN4, SLOT4},
		{1, WAN6, LAN6, SLOT6},
		{2, VLAN4, LAN4, SLOT_VLAN},
		{(PORT_MAX - PORT_MIN) / 2, WAN4, LAN4, SLOT4},
	};

	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
		uint16_t port = (uint16_t)(FIRST_PORT + 2 * open[i].n);

		call_open_between(&calls[i], open[i].n, SL_SUITE_AES_CM_128_HMAC_SHA1_80,
			SL_SUITE_AES_CM_128_HMAC_SHA1_80, open[i].slot, open[i].far, false);
		for (uint16_t c = 0; c < 2; c++)
			sl_guard_pinhole_open(f->guard, open[i].guard, port + c);
	}
	sl_guard_pinhole_open(f->guard, SLOT4, SIP_PORT);
	sl_guard_pinhole_open(f->guard, SLOT6, SIP_PORT);
	sl_guard_pinhole_open(f->guard, SLOT_VLAN, SIP_PORT);
}

/* Returns what the worker did with the frame, in the guard's words. */
static int worker_decided(const struct frame *frame, unsigned length, char label[32])
{
	static const char *const labels[SL_VERDICTS] = {"forwarded",
#define X(id, name, text) name,
		SL_DROP_REASONS(X)
#undef X
	};
	static const int words[SL_VERDICTS] = {
		[SL_DROP_FRAME] = SL_GUARD_PASSED, /* whose it is cannot be told */
		[SL_DROP_NOT_MEDIA] = SL_GUARD_PASSED,
		[SL_DROP_IP] = SL_GUARD_IP,
		[SL_DROP_UDP] = SL_GUARD_UDP,
		[SL_DROP_FRAGMENT] = SL_GUARD_FRAGMENT,
		[SL_DROP_CLOSED] = SL_GUARD_CLOSED,
		[SL_DROP_DENIED] = SL_GUARD_DENIED,
		[SL_DROP_MARTIAN] = SL_GUARD_MARTIAN,
		[SL_DROP_TTL] = SL_GUARD_TTL,
		[SL_DROP_UNKNOWN_SOURCE] = SL_GUARD_UNKNOWN_SOURCE,
		[SL_DROP_UNKNOWN_TOTAL] = SL_GUARD_UNKNOWN_TOTAL,
		[SL_DROP_KERNEL_UNKNOWN_SOURCE] = SL_GUARD_KERNEL_UNKNOWN_SOURCE,
		[SL_DROP_KERNEL_UNKNOWN_TOTAL] = SL_GUARD_KERNEL_UNKNOWN_TOTAL,
	};
	uint64_t before[SL_VERDICTS];
	int decided = -1;

	for (int v = 0; v < SL_VERDICTS; v++)
		before[v] = verdicts((enum sl_verdict)v);
	inject_frame(&relay, WAN, 0, frame->bytes, (uint16_t)length);
	relay_poll();
	for (int v = 0; v < SL_VERDICTS; v++) {
		uint64_t n = verdicts((enum sl_verdict)v) - before[v];

		if (!n)
			continue;
		assert_int_equal(n, 1);
		assert_int_equal(decided, -1);
		decided = words[v]; /* whatever is not named above was judged behind the guard */
		snprintf(label, 32, "%s", labels[v]);
	}
	assert_true(decided >= 0);
	return decided;
}

static int compare(struct fixture *f, const struct frame *frame, unsigned length, const char *what)
{
	char label[32] = "";
	int guard = guard_decided(f, frame->bytes, length);
	int worker = worker_decided(frame, length, label);

	if (guard != worker) {
		for (unsigned i = 0; i < length; i++)
			fprintf(stderr, "%02x%s", frame->bytes[i], i + 1 < length ? "" : "\n");
		fail_msg("%s, %u bytes: guard %d, worker %s", what, length, guard, label);
	}
	return guard;
}

/* Cut at every byte, and again with an IP length that admits it. */
static void cut(struct fixture *f, const struct shape *shape)
{
	bool v6 = strchr(shape->to, ':');
	struct frame frame;

	frame_build(&frame, shape);
	for (unsigned n = frame.length; n >= 14; n--)
		compare(f, &frame, n, shape->name);
	for (unsigned n = frame.length; n >= frame.ip + (v6 ? 40 : 20); n--) {
		put16(frame.bytes + frame.ip + (v6 ? 4 : 2), n - frame.ip - (v6 ? 40 : 0));
		compare(f, &frame, n, shape->name);
	}
}

static void cases_whole_and_cut(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(verdicts_of) / sizeof(verdicts_of[0]); i++)
		cut(f, &verdicts_of[i]);
}

/* Most frames keep a sound start, so that what follows is looked at. */
static void cases_mutated(void **state)
{
	struct fixture *f = *state;
	static const int common[] = {SL_GUARD_REDIRECTED, SL_GUARD_PASSED, SL_GUARD_IP,
		SL_GUARD_UDP, SL_GUARD_FRAGMENT, SL_GUARD_CLOSED, SL_GUARD_MARTIAN};
	unsigned seen[SL_GUARD_COUNTER_COUNT] = {0};
	enum { ROUNDS = 60000 };

	for (int round = 0; round < ROUNDS; round++) {
		const struct shape *shape =
			&verdicts_of[(size_t)random() %
				     (sizeof(verdicts_of) / sizeof(verdicts_of[0]))];
		struct frame frame;

		frame_build(&frame, shape);
		for (long flips = 1 + random() % 3; flips > 0; flips--) {
			unsigned room = frame.length - 12;

			frame.bytes[12 + (unsigned)random() % room] ^= (uint8_t)(1 << random() % 8);
		}
		seen[compare(f, &frame, frame.length, shape->name)]++;
	}
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		assert_true(seen[common[i]] > 100);
}

/* Inputs that the parser's fuzzer found interesting, as they are and sent to us; whole, cut and
 * mutated. */
static void cases_of_the_fuzzer(void **state)
{
	struct fixture *f = *state;
	char path[4096];
	struct dirent *entry;
	DIR *dir = opendir(SL_PARSE_CORPUS);
	unsigned files = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		struct frame frame = {.length = 0};
		FILE *file;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", SL_PARSE_CORPUS, entry->d_name);
		file = fopen(path, "r");
		assert_non_null(file);
		frame.length = (unsigned)fread(frame.bytes, 1, sizeof(frame.bytes), file);
		fclose(file);
		files++;
		for (int to_us = 0; to_us < 2 && frame.length >= 34; to_us++) {
			struct frame mutated;

			if (to_us) {
				static const uint8_t ours[4] = {10, 0, 0, 1};

				memcpy(frame.bytes + 30, ours, sizeof(ours));
			}
			for (unsigned n = frame.length; n >= 14; n--)
				compare(f, &frame, n, entry->d_name);
			for (int round = 0; round < 1000; round++) {
				mutated = frame;
				for (long flips = 1 + random() % 4; flips > 0; flips--)
					mutated.bytes[12 +
						      (unsigned)random() % (frame.length - 12)] ^=
						(uint8_t)(1 << random() % 8);
				compare(f, &mutated, mutated.length, entry->d_name);
			}
		}
	}
	closedir(dir);
	assert_true(files >= 10);
}

/* To both of them, under the same name. */
static void both_list(
	struct fixture *f, struct sl_listed *list, const char *text, unsigned bits, int prefix)
{
	bool v6 = strchr(text, ':');

	memset(list, 0, sizeof(*list));
	if (!v6)
		list->ip[10] = list->ip[11] = 0xff;
	assert_int_equal(inet_pton(v6 ? AF_INET6 : AF_INET, text, list->ip + (v6 ? 0 : 12)), 1);
	list->bits = (uint8_t)(bits + (v6 ? 0 : 96));
	list->prefix = (uint8_t)prefix;
	assert_int_equal(sl_guard_prefix_set(
				 f->guard, list->ip, list->bits, (enum sl_prefix)prefix, &f->error),
		0);
}

static void both_name(struct fixture *f, const char *text)
{
	struct sl_listed source;

	both_list(f, &source, text, strchr(text, ':') ? 128 : 32, SL_PREFIX_NONE);
	assert_int_equal(sl_guard_source_add(f->guard, source.ip), 0);
	assert_true(sl_policy_source_add(source.ip));
}

/* Somebody: of a few networks, listed or not, of those that calls name, or who cannot be. */
static const char *somebody(bool v6, char text[INET6_ADDRSTRLEN])
{
	static const char *const martians[2][3] = {
		{"127.0.0.1", "239.1.2.3", OURS4}, {"::1", "ff02::1", OURS6}};
	static const char *const networks[2][5] = {
		{"198.18.0.%u", "198.18.1.%u", "198.18.2.%u", "203.0.113.%u", "10.0.0.%u"},
		{"2001:db8:1::%x", "2001:db8:2::%x", "2001:db8:3::%x", "2001:db8:%x::1",
			"fd00::%x"}};

	if (random() % 20 == 0)
		return martians[v6][random() % 3];
	snprintf(
		text, INET6_ADDRSTRLEN, networks[v6][random() % 5], (unsigned)(random() % 200 + 2));
	return text;
}

/* Lists, names and limits: every packet has the same fate, and the sums are the same. */
static void cases_under_a_policy(void **state)
{
	/* Nothing comes back while the test runs: two clocks make no difference. */
	static const uint64_t never = UINT64_C(3600000000000);
	struct sl_policy policy = {.unknown_source = {.interval = never, .depth = 19 * never},
		.unknown_total = {.interval = never, .depth = 1499 * never}};
	static const int common[] = {SL_GUARD_REDIRECTED, SL_GUARD_PASSED, SL_GUARD_IP,
		SL_GUARD_UDP, SL_GUARD_CLOSED, SL_GUARD_MARTIAN, SL_GUARD_DENIED,
		SL_GUARD_UNKNOWN_SOURCE, SL_GUARD_UNKNOWN_TOTAL, SL_GUARD_FRAGMENT,
		SL_GUARD_KERNEL_UNKNOWN_SOURCE, SL_GUARD_KERNEL_UNKNOWN_TOTAL};
	unsigned seen[SL_GUARD_COUNTER_COUNT] = {0};
	struct fixture *f = *state;
	struct sl_listed list[6];

	both_list(f, &list[0], "198.18.0.0", 15, SL_PREFIX_ALLOW);
	both_list(f, &list[1], "198.18.0.0", 24, SL_PREFIX_DENY);
	both_list(f, &list[2], "198.18.0.64", 26, SL_PREFIX_ALLOW);
	both_list(f, &list[3], "203.0.113.7", 32, SL_PREFIX_DENY);
	both_list(f, &list[4], "2001:db8:2::", 48, SL_PREFIX_DENY);
	both_list(f, &list[5], "2001:db8:2::80", 121, SL_PREFIX_ALLOW);
	both_name(f, "10.0.0.2");
	both_name(f, "203.0.113.9");
	both_name(f, "198.18.0.9"); /* denied all the same */
	both_name(f, "fd00::2");
	policy.prefixes = 6;
	policy.min_hops = 32;
	assert_int_equal(sl_guard_policy_set(f->guard, &policy, &f->error), 0);
	assert_int_equal(sl_policy_set(&policy, list, 6), 0);
	for (int round = 0; round < 60000; round++) {
		static const uint16_t ports[] = {20002, 20002, 20002, 20000, 20004, 5060};
		bool v6 = random() % 2;
		char from[INET6_ADDRSTRLEN];
		struct shape shape = {"under a policy",
			.to = random() % 20 == 0 ? v6 ? "fd00::11" : "10.0.0.11"
			      : v6               ? OURS6
						 : OURS4,
			.port = ports[random() % 6]};
		struct frame frame;

		shape.from = somebody(v6, from);
		if (random() % 5 == 0) {
			shape.protocol = random() % 2 ? 6 : v6 ? 58 : 1;
			shape.opens = random() % 2;
			shape.kind = (uint8_t)random();
		}
		if (random() % 10 == 0) {
			static const uint16_t offsets[] = {0, 0, 1, 2, 3, 185, 0x1fff};
			unsigned offset = offsets[random() % 7], more = random() % 2;

			shape.chain = v6 ? "f" : NULL;
			shape.fragment = (uint16_t)(v6 ? offset << 3 | more : more << 13 | offset);
			shape.ip_lie = random() % 2 ? 0 : -8 * (int)(1 + random() % 3);
		}
		if (random() % 20 == 0)
			shape.hops = random() % 4 ? (int)(random() % 32) + 1 : 255;
		if (random() % 20 == 0)
			*(random() % 2 ? &shape.udp_lie : &shape.ip_lie) = 1;
		frame_build(&frame, &shape);
		seen[compare(f, &frame, frame.length, shape.from)]++;
	}
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		assert_true(seen[common[i]] > 100);
}

static int set_up(void **state)
{
	guard_set_up(state);
	relay_start(&relay, "srtp2", 1);
	assert_int_equal(sl_policy_open(), 0);
	guard_serve(*state);
	open_calls(*state);
	return 0;
}

static int tear_down(void **state)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		call_close(&calls[i]);
	relay_stop(&relay);
	sl_policy_close();
	return guard_tear_down(state);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(cases_whole_and_cut, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cases_mutated, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cases_of_the_fuzzer, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cases_under_a_policy, set_up, tear_down),
	};

	if (argc != 2) {
		fprintf(stderr, "usage: %s guard.bpf.o\n", argv[0]);
		return 2;
	}
	if (!guard_fixture_begin(argv[1])) {
		fprintf(stderr, "skipped: needs root and bpf\n");
		return SKIP;
	}
	srandom(768);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
