/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/daemon/watchdog.h"

#include "ctrl/base/log.h"
#include "dataplane/path/workers.h"

bool sl_watchdog_turns(struct sl_watchdog *w, unsigned worker, uint64_t spent)
{
	if (spent != w->spent[worker])
		w->standing[worker] = 0;
	else
		w->standing[worker]++;
	w->spent[worker] = spent;
	return w->standing[worker] <= 1;
}

void sl_watchdog_tick(struct sl_watchdog *w)
{
	bool all = true;

	for (unsigned i = 0; i < sl_workers_count(); i++) {
		struct sl_worker_stats stats;

		sl_worker_stats(i, &stats);
		if (sl_watchdog_turns(w, i, stats.busy_ns + stats.idle_ns))
			continue;
		all = false;
		SL_LOG_LIMITED(SL_LOG_WARNING,
			"the worker on core %u has stood still for %u s: its core is taken, or it "
			"hangs",
			stats.core, w->standing[i]);
	}
	if (all)
		sl_notify_alive();
}
