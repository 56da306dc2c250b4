/* SPDX-License-Identifier: BSD-3-Clause */
/* SSRCs enter, lose their place and come back; nothing that was sent or received is forgotten. */
#include "dataplane/flow/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SECOND = 1000000000 };

static unsigned pages_out, pages_left;

static struct sl_history_page *take(void *context)
{
	(void)context;
	if (!pages_left)
		return NULL;
	pages_left--;
	pages_out++;
	return calloc(1, sizeof(struct sl_history_page));
}

static void give(struct sl_history_page *page)
{
	free(page);
	pages_out--;
}

static const struct sl_page_source source = {take, NULL};

/* A flow's memory, and that of its keys. */
struct bench {
	struct sl_history in, out;
	struct sl_ext_streams ext;
	struct sl_streams s;
	struct sl_stream_keys keys;
};

static void start(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	b->s.ext = &b->ext;
	b->keys = (struct sl_stream_keys){&b->in, &b->out, &source};
	pages_left = UINT32_MAX;
}

static void stop(struct bench *b)
{
	sl_history_clear(&b->in, give);
	sl_history_clear(&b->out, give);
	assert_int_equal(pages_out, 0);
}

/* An index of each kind by each of `n` SSRCs. */
static void fill(struct bench *b, uint32_t first, unsigned n, uint64_t now)
{
	for (unsigned i = 0; i < n; i++) {
		int place = sl_streams_admit(&b->s, &b->keys, first + i, now + i);

		assert_true(place >= 0);
		assert_int_equal(
			sl_replay_commit(&sl_streams_live(&b->s, place)->in, 100 + i), SL_FORWARD);
		assert_int_equal(
			sl_replay_commit(&sl_streams_live(&b->s, place)->out, 200 + i), SL_FORWARD);
		assert_int_equal(
			sl_replay_commit(sl_streams_rtcp(&b->s, place), 300 + i), SL_FORWARD);
	}
}

static void admits_and_finds(void **state)
{
	struct bench b;

	start(&b);
	assert_int_equal(sl_streams_find(&b.s, 0), -1);
	fill(&b, 0, SL_LIVE_SSRCS, SECOND);
	for (uint32_t i = 0; i < SL_LIVE_SSRCS; i++) {
		assert_int_equal(sl_streams_find(&b.s, i), i);
		assert_int_equal(sl_streams_admit(&b.s, &b.keys, i, SECOND), i);
	}
	stop(&b);
}

static void the_silent_lose_their_place_and_come_back(void **state)
{
	struct sl_replay in, rtcp;
	struct bench b;

	start(&b);
	fill(&b, 1, SL_LIVE_SSRCS, SECOND);
	sl_streams_live(&b.s, 2)->last = 1; /* SSRC 3 is silent longest */
	sl_streams_live(&b.s, 2)->shift = 9;
	assert_int_equal(sl_streams_admit(&b.s, &b.keys, 77, 2 * SECOND), 2);
	assert_int_equal(sl_streams_find(&b.s, 3), -1);

	sl_streams_recall(&b.in, 3, &in, &rtcp);
	assert_int_equal(in.top, 102);
	assert_int_equal(sl_replay_check(&in, 102), SL_DROP_REPLAY);
	assert_int_equal(sl_replay_check(&in, 103), SL_FORWARD);
	assert_int_equal(sl_replay_check(&rtcp, 302), SL_DROP_REPLAY);
	assert_int_equal(sl_replay_check(&rtcp, 303), SL_FORWARD);

	int place = sl_streams_admit(&b.s, &b.keys, 3, 2 * SECOND);

	assert_true(place >= 0);
	assert_int_equal(sl_streams_live(&b.s, place)->out.top, 202);
	assert_int_equal(sl_streams_live(&b.s, place)->shift, 9);
	assert_int_equal(sl_replay_commit(&sl_streams_live(&b.s, place)->out, 202), SL_DROP_REPLAY);
	assert_int_equal(sl_replay_commit(&sl_streams_live(&b.s, place)->out, 203), SL_FORWARD);
	stop(&b);
}

/* A call of hours in which each prompt has an SSRC of its own, and one sender speaks between them.
 */
static void any_number_one_after_the_other(void **state)
{
	enum { ALL = 20000, REMEMBERED = SL_HISTORY_NEAR + SL_HISTORY_FAR };
	unsigned refused = 0, back = 0;
	struct bench b;

	start(&b);
	for (uint32_t i = 1; i <= ALL; i++) {
		int place = sl_streams_admit(&b.s, &b.keys, i * 2654435761u, i);

		refused += place < 0;
		if (place >= 0)
			assert_int_equal(sl_replay_commit(&sl_streams_live(&b.s, place)->out, i),
				SL_FORWARD);
		place = sl_streams_admit(&b.s, &b.keys, 0, i);
		assert_int_equal(
			sl_replay_commit(&sl_streams_live(&b.s, place)->out, i), SL_FORWARD);
		assert_true(pages_out <= 2 * SL_HISTORY_PAGES);
		if (i == REMEMBERED - 1)
			assert_int_equal(refused, 0);
	}
	print_message("%u of %u refused, %u pages\n", refused, ALL, pages_out);
	assert_true(refused < ALL / 20);
	/* Who comes back goes on behind what was sent, or does not come in. */
	for (uint32_t i = 1; i <= ALL; i++) {
		int place = sl_streams_admit(&b.s, &b.keys, i * 2654435761u, ALL + i);

		if (place < 0)
			continue;
		back++;
		assert_int_equal(
			sl_replay_check(&sl_streams_live(&b.s, place)->out, i), SL_DROP_REPLAY);
	}
	assert_in_range(back, REMEMBERED / 2, REMEMBERED + SL_LIVE_SSRCS);
	stop(&b);
}

/* Without a page nobody new comes in, and nothing is forgotten; later it does. */
static void waits_for_memory(void **state)
{
	struct bench b;

	start(&b);
	pages_left = 0;
	fill(&b, 1, SL_HISTORY_NEAR, SECOND);
	assert_int_equal(sl_streams_admit(&b.s, &b.keys, 50, SECOND), -1);
	pages_left = 1; /* the key that sends has none */
	assert_int_equal(sl_streams_admit(&b.s, &b.keys, 50, SECOND), -1);
	assert_int_equal(b.s.n_live, SL_HISTORY_NEAR);
	pages_left = 1;
	assert_true(sl_streams_admit(&b.s, &b.keys, 50, SECOND) >= 0);
	for (uint32_t i = 1; i <= SL_HISTORY_NEAR; i++)
		assert_true(sl_streams_find(&b.s, i) >= 0);
	stop(&b);

	/* Nor when a record would have to be given up. */
	start(&b);
	fill(&b, 1, SL_HISTORY_NEAR + SL_HISTORY_FAR, SECOND);
	for (pages_left = 0; pages_left < 4; pages_left++) {
		unsigned n = pages_left;

		if (sl_streams_admit(&b.s, &b.keys, 5000000, SECOND) >= 0)
			break;
		for (uint32_t i = 1; i <= SL_HISTORY_NEAR + SL_HISTORY_FAR; i++)
			assert_non_null(sl_history_find(&b.out, i));
		pages_left = n;
	}
	pages_left = UINT32_MAX;
	assert_true(sl_streams_admit(&b.s, &b.keys, 5000000, SECOND) >= 0);
	stop(&b);
}

static void nothing_to_remember_on_plain_legs(void **state)
{
	struct bench b;

	start(&b);
	b.keys.in = b.keys.out = NULL;
	for (uint32_t ssrc = 1; ssrc < 1000; ssrc++)
		assert_true(sl_streams_admit(&b.s, &b.keys, ssrc, ssrc) >= 0);
	assert_int_equal(pages_out, 0);
	stop(&b);
}

/* The flow in place of another: windows where the key is the same, a hint where it is not. */
static void inherits_by_key(void **state)
{
	static const struct {
		bool in, out, current;
	} cases[] = {{true, true, true}, {true, false, true}, {false, true, true},
		{false, false, true}, {true, true, false}};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sl_history in = {0}, out = {0};
		struct sl_ext_streams ext = {0};
		struct sl_streams s = {.ext = &ext};
		struct sl_stream *live;
		struct sl_stream_keys keys;
		struct bench b;

		start(&b);
		fill(&b, 1, SL_LIVE_SSRCS + 1, SECOND); /* SSRC 1 has lost its place */
		live = sl_streams_live(&b.s, 0);
		sl_replay_commit(&live->out, live->out.top + 2);
		live->shift = 5;
		sl_streams_settle(&b.s, &b.in, &b.out);
		keys = (struct sl_stream_keys){
			cases[i].in ? &b.in : &in, cases[i].out ? &b.out : &out, &source};
		sl_streams_inherit(&s, &keys, &b.s,
			(struct sl_stream_heritage){
				cases[i].in, cases[i].out, true, cases[i].current});
		assert_int_equal(s.n_live, SL_LIVE_SSRCS);

		const struct sl_stream *heir = sl_streams_live(&s, sl_streams_find(&s, live->ssrc));

		assert_int_equal(heir->in.top, live->in.top);
		assert_int_equal(sl_replay_empty(&heir->in), !cases[i].in);
		assert_int_equal(heir->shift, cases[i].out ? 5 : 0);
		assert_int_equal(sl_replay_check(&heir->out, live->out.top),
			cases[i].out ? SL_DROP_REPLAY : SL_FORWARD);
		/* One that was not sent yet, but below the highest. */
		assert_int_equal(sl_replay_check(&heir->out, live->out.top - 1),
			cases[i].out && !cases[i].current ? SL_DROP_REPLAY : SL_FORWARD);
		if (cases[i].out) {
			int place = sl_streams_admit(&s, &keys, 1, 2 * SECOND);

			assert_int_equal(sl_replay_check(&sl_streams_live(&s, place)->out, 200),
				SL_DROP_REPLAY);
		}
		sl_history_clear(&in, give);
		sl_history_clear(&out, give);
		stop(&b);
	}
}

/* The knowledge of a flow survives any number of flows, and those in between with another key. */
static void a_key_that_comes_back(void **state)
{
	struct sl_history other = {0};
	struct sl_streams s = {0};
	struct bench b;

	start(&b);
	fill(&b, 1, SL_LIVE_SSRCS, SECOND);
	sl_streams_settle(&b.s, &b.in, &b.out);

	const struct sl_stream_keys between = {&other, NULL, &source},
				    again = {&b.in, &b.out, &source};

	sl_streams_inherit(
		&s, &between, &b.s, (struct sl_stream_heritage){false, false, true, true});
	sl_streams_settle(&s, &other, NULL);
	s = (struct sl_streams){0};
	for (uint32_t i = 0; i < SL_LIVE_SSRCS; i++) { /* one place for all of them */
		assert_int_equal(sl_streams_admit(&s, &again, 1 + i, i), 0);
		assert_int_equal(sl_replay_check(&s.first.in, 100 + i), SL_DROP_REPLAY);
		assert_int_equal(sl_replay_check(&s.first.out, 200 + i), SL_DROP_REPLAY);
		assert_int_equal(sl_replay_check(&s.first_rtcp, 300 + i), SL_DROP_REPLAY);
	}
	sl_history_clear(&other, give);
	stop(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(admits_and_finds),
		cmocka_unit_test(the_silent_lose_their_place_and_come_back),
		cmocka_unit_test(any_number_one_after_the_other),
		cmocka_unit_test(waits_for_memory),
		cmocka_unit_test(nothing_to_remember_on_plain_legs),
		cmocka_unit_test(inherits_by_key),
		cmocka_unit_test(a_key_that_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
