/* SPDX-License-Identifier: BSD-3-Clause */
/* Who hears of a port whose device was reset, and how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/base/log.h"
#include "ctrl/observe/port_watch.h"
#include "dataplane/handoff/port_turn.h"

static struct sl_port_watch watch;
static enum sl_port_state state;
static uint64_t resets;
static unsigned told[3]; /* by change */
static unsigned lines;
static char said[4][256];

enum sl_port_state __wrap_sl_port_turn(uint8_t port, struct sl_error *error);
enum sl_port_state __wrap_sl_port_turn(uint8_t port, struct sl_error *error)
{
	if (state == SL_PORT_AWAY)
		sl_refuse(error, -1, "port wan: cannot start: why");
	return state;
}

void __wrap_sl_port_stats(uint8_t port, struct sl_port_stats *out);
void __wrap_sl_port_stats(uint8_t port, struct sl_port_stats *out)
{
	*out = (struct sl_port_stats){.state = state, .resets = resets};
}

const char *__wrap_sl_port_name(uint8_t port);
const char *__wrap_sl_port_name(uint8_t port)
{
	return "wan";
}

void __wrap_sl_log_event(
	enum sl_log_level level, const struct sl_log_fields *fields, const char *format, ...);
void __wrap_sl_log_event(
	enum sl_log_level level, const struct sl_log_fields *fields, const char *format, ...)
{
	va_list arguments;

	assert_in_range(lines, 0, 3);
	va_start(arguments, format);
	vsnprintf(said[lines++], sizeof(said[0]), format, arguments);
	va_end(arguments);
}

static void hear(void *context, const struct sl_notice *notice)
{
	assert_int_equal(notice->alarm->kind, SL_ALARM_PORT);
	assert_string_equal(notice->alarm->by, "wan");
	assert_string_equal(notice->alarm->reason, "reset");
	told[notice->alarm->change]++;
}

static int start(void **unused)
{
	watch = (struct sl_port_watch){.n = 1, .notify = hear};
	state = SL_PORT_SERVES;
	resets = lines = 0;
	memset(told, 0, sizeof(told));
	sl_port_watch_tick(&watch);
	assert_int_equal(lines, 0);
	return 0;
}

static void tick(const char *first, const char *second)
{
	const char *const expected[] = {first, second};

	lines = 0;
	sl_port_watch_tick(&watch);
	for (unsigned i = 0; i < 2; i++)
		if (expected[i] && (lines <= i || !strstr(said[i], expected[i])))
			fail_msg("line %u: %s instead of %s", i, lines > i ? said[i] : "none",
				expected[i]);
}

/* In one turn it goes and comes: named all the same, and an alarm until it has been well for a
 * while. */
static void back_at_once(void **unused)
{
	resets++;
	tick("port wan: its device was reset", "receives again");
	assert_int_equal(lines, 3); /* and the alarm */
	assert_int_equal(told[SL_ALARM_RAISED], 1);
	for (int i = 0; i < SL_ALARM_CLEAR_S; i++) {
		assert_int_equal(told[SL_ALARM_ENDED], 0);
		tick(NULL, NULL);
	}
	assert_int_equal(told[SL_ALARM_ENDED], 1);
	assert_int_equal(lines, 1);
}

/* A state that goes on is told once; the alarm is up all the time. */
static void away_for_long(void **unused)
{
	resets++;
	state = SL_PORT_AWAY;
	tick("its device was reset", "port wan: cannot start: why; it is tried again");
	for (int i = 0; i < 3 * SL_ALARM_CLEAR_S; i++) {
		tick(NULL, NULL);
		assert_int_equal(lines, 0);
	}
	state = SL_PORT_SILENT;
	tick("is set up anew", NULL);
	for (int i = 0; i < 3 * SL_ALARM_CLEAR_S; i++)
		tick(NULL, NULL);
	assert_int_equal(told[SL_ALARM_ENDED], 0);
	state = SL_PORT_SERVES;
	tick("receives again", NULL);
	for (int i = 0; i < SL_ALARM_CLEAR_S; i++)
		tick(NULL, NULL);
	assert_int_equal(told[SL_ALARM_RAISED], 1);
	assert_int_equal(told[SL_ALARM_ENDED], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(back_at_once, start),
		cmocka_unit_test_setup(away_for_long, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
