/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "ctrl/observe/why.h"

/* Alice to Bob, and back. */
static struct sl_why_path path(bool back)
{
	return (struct sl_why_path){
		.kind = "audio",
		.from = back ? "bob" : "alice",
		.to = back ? "alice" : "bob",
		.active = true,
		.expected = back ? "192.0.2.2:6004" : "192.0.2.1:5004",
		.local = "203.0.113.10:20000",
		.sent_to = back ? "192.0.2.1:5004" : "192.0.2.2:6004",
		.other = "",
		.denied = "",
		.packets = 1000,
		.last = 0,
		.heard = true,
		.failing = -1,
		.keyed = 100,
	};
}

static struct sl_why why;

static void judge(struct sl_why_path there, struct sl_why_path back)
{
	const struct sl_why_path paths[2] = {there, back};
	const struct sl_why_call call = {
		.known = true, .answered = true, .n_paths = 2, .path = paths};

	sl_why(&call, &why);
}

static void expect(unsigned i, enum sl_cause cause, const char *words)
{
	assert_true(i < why.n);
	if (why.list[i].cause != cause || !strstr(why.list[i].text, words))
		fail_msg("%s: %s", sl_cause_labels[why.list[i].cause], why.list[i].text);
}

static void before_media(void **state)
{
	const struct sl_why_call unknown = {0}, ringing = {.known = true, .offered = 7};

	sl_why(&unknown, &why);
	expect(0, SL_CAUSE_NEVER_OFFERED, "never offered");
	sl_why(&ringing, &why);
	expect(0, SL_CAUSE_NOT_ANSWERED, "offered 7 s ago");
	assert_int_equal(why.n, 1);
}

static void nothing_is_wrong(void **state)
{
	struct sl_why_path there = path(false);

	judge(there, path(true));
	assert_int_equal(why.n, 0);
	/* Attempts of others do no harm to media that passes. */
	there.drops[SL_DROP_SOURCE] = there.drops[SL_DROP_AUTH] = 100000;
	there.drops[SL_DROP_REPLAY] = 10;
	judge(there, path(true));
	assert_int_equal(why.n, 0);
}

static void silence(void **state)
{
	struct sl_why_path there = path(false), back = path(true);

	back.last = -1;
	back.packets = 0;
	judge(there, back);
	assert_int_equal(why.n, 1);
	expect(0, SL_CAUSE_ONE_WAY, "1000 packets were sent to bob at 192.0.2.2:6004");
	there.last = 34;
	judge(there, back);
	expect(0, SL_CAUSE_NO_PACKETS, "no packet has come from alice for 34 s");
	expect(1, SL_CAUSE_NO_PACKETS, "no packet has been seen from bob");
}

static const struct {
	enum sl_verdict verdict;
	enum sl_cause cause;
	const char *words;
} drops[] = {
	{SL_DROP_SOURCE, SL_CAUSE_UNEXPECTED_ADDRESS, "the last from 192.0.2.9:7000; alice is"},
	{SL_DROP_AUTH, SL_CAUSE_AUTHENTICATION, "since the call was answered, 100 s ago"},
	{SL_DROP_REPLAY, SL_CAUSE_REPLAYED, "already received"},
	{SL_DROP_REPLAY_OLD, SL_CAUSE_REPLAYED, "older than the replay window"},
	{SL_DROP_INDEX_REUSE, SL_CAUSE_REPLAYED, "already sent"},
	{SL_DROP_MARTIAN, SL_CAUSE_POLICED, "500 packets from alice are policed away"},
	{SL_DROP_RATE, SL_CAUSE_POLICED, "more than its SDP announced"},
	{SL_DROP_DENIED, SL_CAUSE_POLICED, "prefix that is denied"},
	{SL_DROP_UNKNOWN_SOURCE, SL_CAUSE_POLICED, "an unknown source"},
	{SL_DROP_UNPROVEN, SL_CAUSE_POLICED, "of a new SSRC"},
	{SL_DROP_MTU, SL_CAUSE_DROPPED, "larger than the egress port's MTU"},
	{SL_DROP_PORT_RESET, SL_CAUSE_DROPPED, "the egress port's device was reset"},
};

static void each_drop_has_its_words(void **state)
{
	for (unsigned i = 0; i < sizeof(drops) / sizeof(drops[0]); i++) {
		struct sl_why_path there = path(false);

		there.last = 20;
		there.other = "192.0.2.9:7000";
		there.fresh[drops[i].verdict] = 500;
		judge(there, path(true));
		assert_int_equal(why.n, 1);
		expect(0, drops[i].cause, drops[i].words);
	}
}

static void keys_that_do_not_fit(void **state)
{
	struct sl_why_path there = path(false);

	there.last = 14;
	there.failing = 12;
	there.keyed = 13;
	there.keyed_round = 2;
	there.heard = false;
	there.fresh[SL_DROP_AUTH] = 600;
	judge(there, path(true));
	expect(0, SL_CAUSE_AUTHENTICATION,
		"fails for 12 s (600 packets); none has passed since re-INVITE 2, 13 s ago");
}

static void refused_by_the_guard(void **state)
{
	struct sl_why_path there = path(false);

	there.denied = "192.0.2.0/24";
	judge(there, path(true));
	assert_int_equal(why.n, 0); /* what was under way still passes */
	there.last = 20;
	judge(there, path(true));
	assert_int_equal(why.n, 1);
	expect(0, SL_CAUSE_POLICED,
		"from alice at 192.0.2.1:5004 is refused by the guard: deny 192.0.2.0/24");
}

static void the_most_comes_first(void **state)
{
	struct sl_why_path there = path(false);

	there.last = 20;
	there.fresh[SL_DROP_SOURCE] = 5;
	there.fresh[SL_DROP_AUTH] = 50;
	judge(there, path(true));
	expect(0, SL_CAUSE_AUTHENTICATION, "");
	expect(1, SL_CAUSE_UNEXPECTED_ADDRESS, "");
	assert_int_equal(why.n, 2);
}

static void loss_beside_what_passes(void **state)
{
	struct sl_why_path there = path(false);

	there.drops[SL_DROP_REPLAY] = 500;
	judge(there, path(true));
	expect(0, SL_CAUSE_REPLAYED, "500 packets");
}

static void next_hops_and_hold(void **state)
{
	struct sl_why_path there = path(false), back = path(true);

	there.no_hop = true;
	there.last = -1;
	there.drops[SL_DROP_NEIGHBOUR] = there.fresh[SL_DROP_NEIGHBOUR] = 77;
	back.held = "a=inactive";
	back.holder = "alice";
	judge(there, back);
	assert_int_equal(why.n, 2);
	expect(0, SL_CAUSE_NEIGHBOUR, "on the way to bob at 192.0.2.2:6004");
	expect(1, SL_CAUSE_HOLD, "alice has put the call on hold (a=inactive)");
	there.hop_waits = true;
	judge(there, back);
	expect(0, SL_CAUSE_NEIGHBOUR, "the kernel is asked in turn");
	there = path(false);
	there.active = false;
	judge(there, path(true));
	expect(0, SL_CAUSE_REFUSED, "port 0");
}

static void a_circle(void **state)
{
	struct sl_why_path there = path(false);

	/* Also of a few among many that pass. */
	there.last = 0;
	there.packets = 100000;
	there.drops[SL_DROP_LOOP] = 12;
	judge(there, path(true));
	assert_int_equal(why.n, 1);
	expect(0, SL_CAUSE_LOOP, "12 packets went round in a circle");
	expect(0, SL_CAUSE_LOOP, "sent to bob at 192.0.2.2:6004");
}

static void the_list_is_bounded(void **state)
{
	struct sl_why_path paths[2 * SL_WHY_MAX];
	const struct sl_why_call call = {
		.known = true, .answered = true, .n_paths = 2 * SL_WHY_MAX, .path = paths};

	for (int i = 0; i < 2 * SL_WHY_MAX; i++) {
		paths[i] = path(i % 2);
		paths[i].active = false;
	}
	sl_why(&call, &why);
	assert_int_equal(why.n, SL_WHY_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_media),
		cmocka_unit_test(nothing_is_wrong),
		cmocka_unit_test(silence),
		cmocka_unit_test(each_drop_has_its_words),
		cmocka_unit_test(keys_that_do_not_fit),
		cmocka_unit_test(refused_by_the_guard),
		cmocka_unit_test(the_most_comes_first),
		cmocka_unit_test(loss_beside_what_passes),
		cmocka_unit_test(next_hops_and_hold),
		cmocka_unit_test(a_circle),
		cmocka_unit_test(the_list_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
