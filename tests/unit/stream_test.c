/* SPDX-License-Identifier: BSD-3-Clause */
/* SSRCs enter, fall silent, are retired and come back; fixed memory, and nothing that was sent is
 * forgotten. */
#include "dataplane/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { SECOND = 1000000000 };

static void fill(struct sl_streams *s, uint32_t first, unsigned n, uint64_t now)
{
	for (unsigned i = 0; i < n; i++) {
		int place = sl_streams_admit(s, first + i, now);

		assert_true(place >= 0);
		assert_int_equal(sl_replay_commit(&s->live[place].in, 100 + i), SL_FORWARD);
		assert_int_equal(sl_replay_commit(&s->live[place].out, 200 + i), SL_FORWARD);
		assert_int_equal(sl_replay_commit(&s->rtcp[place], 300 + i), SL_FORWARD);
	}
}

static void admits_and_finds(void **state)
{
	struct sl_streams s = {0};

	assert_int_equal(sl_streams_find(&s, 0), -1);
	fill(&s, 0, SL_LIVE_SSRCS, SECOND);
	for (uint32_t i = 0; i < SL_LIVE_SSRCS; i++) {
		assert_int_equal(sl_streams_find(&s, i), i);
		assert_int_equal(sl_streams_admit(&s, i, SECOND), i);
	}
}

static void a_flood_evicts_nobody_live(void **state)
{
	struct sl_streams s = {0};

	fill(&s, 1, SL_LIVE_SSRCS, SECOND);
	struct sl_streams before = s;

	for (uint32_t ssrc = 1000; ssrc < 101000; ssrc++)
		assert_int_equal(sl_streams_admit(&s, ssrc, SECOND + SL_STREAM_SILENT_NS - 1), -1);
	assert_memory_equal(&s, &before, sizeof(s));
}

static void the_silent_are_retired_and_come_back(void **state)
{
	struct sl_streams s = {0};
	uint64_t later = SECOND + SL_STREAM_SILENT_NS;
	struct sl_replay in, rtcp;

	fill(&s, 1, SL_LIVE_SSRCS, SECOND);
	s.live[2].last = SECOND - 1; /* SSRC 3 is silent longest */
	assert_int_equal(sl_streams_admit(&s, 77, later), 2);
	assert_int_equal(sl_streams_find(&s, 3), -1);

	sl_streams_recall(&s, 3, &in, &rtcp);
	assert_int_equal(sl_replay_check(&in, 102), SL_DROP_REPLAY);
	assert_int_equal(sl_replay_check(&in, 50), SL_DROP_REPLAY);
	assert_int_equal(sl_replay_check(&in, 103), SL_FORWARD);
	assert_int_equal(sl_replay_check(&rtcp, 302), SL_DROP_REPLAY);
	assert_int_equal(sl_replay_check(&rtcp, 303), SL_FORWARD);

	int place = sl_streams_admit(&s, 3, later + 1);

	assert_true(place >= 0);
	assert_int_equal(s.live[place].out.top, 202);
	assert_int_equal(sl_replay_commit(&s.live[place].out, 202), SL_DROP_REPLAY);
	assert_int_equal(sl_replay_commit(&s.live[place].out, 203), SL_FORWARD);
	assert_int_equal(s.n_retired, 1);
}

static void full_tables_refuse(void **state)
{
	struct sl_streams s = {0};
	uint64_t now = SECOND;
	uint32_t ssrc = 1;

	for (; ssrc <= SL_LIVE_SSRCS + SL_RETIRED_SSRCS; ssrc++) {
		fill(&s, ssrc, 1, now);
		now += SL_STREAM_SILENT_NS;
	}
	assert_int_equal(sl_streams_admit(&s, ssrc, now + SECOND), -1);
	/* One that is known still gets in: it swaps places with a silent one. */
	assert_true(sl_streams_admit(&s, 1, now + SECOND) >= 0);
	assert_int_equal(s.n_retired, SL_RETIRED_SSRCS);
}

/* Where no key remembers, nothing need be kept: any number of SSRCs one after the other. */
static void plain_legs_retire_nothing(void **state)
{
	struct sl_streams s = {0};
	uint64_t now = SECOND;

	for (uint32_t ssrc = 1; ssrc < 1000; ssrc++) {
		assert_true(sl_streams_admit(&s, ssrc, now) >= 0);
		now += SL_STREAM_SILENT_NS;
	}
	assert_int_equal(s.n_retired, 0);
}

static void inherits_by_key(void **state)
{
	static const struct {
		bool in, out;
	} cases[] = {{true, true}, {true, false}, {false, true}, {false, false}};
	struct sl_streams old = {0}, s;

	fill(&old, 1, SL_LIVE_SSRCS, SECOND);
	fill(&old, 9, 1, SECOND + SL_STREAM_SILENT_NS);
	for (size_t i = 0; i < 4; i++) {
		memset(&s, 0, sizeof(s));
		sl_streams_inherit(&s, &old, cases[i].in, cases[i].out);
		assert_int_equal(s.n_live, SL_LIVE_SSRCS);
		/* Under a new key the indices are free, but how far the sender was is known. */
		assert_int_equal(s.live[1].in.top, old.live[1].in.top);
		assert_int_equal(sl_replay_empty(&s.live[1].in), !cases[i].in);
		assert_int_equal(sl_replay_empty(&s.rtcp[1]), !cases[i].in);
		assert_int_equal(sl_replay_empty(&s.live[1].out), !cases[i].out);
		assert_int_equal(s.n_retired, 1);
		assert_int_equal(!(s.retired[0].in_top & SL_INDEX_HINT), cases[i].in);
		assert_int_equal(s.retired[0].rtcp_top != 0, cases[i].in);
		assert_int_equal(s.retired[0].out_top != 0, cases[i].out);
	}
}

/* Nothing that was sent under a key is sent again by the flow that goes on behind it. */
static void goes_on_behind_what_was_sent(void **state)
{
	struct sl_sent_streams sent;
	struct sl_streams old = {0}, s;

	fill(&old, 1, SL_LIVE_SSRCS, SECOND);
	fill(&old, 9, 1, SECOND + SL_STREAM_SILENT_NS);
	old.live[1].shift = 7;
	sl_streams_remember(&old, &sent);
	sl_streams_resume(&s, &sent);
	assert_int_equal(s.n_live, SL_LIVE_SSRCS);
	assert_int_equal(s.n_retired, 1);
	assert_int_equal(s.retired[0].ssrc, old.retired[0].ssrc);
	assert_int_equal(s.retired[0].out_top, old.retired[0].out_top);
	assert_int_equal(s.retired[0].in_top, 0);
	for (int i = 0; i < SL_LIVE_SSRCS; i++) {
		struct sl_stream *live = &s.live[i];
		uint64_t top = old.live[i].out.top;

		assert_int_equal(live->ssrc, old.live[i].ssrc);
		assert_int_equal(live->shift, old.live[i].shift);
		assert_true(sl_replay_empty(&live->in));
		for (uint64_t index = 0; index <= top; index++)
			assert_int_not_equal(sl_replay_commit(&live->out, index), SL_FORWARD);
		assert_int_equal(sl_replay_commit(&live->out, top + 1), SL_FORWARD);
	}
	old.full = true;
	sl_streams_remember(&old, &sent);
	sl_streams_resume(&s, &sent);
	assert_true(s.full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(admits_and_finds),
		cmocka_unit_test(a_flood_evicts_nobody_live),
		cmocka_unit_test(the_silent_are_retired_and_come_back),
		cmocka_unit_test(full_tables_refuse),
		cmocka_unit_test(plain_legs_retire_nothing),
		cmocka_unit_test(inherits_by_key),
		cmocka_unit_test(goes_on_behind_what_was_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
