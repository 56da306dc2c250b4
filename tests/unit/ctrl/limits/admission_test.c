/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctrl/limits/admission.h"

static const struct {
	const char *what;
	struct sl_limits limits;
	struct sl_load load;
	enum sl_admission ordinary, emergency;
} cases[] = {
	{"no limit", {0},
		{.sessions = 100000, .worker_percent = 100, .mbit = 9999, .free_pairs = 1},
		SL_ADMITTED, SL_ADMITTED},
	{"the last session", {.sessions = 10}, {.sessions = 9, .free_pairs = 9}, SL_ADMITTED,
		SL_ADMITTED},
	{"one too many", {.sessions = 10}, {.sessions = 10, .free_pairs = 9}, SL_FULL_SESSIONS,
		SL_FULL_SESSIONS},
	{"before the reserve", {.sessions = 10, .reserve = 3}, {.sessions = 6, .free_pairs = 9},
		SL_ADMITTED, SL_ADMITTED},
	{"in the reserve", {.sessions = 10, .reserve = 3}, {.sessions = 7, .free_pairs = 9},
		SL_FULL_SESSIONS, SL_ADMITTED},
	{"the reserve is used up", {.sessions = 10, .reserve = 3},
		{.sessions = 10, .free_pairs = 9}, SL_FULL_SESSIONS, SL_FULL_SESSIONS},
	{"a reserve larger than all", {.sessions = 2, .reserve = 3}, {.free_pairs = 9},
		SL_FULL_SESSIONS, SL_ADMITTED},
	{"no port", {0}, {0}, SL_FULL_PORTS, SL_FULL_PORTS},
	{"ports of the reserve", {.reserve = 2}, {.free_pairs = 2}, SL_FULL_PORTS, SL_ADMITTED},
	{"ports above the reserve", {.reserve = 2}, {.free_pairs = 3}, SL_ADMITTED, SL_ADMITTED},
	{"worker below", {.worker_percent = 80}, {.worker_percent = 79, .free_pairs = 9},
		SL_ADMITTED, SL_ADMITTED},
	{"worker at the limit", {.worker_percent = 80}, {.worker_percent = 80, .free_pairs = 9},
		SL_FULL_CPU, SL_ADMITTED},
	{"load average below", {.load_average = 4}, {.load_average = 3.99, .free_pairs = 9},
		SL_ADMITTED, SL_ADMITTED},
	{"load average", {.load_average = 4}, {.load_average = 4.0, .free_pairs = 9}, SL_FULL_LOAD,
		SL_ADMITTED},
	{"bandwidth below", {.mbit = 900}, {.mbit = 899, .free_pairs = 9}, SL_ADMITTED,
		SL_ADMITTED},
	{"bandwidth", {.mbit = 900}, {.mbit = 900, .free_pairs = 9}, SL_FULL_BANDWIDTH,
		SL_ADMITTED},
	{"sessions before load", {.sessions = 1, .mbit = 1},
		{.sessions = 1, .mbit = 1, .free_pairs = 9}, SL_FULL_SESSIONS, SL_FULL_SESSIONS},
};

static void decisions(void **state)
{
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (sl_admit(&cases[i].limits, &cases[i].load, false) != cases[i].ordinary)
			fail_msg("%s", cases[i].what);
		if (sl_admit(&cases[i].limits, &cases[i].load, true) != cases[i].emergency)
			fail_msg("%s: emergency", cases[i].what);
	}
}

/* Kamailio's rtpengine module and OpenSIPS compare these to the letter. */
static void texts_are_those_that_proxies_know(void **state)
{
	static const struct {
		enum sl_admission admission;
		const char *old, *new;
		bool load;
	} words[] = {
		{SL_FULL_SESSIONS, "Parallel session limit reached",
			"Parallel session limit reached", true},
		{SL_FULL_CPU, "Parallel session limit reached", "CPU usage limit exceeded", true},
		{SL_FULL_LOAD, "Parallel session limit reached", "Load limit exceeded", true},
		{SL_FULL_BANDWIDTH, "Parallel session limit reached", "Bandwidth limit exceeded",
			true},
		{SL_FULL_PORTS, "Ran out of ports", "Ran out of ports", false},
	};

	assert_int_equal(sizeof(words) / sizeof(words[0]), SL_ADMISSION_COUNT - 1);
	assert_false(sl_admission_is_load(SL_ADMITTED));
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		assert_string_equal(sl_admission_text(words[i].admission, false), words[i].old);
		assert_string_equal(sl_admission_text(words[i].admission, true), words[i].new);
		assert_int_equal(sl_admission_is_load(words[i].admission), words[i].load);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decisions),
		cmocka_unit_test(texts_are_those_that_proxies_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
