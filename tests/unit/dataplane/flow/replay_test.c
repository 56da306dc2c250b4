/* SPDX-License-Identifier: BSD-3-Clause */
/* RFC 3711 3.3.1 (index estimate) and 3.3.2 (replay window), as tables and against a model that
 * forgets nothing. */
#include "dataplane/flow/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define INDEX(roc, seq) ((uint64_t)(roc) << 16 | (seq))

static struct sl_replay at(uint64_t top)
{
	return (struct sl_replay){.top = top, .seen = {1, 0}};
}

static void estimate_across_wraps(void **state)
{
	static const struct {
		const char *what;
		uint64_t top;
		uint16_t seq;
		uint64_t want;
	} cases[] = {
		{"next", INDEX(0, 1), 2, INDEX(0, 2)},
		{"same", INDEX(7, 500), 500, INDEX(7, 500)},
		{"wrap", INDEX(0, 65535), 0, INDEX(1, 0)},
		{"wrap with a loss", INDEX(3, 65530), 4, INDEX(4, 4)},
		{"late, from before the wrap", INDEX(1, 0), 65535, INDEX(0, 65535)},
		{"late by thousands", INDEX(9, 100), 60000, INDEX(8, 60000)},
		{"half the space ahead stays", INDEX(2, 0x1000), 0x9000, INDEX(2, 0x9000)},
		{"one more is behind", INDEX(2, 0x1000), 0x9001, INDEX(1, 0x9001)},
		{"half the space behind stays", INDEX(2, 0x9000), 0x1000, INDEX(2, 0x1000)},
		{"one more is ahead", INDEX(2, 0x9000), 0x0fff, INDEX(3, 0x0fff)},
		{"before the first packet", INDEX(0, 3), 65533, UINT64_MAX},
		{"last roll-over counter", INDEX(0xffffffff, 0xfffe), 0xffff, SL_INDEX_MAX},
		{"past the last index", SL_INDEX_MAX, 0, UINT64_MAX},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sl_replay r = at(cases[i].top);

		if (sl_replay_estimate(&r, cases[i].seq, 0) != cases[i].want)
			fail_msg("%s", cases[i].what);
	}
	assert_int_equal(sl_replay_estimate(&(struct sl_replay){0}, 65535, 0), 65535);
	assert_int_equal(sl_replay_estimate(&(struct sl_replay){0}, 7, 3), INDEX(3, 7));
}

static void window_edges(void **state)
{
	struct sl_replay r = {0};

	assert_int_equal(sl_replay_commit(&r, 1000), SL_FORWARD);
	assert_int_equal(sl_replay_check(&r, 1000), SL_DROP_REPLAY);
	assert_int_equal(sl_replay_check(&r, 1000 - 127), SL_FORWARD);
	assert_int_equal(sl_replay_check(&r, 1000 - 128), SL_DROP_REPLAY_OLD);
	assert_int_equal(sl_replay_commit(&r, 1000 - 127), SL_FORWARD);
	assert_int_equal(sl_replay_commit(&r, 1000 - 127), SL_DROP_REPLAY);
	assert_int_equal(sl_replay_commit(&r, 1001), SL_FORWARD);
	assert_int_equal(sl_replay_check(&r, 1000 - 127), SL_DROP_REPLAY_OLD);
	assert_int_equal(sl_replay_check(&r, 1000), SL_DROP_REPLAY);
}

static void first_index_zero(void **state)
{
	struct sl_replay r = {0};

	assert_true(sl_replay_empty(&r));
	assert_int_equal(sl_replay_commit(&r, 0), SL_FORWARD);
	assert_false(sl_replay_empty(&r));
	assert_int_equal(sl_replay_commit(&r, 0), SL_DROP_REPLAY);
}

static void check_changes_nothing(void **state)
{
	struct sl_replay r = at(500), before = r;

	for (uint64_t i = 0; i < 2000; i++)
		sl_replay_check(&r, i);
	assert_memory_equal(&r, &before, sizeof(r));
	assert_int_equal(sl_replay_commit(&r, 500), SL_DROP_REPLAY);
	assert_memory_equal(&r, &before, sizeof(r));
}

/* Both copies pass the check; the commit of the second is refused. */
static void duplicates_of_one_burst(void **state)
{
	struct sl_replay r = at(10);

	assert_int_equal(sl_replay_check(&r, 11), SL_FORWARD);
	assert_int_equal(sl_replay_check(&r, 11), SL_FORWARD);
	assert_int_equal(sl_replay_commit(&r, 11), SL_FORWARD);
	assert_int_equal(sl_replay_commit(&r, 11), SL_DROP_REPLAY);
}

static void against_a_model(void **state)
{
	enum { SPACE = 1 << 18, STEPS = 400000 };
	static uint8_t seen[SPACE];
	struct sl_replay r = {0};
	uint64_t top = 65000;
	bool any = false;

	srandom(3711);
	memset(seen, 0, sizeof(seen));
	for (int i = 0; i < STEPS; i++) {
		int64_t jump = random() % 100 == 0 ? random() % 400 : random() % 12 - 8;
		uint64_t index = top + (uint64_t)(random() % 50 == 0 ? -(random() % 300) : jump);
		enum sl_verdict want;

		if (index >= SPACE)
			break;
		if (any && index + SL_REPLAY_WINDOW <= top)
			want = SL_DROP_REPLAY_OLD;
		else
			want = seen[index] ? SL_DROP_REPLAY : SL_FORWARD;
		assert_int_equal(sl_replay_check(&r, index), want);
		if (any)
			assert_int_equal(sl_replay_estimate(&r, (uint16_t)index, 0), index);
		assert_int_equal(sl_replay_commit(&r, index), want);
		if (want == SL_FORWARD) {
			seen[index] = 1;
			top = !any || index > top ? index : top;
			any = true;
		}
	}
	assert_true(top > 200000);
}

/* Packets in a row that do not verify try one counter after the other; a stray packet begins at 0.
 */
static void search_of_a_counter(void **state)
{
	struct sl_roc_search s = {0};
	uint16_t seq = 65500;

	assert_int_equal(sl_roc_search_get(&s, 0, 0), 0);
	for (unsigned i = 0; i < 2 * SL_ROC_SEARCH; i++) {
		sl_roc_search_failed(&s, 7, seq);
		assert_int_equal(sl_roc_search_get(&s, 7, (uint16_t)(seq + 1)), i % SL_ROC_SEARCH);
		seq += 1 + i % SL_ROC_SEARCH_GAP; /* some are lost */
	}
	sl_roc_search_failed(&s, 7, seq++);
	sl_roc_search_failed(&s, 7, seq++);
	assert_int_equal(sl_roc_search_get(&s, 7, seq), 1);
	assert_int_equal(sl_roc_search_get(&s, 8, seq), 0);
	assert_int_equal(sl_roc_search_get(&s, 7, seq + SL_ROC_SEARCH_GAP), 0);
	assert_int_equal(sl_roc_search_get(&s, 7, seq - 1), 0);
	sl_roc_search_failed(&s, 7, seq + 0x7fff); /* forged: the row is another one */
	assert_int_equal(sl_roc_search_get(&s, 7, seq), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(estimate_across_wraps),
		cmocka_unit_test(window_edges),
		cmocka_unit_test(first_index_zero),
		cmocka_unit_test(check_changes_nothing),
		cmocka_unit_test(duplicates_of_one_burst),
		cmocka_unit_test(against_a_model),
		cmocka_unit_test(search_of_a_counter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
