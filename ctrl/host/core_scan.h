/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who runs on a core? Looks at every task of the machine twice, with a second between, and names
 * those that had most of the core's time. It takes thousands of small reads, so it is done in
 * steps, each bounded, and only when there is a reason.
 */
#ifndef SL_CTRL_CORE_SCAN_H
#define SL_CTRL_CORE_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "ctrl/host/task_stat.h"

enum {
	SL_CORE_NAMED = 3, /* at most so many for each core */
	SL_CORE_SHARE = 1, /* percent of the core, at least */
};

/* A task that ran on the core, and its share of it in percent. */
struct sl_core_task {
	pid_t pid, tid;
	unsigned percent;
	char name[SL_TASK_NAME];
};

/* Who ran on one core, the busiest first. */
struct sl_core_users {
	unsigned core;
	bool looked; /* there has been a scan */
	bool hidden; /* other users' processes are not shown to us (hidepid, ProtectProc) */
	unsigned n;
	struct sl_core_task task[SL_CORE_NAMED];
};

struct sl_core_scan;

/*
 * Begins a scan below `root` ("": this machine) for `n` cores; threads of `spare` (its `n_spare`
 * ids) are left out. NULL: out of memory, or there is no /proc.
 */
struct sl_core_scan *sl_core_scan_new(
	const char *root, const unsigned *cores, unsigned n, const pid_t *spare, unsigned n_spare);
void sl_core_scan_free(struct sl_core_scan *scan);

/* Reads at most `reads` files. `now`: ns, monotonic. True: it has ended. */
bool sl_core_scan_step(struct sl_core_scan *scan, unsigned reads, uint64_t now);

/* After its end: who ran on a core. */
void sl_core_scan_users(
	const struct sl_core_scan *scan, unsigned core, struct sl_core_users *users);

#endif
