/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The service manager's watchdog (sd_watchdog_enabled(3), WatchdogSec= of the unit): it restarts
 * the service unless it is told often enough that the control thread turns, and every worker.
 */
#ifndef SL_CTRL_WATCHDOG_H
#define SL_CTRL_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/limits.h"

/* Zeroed at first. */
struct sl_watchdog {
	uint64_t spent[SL_MAX_WORKERS];    /* by worker, when it was last seen to have moved on */
	unsigned standing[SL_MAX_WORKERS]; /* looks since then */
};

/*
 * A look at one worker: `spent` is the time that its turns took so far, in any unit. True: it has
 * turned since the last look, or this is the first that finds it standing, which a core that is
 * shared explains.
 */
bool sl_watchdog_turns(struct sl_watchdog *watchdog, unsigned worker, uint64_t spent);

/* Once a second, from the control thread. Tells the service manager, unless a worker stands: that
 * goes to the log. */
void sl_watchdog_tick(struct sl_watchdog *watchdog);

#endif
