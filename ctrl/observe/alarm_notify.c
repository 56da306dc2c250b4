/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/observe/alarm_notify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "ctrl/base/address.h"
#include "ctrl/base/log.h"
#include "ctrl/call/session.h"
#include "ctrl/host/core_scan.h"
#include "ctrl/limits/alarm.h"

struct sl_alarm_counts sl_alarm_counts;

struct line {
	char text[768];
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *line, const char *format, ...)
{
	size_t room = sizeof(line->text) - line->len;
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(line->text + line->len, room, format, arguments);
	va_end(arguments);
	if (n > 0)
		line->len += (size_t)n < room ? (size_t)n : room - 1;
}

/* "ran" names who had the core: NAME:PID:PERCENT, the busiest first; "hidden" after them, or alone:
 * there may be others whom /proc does not show. */
static void add_users(struct line *line, const struct sl_core_users *users)
{
	add(line, " core=%u ran=", users->core);
	for (unsigned i = 0; i < users->n; i++) {
		const struct sl_core_task *task = &users->task[i];

		add(line, "%s%s:%d:%u", i ? "," : "", sl_word(task->name).text, (int)task->tid,
			task->percent);
	}
	if (users->hidden)
		add(line, "%shidden", users->n ? "," : "");
	else if (!users->n)
		add(line, "unknown");
}

/* "key=value" throughout: to be read by people and by whatever reads the journal. */
void sl_alarm_notify(sl_notify notify, void *context, const struct sl_notice *notice)
{
	const struct sl_alarm_report *r = notice->alarm;
	const struct sl_leg *leg = notice->leg;
	bool raised = r->change == SL_ALARM_RAISED;
	struct line line = {.len = 0};
	char source[SL_ADDRESS_TEXT];
	const struct sl_decimal medium = sl_decimal(notice->medium + 1);
	const struct sl_decimal rate = sl_decimal(raised ? r->alarm->rate : r->alarm->peak);
	const struct sl_log_fields fields = {.alarm = raised ? "raised" : "ended",
		.kind = sl_alarm_kinds[r->kind],
		.by = r->reason ? r->by : NULL,
		.reason = r->reason,
		.addr = r->source ? sl_address_text(r->source, source) : NULL,
		.call = notice->call ? notice->call->id : NULL,
		.leg = leg ? leg->tag : NULL,
		.medium = leg ? medium.text : NULL,
		.interface = leg && leg->interface ? leg->interface->config->name : NULL,
		.rate = rate.text};

	(raised ? sl_alarm_counts.raised : sl_alarm_counts.ended)[r->kind]++;
	add(&line, "alarm=%s kind=%s", raised ? "raised" : "ended", sl_alarm_kinds[r->kind]);
	if (r->reason)
		add(&line, " by=%s reason=%s", r->by, r->reason);
	if (r->source)
		add(&line, " source=%s", source);
	if (r->users)
		add_users(&line, r->users);
	if (notice->call)
		add(&line, " call=%s", sl_word(notice->call->id).text);
	if (notice->leg)
		add(&line, " leg=%s medium=%u", sl_word(notice->leg->tag).text, notice->medium + 1);
	if (raised)
		add(&line, " rate=%" PRIu32 " threshold=%u", r->alarm->rate, r->threshold);
	else
		add(&line, " seconds=%" PRId64 " total=%" PRIu64 " peak=%" PRIu32,
			r->now - r->alarm->since, r->alarm->total, r->alarm->peak);
	sl_log_event(raised ? SL_LOG_WARNING : SL_LOG_NOTICE, &fields, "%s", line.text);
	if (notify)
		notify(context, notice);
}
