/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The guard and a worker decide alike: both get the same frames, whole, cut and mutated, with the
 * same pinholes open. usage: test_guard_worker guard.bpf.o
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "guard_cases.h"
#include "relay_fixture.h"

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
}

/* What the worker did with the frame, in the guard's words. */
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
		[SL_DROP_MARTIAN] = SL_GUARD_MARTIAN,
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

/* The worker refuses broken packets before it looks whose they are; the guard leaves those of
 * others to the kernel. */
static bool agree(int guard, int worker)
{
	return guard == worker ||
	       (guard == SL_GUARD_PASSED && (worker == SL_GUARD_IP || worker == SL_GUARD_UDP));
}

static int compare(struct fixture *f, const struct frame *frame, unsigned length, const char *what)
{
	char label[32] = "";
	int guard = guard_decided(f, frame->bytes, length);
	int worker = worker_decided(frame, length, label);

	if (!agree(guard, worker)) {
		for (unsigned i = 0; i < length; i++)
			fprintf(stderr, "%02x%s", frame->bytes[i], i + 1 < length ? "" : "\n");
		fail_msg("%s, %u bytes: guard %d, worker %s", what, length, guard, label);
	}
	return guard;
}

static void cases_whole_and_cut(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(verdicts_of) / sizeof(verdicts_of[0]); i++) {
		struct frame frame;

		frame_build(&frame, &verdicts_of[i]);
		for (unsigned n = frame.length; n >= 14; n--)
			compare(f, &frame, n, verdicts_of[i].name);
	}
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

static int set_up(void **state)
{
	guard_set_up(state);
	relay_start(&relay, "srtp2", 1);
	guard_serve(*state);
	open_calls(*state);
	return 0;
}

static int tear_down(void **state)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		call_close(&calls[i]);
	relay_stop(&relay);
	return guard_tear_down(state);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(cases_whole_and_cut, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cases_mutated, set_up, tear_down),
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
