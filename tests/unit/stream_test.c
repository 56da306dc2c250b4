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
		assert_int_equal(
			sl_replay_commit(&sl_streams_live(s, place)->in, 100 + i), SL_FORWARD);
		assert_int_equal(
			sl_replay_commit(&sl_streams_live(s, place)->out, 200 + i), SL_FORWARD);
		assert_int_equal(sl_replay_commit(sl_streams_rtcp(s, place), 300 + i), SL_FORWARD);
	}
}

static void admits_and_finds(void **state)
{
	struct sl_more_streams more = {0};
	struct sl_streams s = {.more = &more};

	assert_int_equal(sl_streams_find(&s, 0), -1);
	fill(&s, 0, SL_LIVE_SSRCS, SECOND);
	for (uint32_t i = 0; i < SL_LIVE_SSRCS; i++) {
		assert_int_equal(sl_streams_find(&s, i), i);
		assert_int_equal(sl_streams_admit(&s, i, SECOND), i);
	}
}

static void a_flood_evicts_nobody_live(void **state)
{
	struct sl_more_streams more = {0};
	struct sl_streams s = {.more = &more};

	fill(&s, 1, SL_LIVE_SSRCS, SECOND);
	struct sl_streams before = s;
	struct sl_more_streams more_before = more;

	for (uint32_t ssrc = 1000; ssrc < 101000; ssrc++)
		assert_int_equal(sl_streams_admit(&s, ssrc, SECOND + SL_STREAM_SILENT_NS - 1), -1);
	assert_memory_equal(&s, &before, sizeof(s));
	assert_memory_equal(&more, &more_before, sizeof(more));
}

static void the_silent_are_retired_and_come_back(void **state)
{
	struct sl_more_streams more = {0};
	struct sl_streams s = {.more = &more};
	uint64_t later = SECOND + SL_STREAM_SILENT_NS;
	struct sl_replay in, rtcp;

	fill(&s, 1, SL_LIVE_SSRCS, SECOND);
	sl_streams_live(&s, 2)->last = SECOND - 1; /* SSRC 3 is silent longest */
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
	assert_int_equal(sl_streams_live(&s, place)->out.top, 202);
	assert_int_equal(sl_replay_commit(&sl_streams_live(&s, place)->out, 202), SL_DROP_REPLAY);
	assert_int_equal(sl_replay_commit(&sl_streams_live(&s, place)->out, 203), SL_FORWARD);
	assert_int_equal(s.n_retired, 1);
}

static void full_tables_refuse(void **state)
{
	struct sl_more_streams more = {0};
	struct sl_streams s = {.more = &more};
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
	struct sl_more_streams more = {0};
	struct sl_streams s = {.more = &more};
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
	struct sl_more_streams before = {0}, more = {0};
	struct sl_streams old = {.more = &before}, s = {.more = &more};

	fill(&old, 1, SL_LIVE_SSRCS, SECOND);
	fill(&old, 9, 1, SECOND + SL_STREAM_SILENT_NS);
	for (size_t i = 0; i < 4; i++) {
		memset(&more, 0, sizeof(more));
		s = (struct sl_streams){.more = &more};
		sl_streams_inherit(&s, &old, cases[i].in, cases[i].out);
		assert_int_equal(s.n_live, SL_LIVE_SSRCS);
		/* Under a new key the indices are free, but how far the sender was is known. */
		assert_int_equal(sl_streams_live(&s, 1)->in.top, sl_streams_live(&old, 1)->in.top);
		assert_int_equal(sl_replay_empty(&sl_streams_live(&s, 1)->in), !cases[i].in);
		assert_int_equal(sl_replay_empty(sl_streams_rtcp(&s, 1)), !cases[i].in);
		assert_int_equal(sl_replay_empty(&sl_streams_live(&s, 1)->out), !cases[i].out);
		assert_int_equal(s.n_retired, 1);
		assert_int_equal(!(more.retired[0].in_top & SL_INDEX_HINT), cases[i].in);
		assert_int_equal(more.retired[0].rtcp_top != 0, cases[i].in);
		assert_int_equal(more.retired[0].out_top != 0, cases[i].out);
	}
}

/* Nothing that was sent under a key is sent again by the flow that goes on behind it. */
static void goes_on_behind_what_was_sent(void **state)
{
	struct sl_sent_streams sent;
	struct sl_more_streams before = {0}, more = {0};
	struct sl_streams old = {.more = &before}, s = {.more = &more};

	fill(&old, 1, SL_LIVE_SSRCS, SECOND);
	fill(&old, 9, 1, SECOND + SL_STREAM_SILENT_NS);
	sl_streams_live(&old, 1)->shift = 7;
	sl_streams_remember(&old, &sent);
	sl_streams_resume(&s, &sent);
	assert_int_equal(s.n_live, SL_LIVE_SSRCS);
	assert_int_equal(s.n_retired, 1);
	assert_int_equal(more.retired[0].ssrc, before.retired[0].ssrc);
	assert_int_equal(more.retired[0].out_top, before.retired[0].out_top);
	assert_int_equal(more.retired[0].in_top, 0);
	for (int i = 0; i < SL_LIVE_SSRCS; i++) {
		struct sl_stream *live = sl_streams_live(&s, i);
		uint64_t top = sl_streams_live(&old, i)->out.top;

		assert_int_equal(live->ssrc, sl_streams_live(&old, i)->ssrc);
		assert_int_equal(live->shift, sl_streams_live(&old, i)->shift);
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

/* Without room for a second SSRC none enters, and who inherits more than fits lets none enter. */
static void without_room_nothing_new_enters(void **state)
{
	struct sl_more_streams more = {0};
	struct sl_streams rich = {.more = &more};
	struct sl_sent_streams sent;

	fill(&rich, 1, 2, SECOND);
	sl_streams_remember(&rich, &sent);
	for (int by = 0; by < 3; by++) {
		struct sl_streams s = {0};

		if (by == 0)
			fill(&s, 1, 1, SECOND);
		else if (by == 1)
			sl_streams_inherit(&s, &rich, true, true);
		else
			sl_streams_resume(&s, &sent);
		assert_int_equal(s.n_live, 1);
		assert_int_equal(s.first.out.top, 200);
		assert_int_equal(sl_streams_wants_more(&s), by == 0);
		assert_int_equal(sl_streams_admit(&s, 2, 100 * SL_STREAM_SILENT_NS), -1);
		assert_int_equal(sl_streams_admit(&s, 1, SECOND), 0);
		/* Room that comes later brings back nothing that was forgotten. */
		s.more = &(struct sl_more_streams){0};
		assert_int_equal(sl_streams_admit(&s, 2, SECOND), by == 0 ? 1 : -1);
	}
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
		cmocka_unit_test(without_room_nothing_new_enters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
