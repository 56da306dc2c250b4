/* SPDX-License-Identifier: BSD-3-Clause */
/* When alarms are raised and end, in total and on sources. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/observe/top_sources.h"

static void raised_and_ended_with_hysteresis(void **state)
{
	struct sl_alarm a = {0};
	int64_t now = 1000;

	assert_int_equal(sl_alarm_step(&a, 99, 100, now++), SL_ALARM_SAME);
	assert_int_equal(sl_alarm_step(&a, 100, 100, now++), SL_ALARM_RAISED);
	assert_int_equal(a.since, 1001);
	assert_int_equal(sl_alarm_step(&a, 500, 100, now++), SL_ALARM_SAME);
	for (int i = 0; i < 30; i++) /* about the threshold: once */
		assert_int_equal(sl_alarm_step(&a, i % 2 ? 110 : 50, 100, now++), SL_ALARM_SAME);
	for (int i = 0; i < SL_ALARM_CLEAR_S - 1; i++)
		assert_int_equal(sl_alarm_step(&a, 0, 100, now++), SL_ALARM_SAME);
	assert_int_equal(sl_alarm_step(&a, 50, 100, now++), SL_ALARM_SAME); /* from the start */
	for (int i = 0; i < SL_ALARM_CLEAR_S - 1; i++)
		assert_int_equal(sl_alarm_step(&a, 49, 100, now++), SL_ALARM_SAME);
	assert_int_equal(sl_alarm_step(&a, 49, 100, now++), SL_ALARM_ENDED);
	assert_int_equal(a.peak, 500);
	assert_int_equal(a.total, 100 + 500 + 15 * 160 + 50 + 490);
	assert_false(a.raised);
	assert_int_equal(sl_alarm_step(&a, 49, 100, now++), SL_ALARM_SAME);
}

static void threshold_of_one_and_off(void **state)
{
	struct sl_alarm a = {0};

	assert_int_equal(sl_alarm_step(&a, 1000000, 0, 1), SL_ALARM_SAME);
	assert_int_equal(sl_alarm_step(&a, 1, 1, 2), SL_ALARM_RAISED);
	for (int i = 0; i < SL_ALARM_CLEAR_S - 1; i++)
		assert_int_equal(sl_alarm_step(&a, 0, 1, 3), SL_ALARM_SAME);
	assert_int_equal(sl_alarm_step(&a, 0, 1, 3), SL_ALARM_ENDED);
	assert_int_equal(sl_alarm_step(&a, 1, 1, 4), SL_ALARM_RAISED);
	assert_int_equal(sl_alarm_step(&a, 9, 0, 5), SL_ALARM_ENDED); /* switched off */
}

static const struct sl_top_source_thresholds thresholds = {.source = 1000, .auth = 20};

struct told {
	unsigned raised[SL_ALARM_KIND_COUNT], ended[SL_ALARM_KIND_COUNT];
	uint8_t source[16];
};

static void hear(void *context, const struct sl_alarm_report *report)
{
	struct told *told = context;

	(report->change == SL_ALARM_RAISED ? told->raised : told->ended)[report->kind]++;
	memcpy(told->source, report->source, 16);
}

static const uint8_t *source(unsigned n)
{
	static uint8_t ip[16] = {[10] = 0xff, [11] = 0xff, [12] = 192};

	ip[14] = (uint8_t)(n >> 8);
	ip[15] = (uint8_t)n;
	return ip;
}

/* Seconds of samples from source 7, then of silence: raised once, by that source, and ended once.
 */
static void check(enum sl_alarm_kind kind, enum sl_offence offence, unsigned samples,
	unsigned weight, unsigned ports, bool wanted)
{
	struct sl_top_sources all = {.n = 0};
	struct told told = {{0}};

	for (int s = 0; s < 20; s++) {
		for (unsigned i = 0; i < samples; i++)
			sl_top_sources_see(&all, source(7), (uint16_t)(20000 + i % ports * 2),
				offence, 3, weight);
		sl_top_sources_see(&all, source(8), 20000, SL_OFFENCE_OTHER, 3, 1);
		sl_top_sources_step(&all, &thresholds, 100 + s, hear, &told);
	}
	assert_int_equal(told.raised[kind], wanted);
	assert_int_equal(told.ended[kind], 0);
	if (wanted)
		assert_memory_equal(told.source, source(7), 16);
	for (int s = 0; s < 30; s++)
		sl_top_sources_step(&all, &thresholds, 200 + s, hear, &told);
	assert_int_equal(told.raised[kind], wanted);
	assert_int_equal(told.ended[kind], wanted);
}

static void of_sources(void **state)
{
	check(SL_ALARM_SOURCE, SL_OFFENCE_OTHER, 4, 256, 1, true);
	check(SL_ALARM_SOURCE, SL_OFFENCE_OTHER, 3, 256, 1, false);
	check(SL_ALARM_SCAN, SL_OFFENCE_CLOSED, 3, 256, 1, false); /* one port: no scan */
	check(SL_ALARM_SCAN, SL_OFFENCE_CLOSED, 30, 256, 30, true);
	check(SL_ALARM_SCAN, SL_OFFENCE_OTHER, 30, 256, 30, false);
	check(SL_ALARM_AUTH, SL_OFFENCE_AUTH, 20, 1, 1, true);
	check(SL_ALARM_AUTH, SL_OFFENCE_AUTH, 19, 1, 1, false);
	check(SL_ALARM_REPLAY, SL_OFFENCE_REPLAY, 20, 1, 1, true);
	check(SL_ALARM_REPLAY, SL_OFFENCE_AUTH, 20, 1, 1, false);
}

/* A spoofed flood after it does not make one forgotten that there is an alarm on. */
static void alarmed_ones_keep_their_place(void **state)
{
	struct sl_top_sources all = {.n = 0};
	struct told told = {{0}};

	for (int i = 0; i < 25; i++)
		sl_top_sources_see(&all, source(7), 20000, SL_OFFENCE_AUTH, 3, 1);
	sl_top_sources_step(&all, &thresholds, 100, hear, &told);
	assert_int_equal(told.raised[SL_ALARM_AUTH], 1);
	for (int s = 0; s < 30; s++) {
		for (unsigned i = 0; i < 1000; i++)
			sl_top_sources_see(&all, source(100 + i), 20000, SL_OFFENCE_CLOSED, 4, 256);
		assert_int_equal(all.n, SL_TOP_SOURCES);
		sl_top_sources_step(&all, &thresholds, 101 + s, hear, &told);
	}
	assert_int_equal(told.ended[SL_ALARM_AUTH], 1);
	assert_int_equal(told.raised[SL_ALARM_AUTH], 1);
}

static void the_worst(void **state)
{
	struct sl_top_sources all = {.n = 0};

	assert_null(sl_top_sources_worst(&all, 3));
	sl_top_sources_see(&all, source(1), 1, SL_OFFENCE_OTHER, 3, 256);
	sl_top_sources_see(&all, source(2), 1, SL_OFFENCE_OTHER, 4, 512);
	assert_memory_equal(sl_top_sources_worst(&all, 3)->ip, source(1), 16);
	assert_memory_equal(sl_top_sources_worst(&all, 4)->ip, source(2), 16);
	assert_memory_equal(sl_top_sources_worst(&all, 5)->ip, source(2), 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(raised_and_ended_with_hysteresis),
		cmocka_unit_test(threshold_of_one_and_off),
		cmocka_unit_test(of_sources),
		cmocka_unit_test(alarmed_ones_keep_their_place),
		cmocka_unit_test(the_worst),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
