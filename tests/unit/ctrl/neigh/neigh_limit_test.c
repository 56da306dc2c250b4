/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parties name on-link addresses that nobody has: whatever they do, the kernel has few entries for
 * them at a time, and gateways and those who answer are found all the same.
 */
#include "tests/unit/ctrl/neigh/neigh_fixture.h"

#include <stdio.h>
#include <string.h>

#include "ctrl/neigh/neigh_asking.h"

enum { GUESSES = 400, CALLS = 100 };

static uint32_t held[GUESSES + CALLS * SL_NEIGH_ASKING_EACH];
static unsigned n_held;

/* Entries of the kernel's that nobody answers for. */
static unsigned unanswered(void)
{
	FILE *out = popen("ip neigh show dev br0 | grep -cE 'INCOMPLETE|FAILED'", "r");
	unsigned n = 0;

	assert_non_null(out);
	assert_int_equal(fscanf(out, "%u", &n), 1);
	pclose(out);
	return n;
}

static void guess(uint64_t owner, unsigned i)
{
	char text[64];

	snprintf(text, sizeof(text), i % 2 ? "fd01::bad:%x" : "10.1.0.%u", i % 2 ? i : 10 + i / 2);
	held[n_held++] = get_for(owner, br0, text);
}

static void guess6(uint64_t owner, unsigned i)
{
	char text[64];

	snprintf(text, sizeof(text), "fd01::bad:%x", i);
	held[n_held++] = get_for(owner, br0, text);
}

static void turn_for(uint64_t ms)
{
	uint64_t end = now_ms() + ms;

	while (now_ms() < end)
		uv_run(&loop, UV_RUN_ONCE);
}

static void put_all(void)
{
	while (n_held)
		sl_neigh_put(neigh, held[--n_held]);
}

/* As one call with 16 m-lines and an address each for RTP and RTCP can, and more. */
static void one_call_has_few_places(void **state)
{
	for (unsigned i = 0; i < 64; i++)
		guess(7, i);
	assert_in_range(unanswered(), 1, SL_NEIGH_ASKING_EACH);
	assert_int_equal(sl_neigh_counts(neigh).waiting, 64 - SL_NEIGH_ASKING_EACH);
	assert_int_equal(sl_neigh_counts(neigh).put_off, 64 - SL_NEIGH_ASKING_EACH);
	assert_false(sl_neigh_waits(neigh, held[0]));
	assert_true(sl_neigh_waits(neigh, held[63]));
	put_all();
	assert_int_equal(sl_neigh_counts(neigh).waiting, 0);
	assert_int_equal(unanswered(), 0);
}

/* Nobody's turn is for ever: a neighbour that answers is found behind all that do not. */
static void they_take_turns(void **state)
{
	uint32_t last;

	for (unsigned i = 0; i < 24; i++)
		guess6(7, i);
	last = get_for(7, br0, "fd01::3");
	assert_true(sl_neigh_waits(neigh, last));
	assert_true(becomes(last, mac_c));
	assert_false(sl_neigh_waits(neigh, last));
	sl_neigh_put(neigh, last);
	put_all();
	assert_int_equal(unanswered(), 0);
}

static void all_calls_have_a_bound(void **state)
{
	uint32_t gateway, known, other;

	RUN("ip route add 192.0.2.0/24 via 10.1.0.2");
	RUN("ip route add 2001:db8::/32 via fd01::2");
	RUN("ip neigh replace fd01::77 dev br0 lladdr 02:00:00:00:00:0c nud stale");
	for (unsigned i = 0; i < CALLS * SL_NEIGH_ASKING_EACH; i++)
		guess6(1000 + i / SL_NEIGH_ASKING_EACH, i);
	assert_in_range(unanswered(), 1, SL_NEIGH_ASKING);
	/* A hop that the kernel knows already needs no place, and no gateway ever does. */
	known = get_for(2, br0, "fd01::77");
	assert_true(is(known, mac_c));
	gateway = get_for(2, br0, "2001:db8::9");
	other = get_for(2, br0, "192.0.2.9");
	assert_false(sl_neigh_waits(neigh, gateway) || sl_neigh_waits(neigh, other));
	assert_true(becomes(gateway, mac_b));
	assert_true(becomes(other, mac_b));
	turn_for(2 * SL_NEIGH_ASKING_MS);
	assert_in_range(unanswered(), 1, SL_NEIGH_ASKING);
	sl_neigh_put(neigh, known);
	sl_neigh_put(neigh, gateway);
	sl_neigh_put(neigh, other);
	put_all();
	assert_int_equal(sl_neigh_counts(neigh).waiting, 0);
	assert_int_equal(unanswered(), 0);
	RUN("ip route del 192.0.2.0/24; ip route del 2001:db8::/32; ip neigh flush dev br0");
}

/* Named by a party first, and a route leads there afterwards. */
static void a_guess_that_becomes_a_gateway(void **state)
{
	uint32_t routed;

	for (unsigned i = 0; i < SL_NEIGH_ASKING_EACH; i++)
		guess6(7, i);
	held[n_held++] = get_for(7, br0, "fd01::2");
	assert_true(sl_neigh_waits(neigh, held[n_held - 1]));
	RUN("ip route add 2001:db8::/32 via fd01::2");
	routed = get_for(8, br0, "2001:db8::9");
	assert_false(sl_neigh_waits(neigh, routed));
	assert_true(becomes(routed, mac_b));
	sl_neigh_put(neigh, routed);
	put_all();
	RUN("ip route del 2001:db8::/32; ip neigh flush dev br0");
}

/* The leaf: who gets a place, whose it was. */
static void places(void **state)
{
	struct sl_neigh_asking asking = {0};
	uint64_t later = 1000 + SL_NEIGH_ASKING_MS;
	uint32_t out;

	for (uint32_t hop = 1; hop <= SL_NEIGH_ASKING_EACH; hop++)
		assert_true(sl_neigh_asking_take(&asking, hop, 1, false, 1000, &out));
	assert_false(sl_neigh_asking_take(&asking, 99, 1, false, 1000, &out));
	assert_true(sl_neigh_asking_take(&asking, 3, 1, true, 1000, &out)); /* its own */
	sl_neigh_asking_give(&asking, 3);
	assert_true(sl_neigh_asking_take(&asking, 99, 1, false, 1000, &out));
	for (uint32_t hop = 100; hop < 100 + SL_NEIGH_ASKING - SL_NEIGH_ASKING_EACH; hop++)
		assert_true(sl_neigh_asking_take(&asking, hop, hop, false, 1000, &out));
	assert_false(sl_neigh_asking_take(&asking, 999, 2, false, 1000, &out));
	assert_false(
		sl_neigh_asking_take(&asking, 999, 2, false, 1000 + SL_NEIGH_ASKING_MS - 1, &out));
	assert_true(sl_neigh_asking_take(&asking, 999, 2, false, 1000 + SL_NEIGH_ASKING_MS, &out));
	assert_int_not_equal(out, 0);
	/* Who was asked for before leaves half of them. */
	for (uint32_t hop = 1000; hop < 1000 + SL_NEIGH_ASKING / 2 - 1; hop++)
		assert_true(sl_neigh_asking_take(&asking, hop, hop, true, later, &out));
	assert_false(sl_neigh_asking_take(&asking, 5000, 5, true, later, &out));
	assert_true(sl_neigh_asking_take(&asking, 5000, 5, false, later, &out));
	later += SL_NEIGH_ASKING_MS;
	for (uint32_t hop = 1; hop <= SL_NEIGH_ASKING_EACH / 2; hop++)
		assert_true(sl_neigh_asking_take(&asking, hop, 1, true, later, &out));
	assert_false(sl_neigh_asking_take(&asking, 8000, 1, true, later, &out));
	assert_true(sl_neigh_asking_take(&asking, 8000, 1, false, later, &out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places),
		cmocka_unit_test_setup_teardown(
			one_call_has_few_places, neigh_setup, neigh_teardown),
		cmocka_unit_test_setup_teardown(they_take_turns, neigh_setup, neigh_teardown),
		cmocka_unit_test_setup_teardown(
			all_calls_have_a_bound, neigh_setup, neigh_teardown),
		cmocka_unit_test_setup_teardown(
			a_guess_that_becomes_a_gateway, neigh_setup, neigh_teardown),
	};
	int ret = neigh_begin();

	if (ret)
		return ret;
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	neigh_end();
	return ret;
}
