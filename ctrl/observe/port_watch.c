/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/observe/port_watch.h"

#include <time.h>

#include "ctrl/base/log.h"
#include "ctrl/observe/alarm_notify.h"
#include "dataplane/handoff/port_turn.h"

static void say_state(const char *name, enum sl_port_state state, const struct sl_error *error)
{
	switch (state) {
	case SL_PORT_SERVES:
		sl_log_event(SL_LOG_NOTICE, SL_FIELDS(.interface = name),
			"port %s: its device receives again", name);
		break;
	case SL_PORT_SILENT:
		sl_log_event(SL_LOG_NOTICE, SL_FIELDS(.interface = name),
			"port %s: its device is set up anew; until it receives something, this is "
			"done again now and then",
			name);
		break;
	default:
		sl_log_event(SL_LOG_ERROR, SL_FIELDS(.interface = name, .reason = error->text),
			"%s; it is tried again now and then", error->text);
	}
}

static void step_alarm(
	const struct sl_port_watch *watch, struct sl_alarm *alarm, const char *name, bool away)
{
	struct sl_alarm_report report = {.kind = SL_ALARM_PORT,
		.by = name,
		.reason = "reset",
		.alarm = alarm,
		.threshold = 1,
		.now = time(NULL)};

	report.change = sl_alarm_step(alarm, away, report.threshold, report.now);
	if (report.change != SL_ALARM_SAME)
		sl_alarm_notify(watch->notify, watch->notify_context,
			&(struct sl_notice){.type = SL_NOTICE_ALARM, .alarm = &report});
}

/* A failure is told once, and again when something else has happened since. */
static void look(const struct sl_port_watch *watch, struct sl_port_watch_port *seen, uint8_t port)
{
	const char *name = sl_port_name(port);
	struct sl_error error = {0};
	enum sl_port_state state = sl_port_turn(port, &error);
	struct sl_port_stats stats;
	bool reset;

	sl_port_stats(port, &stats);
	reset = stats.resets != seen->resets;
	if (reset)
		sl_log_event(SL_LOG_WARNING, SL_FIELDS(.interface = name, .reason = "reset"),
			"port %s: its device was reset, where it is a virtual function by its "
			"physical one",
			name);
	if (reset || state != seen->state)
		say_state(name, state, &error);
	seen->resets = stats.resets;
	seen->state = state;
	step_alarm(watch, &seen->alarm, name, reset || state != SL_PORT_SERVES);
}

void sl_port_watch_tick(struct sl_port_watch *watch)
{
	for (unsigned port = 0; port < watch->n; port++)
		look(watch, &watch->port[port], (uint8_t)port);
}
