/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/host/task_stat.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool sl_task_stat_parse(const char *text, struct sl_task_stat *stat)
{
	/* The name may have parentheses and spaces itself: it ends with the last one. */
	const char *name = strchr(text, '('), *end = strrchr(text, ')');
	uint64_t user, system;
	size_t len;

	if (!name || !end || end < name)
		return false;
	len = (size_t)(end - name) - 1;
	if (len >= sizeof(stat->name))
		len = sizeof(stat->name) - 1;
	memcpy(stat->name, name + 1, len);
	stat->name[len] = '\0';
	/* Fields 3 to 13, 14 and 15, 16 to 38, 39. */
	if (sscanf(end + 1,
		    " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64
		    " %*d %*d %*d %*d %*d %*d %*u %*u %*d %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u"
		    " %*u %*u %*u %*d %u",
		    &user, &system, &stat->core) != 3)
		return false;
	stat->ticks = user + system;
	return true;
}

bool sl_schedstat_parse(const char *text, struct sl_schedstat *stat)
{
	return sscanf(text, "%" SCNu64 " %" SCNu64 " %" SCNu64, &stat->run_ns, &stat->wait_ns,
		       &stat->slices) == 3;
}

uint64_t sl_schedstat_waited(const struct sl_schedstat *before, const struct sl_schedstat *now)
{
	uint64_t waited = now->wait_ns - before->wait_ns;
	uint64_t wakes = (now->slices - before->slices) * SL_WAKE_NS;

	return now->wait_ns < before->wait_ns || waited < wakes ? 0 : waited - wakes;
}
