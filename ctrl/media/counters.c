/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/media/counters.h"

#include <string.h>
#include <time.h>

#include "dataplane/base/clock.h"

void sl_path_counters(const struct sl_path *path, struct sl_flow_counters *out)
{
	memset(out, 0, sizeof(*out));
	if (path->flow)
		sl_flow_counters(path->flow, out);
}

uint64_t sl_path_drops(const struct sl_flow_counters *counters)
{
	uint64_t drops = 0;

	for (unsigned i = SL_FORWARD + 1; i < SL_VERDICTS; i++)
		drops += counters->drops[i];
	return drops;
}

int64_t sl_path_last(const struct sl_flow_counters *counters)
{
	if (!counters->last)
		return 0;
	return time(NULL) - (int64_t)((sl_clock() - counters->last) / 1000000000);
}

void sl_leg_counters_add(const struct sl_leg *leg, struct sl_flow_counters *total)
{
	struct sl_flow_counters one;

	for (unsigned m = 0; m < leg->n_media; m++) {
		sl_path_counters(&leg->media[m].path, &one);
		for (int c = 0; c < SL_COMPONENTS; c++) {
			total->packets[c] += one.packets[c];
			total->bytes[c] += one.bytes[c];
		}
		for (unsigned v = 0; v < SL_VERDICTS; v++)
			total->drops[v] += one.drops[v];
	}
}
