/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/admin/admin_core.h"

#include "ctrl/records/json_text.h"

json_t *sl_admin_core_users(const struct sl_core_users *users)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < users->n; i++) {
		const struct sl_core_task *task = &users->task[i];

		json_array_append_new(
			list, json_pack("{s:o, s:i, s:i, s:i}", "name", sl_json_text(task->name),
				      "pid", (int)task->pid, "tid", (int)task->tid, "percent",
				      (int)task->percent));
	}
	return list;
}

json_t *sl_admin_core_wait(const struct sl_core_wait *wait, unsigned worker)
{
	const struct sl_core_wait_worker *w = &wait->worker[worker];

	if (worker >= wait->n || w->fd < 0)
		return json_null();
	return json_pack("{s:I, s:I, s:I, s:f, s:b, s:I, s:b, s:b, s:o}", "run_ns",
		(json_int_t)w->stat.run_ns, "wait_ns", (json_int_t)w->waited_ns, "slices",
		(json_int_t)w->stat.slices, "percent", w->per_mille / 10.0, "alarm",
		w->alarm.raised, "since", (json_int_t)(w->alarm.raised ? w->alarm.since : 0),
		"looked", w->users.looked, "hidden", w->users.hidden, "ran",
		sl_admin_core_users(&w->users));
}
