/* SPDX-License-Identifier: BSD-3-Clause */
/* Latches, told as short stories: who sends when, and who is believed after. */
#include "dataplane/flow/latch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { MS = 1000000, STEPS = 12 };

/* Who sends. PHONE is what SDP says; the NATs are where signalling came from. */
enum who { NOBODY, PHONE, PHONE_PORT, NAT, NAT_PORT, ATTACKER, ATTACKER_2, WHOS };

static const struct sl_endpoint places[WHOS] = {
	[PHONE] = {{[10] = 0xff, 0xff, 10, 0, 0, 2}, 5004},
	[PHONE_PORT] = {{[10] = 0xff, 0xff, 10, 0, 0, 2}, 6000},
	[NAT] = {{[10] = 0xff, 0xff, 192, 0, 2, 1}, 40000},
	[NAT_PORT] = {{[10] = 0xff, 0xff, 192, 0, 2, 1}, 41000},
	[ATTACKER] = {{[10] = 0xff, 0xff, 203, 0, 113, 66}, 666},
	[ATTACKER_2] = {{[10] = 0xff, 0xff, 203, 0, 113, 67}, 667},
};

/* `n` packets, one each 20 ms. FORGED: the tag does not verify. OLD: it does, but newer ones came.
 */
enum kind { GENUINE, FORGED, OLD };

struct step {
	unsigned n;
	enum who from;
	enum kind kind;
	unsigned passed; /* of the n */
	enum who after;  /* who is believed */
	unsigned wait;   /* ms, before the first of them */
};

struct story {
	const char *name;
	uint8_t mode;
	bool plain, any_ip, no_hint;
	struct step steps[STEPS];
};

#define S SL_LATCH_STRICT
#define O SL_LATCH_ONCE
#define F SL_LATCH_FOLLOW

static const struct story stories[] = {
	{"strict is strict", S, false, false, false,
		{{3, NAT, GENUINE, 0, PHONE, 0}, {3, PHONE, GENUINE, 3, PHONE, 0},
			{3, PHONE_PORT, GENUINE, 0, PHONE, 0}}},
	{"strict on RTP", S, true, false, false,
		{{3, NAT, GENUINE, 0, PHONE, 0}, {3, PHONE, GENUINE, 3, PHONE, 0}}},

	{"SRTP: behind a NAT", F, false, false, false, {{5, NAT, GENUINE, 5, NAT, 0}}},
	{"SRTP: the attacker is first and changes nothing", F, false, false, false,
		{{40, ATTACKER, FORGED, 0, PHONE, 0}, {1, NAT, GENUINE, 1, NAT, 0},
			{40, ATTACKER, FORGED, 0, NAT, 0}, {5, NAT, GENUINE, 5, NAT, 0}}},
	{"SRTP: rebinding in mid-call, forgeries in between", F, false, false, false,
		{{50, NAT, GENUINE, 50, NAT, 0}, {20, ATTACKER, FORGED, 0, NAT, 0},
			{1, NAT_PORT, GENUINE, 1, NAT_PORT, 0},
			{20, ATTACKER, FORGED, 0, NAT_PORT, 0},
			{50, NAT_PORT, GENUINE, 50, NAT_PORT, 0}}},
	{"SRTP: what was late on the old path does not move it back", F, false, false, false,
		{{5, NAT, GENUINE, 5, NAT, 0}, {5, NAT_PORT, GENUINE, 5, NAT_PORT, 200},
			{3, NAT, OLD, 3, NAT_PORT, 200}}},
	{"SRTP: and back, and forth", F, false, false, false,
		{{5, NAT, GENUINE, 5, NAT, 0}, {5, PHONE, GENUINE, 5, PHONE, 200},
			{5, NAT, GENUINE, 5, NAT, 200}}},
	{"SRTP: two moves are a while apart, no packet is lost", F, false, false, false,
		{{1, NAT, GENUINE, 1, NAT, 0}, {1, PHONE, GENUINE, 1, NAT, 0},
			{1, NAT, GENUINE, 1, NAT, 0}, {6, PHONE, GENUINE, 6, PHONE, 0}}},

	{"SRTP once: the first that authenticates, and only that", O, false, false, false,
		{{40, ATTACKER, FORGED, 0, PHONE, 0}, {5, NAT, GENUINE, 5, NAT, 0},
			{5, NAT_PORT, GENUINE, 0, NAT, 0}, {5, PHONE, GENUINE, 0, NAT, 0}}},
	{"SRTP once: the signalled address is first", O, false, false, false,
		{{1, PHONE, GENUINE, 1, PHONE, 0}, {5, NAT, GENUINE, 0, PHONE, 0}}},

	{"RTP: the attacker is first, the victim second", O, true, false, false,
		{{200, ATTACKER, GENUINE, 0, PHONE, 0}, {5, PHONE, GENUINE, 5, PHONE, 0},
			{200, ATTACKER, GENUINE, 0, PHONE, 0}, {5, PHONE, GENUINE, 5, PHONE, 0}}},
	{"RTP: the attacker sprays, the victim is behind a NAT", O, true, false, false,
		{{200, ATTACKER, GENUINE, 0, PHONE, 0}, {5, NAT, GENUINE, 3, NAT, 0},
			{200, ATTACKER, GENUINE, 0, NAT, 0}, {5, NAT, GENUINE, 5, NAT, 0}}},
	{"RTP: another port than signalled", O, true, false, true,
		{{5, PHONE_PORT, GENUINE, 3, PHONE_PORT, 0}}},
	{"RTP: a NAT that signalling did not name", O, true, false, true,
		{{200, NAT, GENUINE, 0, PHONE, 0}}},
	{"RTP: the signalled address takes it back", O, true, false, false,
		{{5, NAT, GENUINE, 3, NAT, 0}, {1, PHONE, GENUINE, 1, PHONE, 0},
			{200, NAT, GENUINE, 0, PHONE, 0}}},
	{"RTP: not after the window", O, true, false, false,
		{{5, NAT, GENUINE, 3, NAT, 0}, {5, PHONE, GENUINE, 0, NAT, 3000},
			{5, NAT, GENUINE, 5, NAT, 0}}},
	{"RTP: heard where it was signalled, nothing else is learnt", O, true, false, false,
		{{1, PHONE, GENUINE, 1, PHONE, 0}, {200, NAT, GENUINE, 0, PHONE, 0}}},
	{"RTP: the window ends by time", O, true, false, false,
		{{2, NAT, GENUINE, 0, PHONE, 0}, {200, NAT, GENUINE, 0, PHONE, 3000},
			{1, PHONE, GENUINE, 1, PHONE, 0}}},
	{"RTP: the window begins with the first packet", O, true, false, false,
		{{5, NAT, GENUINE, 3, NAT, 60000}}},
	{"RTP: two at once are not believed", O, true, false, false,
		{{2, NAT, GENUINE, 0, PHONE, 0}, {2, NAT_PORT, GENUINE, 0, PHONE, 0},
			{2, NAT, GENUINE, 0, PHONE, 0}, {3, NAT_PORT, GENUINE, 1, NAT_PORT, 0},
			{200, NAT, GENUINE, 0, NAT_PORT, 0}}},
	{"RTP asymmetric: from anywhere, in the window", O, true, true, false,
		{{5, ATTACKER, GENUINE, 3, ATTACKER, 0}, {5, PHONE, GENUINE, 5, PHONE, 0},
			{5, ATTACKER, GENUINE, 0, PHONE, 0}}},

	{"RTP handover: who speaks alone is it", F, true, false, false,
		{{5, PHONE, GENUINE, 5, PHONE, 0}, {9, ATTACKER, GENUINE, 0, PHONE, 200},
			{5, ATTACKER, GENUINE, 5, ATTACKER, 0},
			{12, PHONE, GENUINE, 3, PHONE, 200}}},
	{"RTP handover: not while the other one speaks", F, true, false, false,
		{{1, PHONE, GENUINE, 1, PHONE, 0}, {9, ATTACKER, GENUINE, 0, PHONE, 0},
			{1, PHONE, GENUINE, 1, PHONE, 0}, {9, ATTACKER, GENUINE, 0, PHONE, 0},
			{1, PHONE, GENUINE, 1, PHONE, 0}, {9, ATTACKER_2, GENUINE, 0, PHONE, 0},
			{1, ATTACKER, GENUINE, 0, PHONE, 0}}},
};

static struct sl_latch begin(const struct story *s)
{
	struct sl_latch_policy policy = {.mode = s->mode, .any_ip = s->any_ip};
	struct sl_latch l;

	if (!s->no_hint)
		memcpy(policy.hint, places[NAT].ip, 16);
	sl_latch_start(&l, &places[PHONE], &policy, s->plain);
	return l;
}

static bool send(struct sl_latch *l, const struct step *step, uint64_t now)
{
	const struct sl_endpoint *from = &places[step->from];
	bool here = sl_endpoint_equal(from, &l->current);

	if (!sl_latch_try(l, from, now) || step->kind == FORGED)
		return false;
	if (here && !sl_latch_watching(l))
		return true;
	return sl_latch_commit(l, from, step->kind != OLD, now);
}

static void stories_end_as_they_should(void **state)
{
	for (unsigned i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		struct sl_latch l = begin(&stories[i]);
		uint64_t now = UINT64_C(4294967296) * MS - 500 * MS; /* milliseconds wrap */

		for (unsigned k = 0; k < STEPS && stories[i].steps[k].n; k++) {
			const struct step *step = &stories[i].steps[k];
			unsigned passed = 0;

			now += (uint64_t)step->wait * MS;
			for (unsigned n = 0; n < step->n; n++, now += 20 * MS)
				passed += send(&l, step, now);
			if (passed != step->passed)
				fail_msg("%s: step %u: %u passed", stories[i].name, k, passed);
			if (!sl_endpoint_equal(&l.current, &places[step->after]))
				fail_msg("%s: step %u: believes port %u", stories[i].name, k,
					l.current.port);
		}
	}
}

/* 100,000 packets a second from everywhere: few tags are computed, and those who are named by
 * signalling still get theirs. */
static void a_flood_costs_little_and_shuts_out_nobody(void **state)
{
	const struct story story = {.mode = SL_LATCH_FOLLOW};
	struct sl_latch l = begin(&story);
	unsigned tried = 0, phone = 0;
	uint64_t now = 77 * MS;

	for (unsigned i = 0; i < 200000; i++, now += 10000) {
		struct sl_endpoint from = places[ATTACKER];

		from.ip[15] = (uint8_t)i;
		from.port = (uint16_t)(i >> 8);
		tried += sl_latch_try(&l, &from, now);
		if (i % 2000 == 0)
			phone += sl_latch_try(&l, &places[NAT], now);
	}
	assert_true(tried <= 3 * SL_LATCH_TRIES * SL_LATCH_BUCKETS);
	assert_int_equal(phone, 100);
	assert_int_equal(l.refused, 200000 - tried);
}

static void a_window_ends_by_packets(void **state)
{
	const struct story story = {.mode = SL_LATCH_ONCE, .plain = true};
	struct sl_latch l = begin(&story);
	uint64_t now = MS;

	for (unsigned i = 0; i < SL_LATCH_PACKETS; i++, now += MS) {
		const struct sl_endpoint *from = &places[i & 1 ? NAT : NAT_PORT];

		assert_true(sl_latch_try(&l, from, now));
		assert_false(sl_latch_commit(&l, from, true, now));
	}
	assert_false(sl_latch_try(&l, &places[NAT], now));
	assert_true(sl_latch_try(&l, &places[PHONE], now));
	assert_true(sl_latch_commit(&l, &places[PHONE], true, now));
}

static void what_was_learnt_is_inherited(void **state)
{
	static const struct {
		const char *name;
		enum who signalled;
		uint8_t mode;
		bool plain;
		enum who want;
	} cases[] = {
		{"the same", PHONE, SL_LATCH_FOLLOW, false, NAT},
		{"learnt once", PHONE, SL_LATCH_ONCE, false, NAT},
		{"strict now", PHONE, SL_LATCH_STRICT, false, PHONE},
		{"another address", PHONE_PORT, SL_LATCH_FOLLOW, false, PHONE_PORT},
		{"plain now", PHONE, SL_LATCH_FOLLOW, true, PHONE},
	};
	const struct story story = {.mode = SL_LATCH_FOLLOW};
	struct sl_latch old = begin(&story);

	assert_true(sl_latch_commit(&old, &places[NAT], true, MS));
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sl_latch_policy policy = {.mode = cases[i].mode};
		struct sl_latch l;

		sl_latch_start(&l, &places[cases[i].signalled], &policy, cases[i].plain);
		sl_latch_inherit(&l, &old);
		if (!sl_endpoint_equal(&l.current, &places[cases[i].want]))
			fail_msg("%s: port %u", cases[i].name, l.current.port);
		assert_int_equal(l.policy.mode, cases[i].mode);
	}
}

static unsigned send_some(struct sl_latch *l, enum who from, unsigned n, uint64_t *now)
{
	const struct step step = {.from = from};
	unsigned passed = 0;

	for (unsigned i = 0; i < n; i++, *now += 20 * MS)
		passed += send(l, &step, *now);
	return passed;
}

/* The endpoint is known at NAT and says anew where it is, or the same request is repeated. */
static struct sl_latch said_again(bool plain, uint16_t round, uint64_t *now)
{
	const struct story story = {.mode = SL_LATCH_ONCE, .plain = plain};
	struct sl_latch old = begin(&story), l;
	struct sl_latch_policy policy = old.policy;

	*now = MS;
	assert_true(send_some(&old, NAT, 250, now) >= 248); /* 5 s: no window is open any more */
	assert_int_equal(send_some(&old, NAT_PORT, 5, now), 0);
	policy.round = round;
	sl_latch_start(&l, &places[PHONE], &policy, plain);
	sl_latch_inherit(&l, &old);
	assert_true(sl_endpoint_equal(&l.current, &places[NAT]));
	return l;
}

static void fresh_signalling_opens_the_window(void **state)
{
	for (int plain = 0; plain < 2; plain++) {
		uint64_t now;
		struct sl_latch l = said_again(plain, 0, &now);

		assert_int_equal(send_some(&l, NAT_PORT, 200, &now), 0); /* nothing new was said */
		l = said_again(plain, 1, &now);
		now += UINT64_C(600000000000); /* on hold */
		assert_int_equal(send_some(&l, NAT_PORT, 60, &now), plain ? 58 : 60);
		assert_true(sl_endpoint_equal(&l.current, &places[NAT_PORT]));
		now += UINT64_C(5000000000);
		assert_int_equal(send_some(&l, NAT_PORT, 1, &now), 1);
		assert_int_equal(send_some(&l, NAT, 200, &now), 0); /* once for each round */
		/* Who is heard where it was closes the window as at the first time. */
		l = said_again(plain, 1, &now);
		assert_int_equal(send_some(&l, NAT, 200, &now), 200);
		assert_int_equal(send_some(&l, NAT_PORT, 5, &now), 0);
		/* It is open for those whom signalling named. */
		l = said_again(plain, 1, &now);
		if (plain)
			assert_int_equal(send_some(&l, ATTACKER, 200, &now), 0);
		assert_true(sl_endpoint_equal(&l.current, &places[NAT]));
	}
}

static void tells_what_it_knows(void **state)
{
	const struct story story = {.mode = SL_LATCH_ONCE};
	struct sl_latch l = begin(&story);
	struct sl_latch_report report;

	assert_true(sl_latch_commit(&l, &places[NAT], true, MS));
	assert_false(sl_latch_try(&l, &places[ATTACKER], 2 * MS));
	sl_latch_read(&l, &report);
	assert_true(sl_endpoint_equal(&report.current, &places[NAT]));
	assert_true(sl_endpoint_equal(&report.other, &places[ATTACKER]));
	assert_int_equal(report.moves, 1);
	assert_int_equal(report.refused, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stories_end_as_they_should),
		cmocka_unit_test(a_flood_costs_little_and_shuts_out_nobody),
		cmocka_unit_test(a_window_ends_by_packets),
		cmocka_unit_test(what_was_learnt_is_inherited),
		cmocka_unit_test(fresh_signalling_opens_the_window),
		cmocka_unit_test(tells_what_it_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
