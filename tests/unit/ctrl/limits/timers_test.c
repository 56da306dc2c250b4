/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctrl/limits/timers.h"

#define S UINT64_C(1000000000)

static const struct sl_timers timers = {.media = 60, .silent = 3600, .offer = 600, .final = 10000};

static const struct {
	const char *what;
	struct sl_timers_call call; /* s */
	uint64_t now;
	enum sl_timeout due;
} cases[] = {
	{"just offered", {.created = 900, .offered = 1000}, 1001, SL_TIMEOUT_NONE},
	{"never answered", {.created = 900, .offered = 1000}, 1600, SL_TIMEOUT_OFFER},
	{"almost", {.created = 900, .offered = 1000}, 1599, SL_TIMEOUT_NONE},
	{"no media since the answer", {.created = 1000, .answered = 1010}, 1070, SL_TIMEOUT_MEDIA},
	{"offered again", {.created = 900, .offered = 1500}, 1600, SL_TIMEOUT_NONE},
	{"answered late", {.created = 1000, .answered = 1599}, 1601, SL_TIMEOUT_NONE},
	{"media", {.created = 1000, .answered = 1010, .heard = 1500}, 1559, SL_TIMEOUT_NONE},
	{"media ended", {.created = 1000, .answered = 1010, .heard = 1500}, 1560, SL_TIMEOUT_MEDIA},
	{"answered anew", {.created = 1000, .answered = 1540, .heard = 1500}, 1599,
		SL_TIMEOUT_NONE},
	{"held", {.created = 1000, .answered = 1010, .heard = 1500, .held = true}, 5099,
		SL_TIMEOUT_NONE},
	{"held for long", {.created = 1000, .answered = 1010, .heard = 1500, .held = true}, 5100,
		SL_TIMEOUT_SILENT},
	{"answered, and ringing elsewhere", {.created = 1000, .answered = 1010, .apart = true},
		2000, SL_TIMEOUT_NONE},
	{"final, whatever is heard", {.created = 1000, .answered = 1010, .heard = 10999}, 11000,
		SL_TIMEOUT_FINAL},
	{"ending", {.created = 1000, .answered = 1010, .ending = true}, 2000, SL_TIMEOUT_NONE},
	{"ending for ever", {.created = 1000, .answered = 1010, .ending = true}, 11000,
		SL_TIMEOUT_FINAL},
	{"heard after the clock was read", {.created = 1000, .answered = 1010, .heard = 1101}, 1100,
		SL_TIMEOUT_NONE},
};

static void verdicts(void **state)
{
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sl_timers_call call = cases[i].call;
		struct sl_timers never = {0};

		call.created *= S;
		call.offered *= S;
		call.answered *= S;
		call.heard *= S;
		if (sl_timers_due(&timers, &call, cases[i].now * S) != cases[i].due)
			fail_msg("%s", cases[i].what);
		assert_int_equal(sl_timers_due(&never, &call, cases[i].now * S), SL_TIMEOUT_NONE);
	}
}

static void seconds(void **state)
{
	assert_int_equal(sl_timers_seconds(&timers, SL_TIMEOUT_MEDIA), 60);
	assert_int_equal(sl_timers_seconds(&timers, SL_TIMEOUT_SILENT), 3600);
	assert_int_equal(sl_timers_seconds(&timers, SL_TIMEOUT_OFFER), 600);
	assert_int_equal(sl_timers_seconds(&timers, SL_TIMEOUT_FINAL), 10000);
	assert_string_equal(sl_timeout_labels[SL_TIMEOUT_FINAL], "final timeout");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts),
		cmocka_unit_test(seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
