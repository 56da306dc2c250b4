/* SPDX-License-Identifier: BSD-3-Clause */
/* A worker that does not turn is noticed at the second look, and forgiven as soon as it does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctrl/daemon/watchdog.h"

static void who_stands_is_noticed(void **state)
{
	static const struct {
		unsigned worker;
		uint64_t spent;
		bool turns;
	} looks[] = {
		{0, 0, true}, /* it has only just begun */
		{0, 5, true},
		{1, 7, true},
		{0, 5, true},
		{0, 5, false},
		{1, 8, true}, /* another one is none of its business */
		{0, 5, false},
		{0, 6, true},
		{0, 6, true},
		{0, 6, false},
		{SL_MAX_WORKERS - 1, 1, true},
		{SL_MAX_WORKERS - 1, 1, true},
		{SL_MAX_WORKERS - 1, 1, false},
	};
	struct sl_watchdog watchdog = {0};

	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
		if (sl_watchdog_turns(&watchdog, looks[i].worker, looks[i].spent) != looks[i].turns)
			fail_msg("look %zu", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_stands_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
