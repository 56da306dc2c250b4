/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/limits/alarm.h"

const char *const sl_alarm_kinds[SL_ALARM_KIND_COUNT] = {
#define X(id, label) [SL_ALARM_##id] = label,
	SL_ALARM_KINDS(X)
#undef X
};

enum sl_alarm_change sl_alarm_step(
	struct sl_alarm *alarm, uint64_t rate, unsigned threshold, int64_t now)
{
	enum sl_alarm_change change = SL_ALARM_SAME;

	alarm->rate = rate < UINT32_MAX ? (uint32_t)rate : UINT32_MAX;
	if (!alarm->raised) {
		if (!threshold || rate < threshold)
			return change;
		*alarm = (struct sl_alarm){.raised = true, .since = now, .rate = alarm->rate};
		change = SL_ALARM_RAISED;
	}
	alarm->total += rate;
	if (alarm->rate > alarm->peak)
		alarm->peak = alarm->rate;
	alarm->quiet = rate * 2 < threshold || !threshold ? alarm->quiet + 1 : 0;
	if (alarm->quiet < SL_ALARM_CLEAR_S && threshold)
		return change;
	alarm->raised = false;
	return SL_ALARM_ENDED;
}
