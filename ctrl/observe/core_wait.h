/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Does each worker get its core? The kernel counts for how long a thread was ready to run while
 * another had the core. That is read once a second; the alarm `core-wait` is raised when it is more
 * than the operator allows, and names who ran there (ctrl/host/core_scan.h). A worker that sleeps
 * waits for nobody. The control thread's.
 */
#ifndef SL_CTRL_CORE_WAIT_H
#define SL_CTRL_CORE_WAIT_H

#include "ctrl/call/notice.h"
#include "ctrl/host/core_scan.h"
#include "ctrl/host/task_stat.h"
#include "ctrl/limits/alarm.h"
#include "sluice/limits.h"

enum {
	SL_CORE_WAIT_S = 5,      /* seconds that are judged together */
	SL_CORE_WAIT_READS = 32, /* files read in one turn of a scan */
};

struct sl_core_wait_worker {
	unsigned core;
	int fd; /* its schedstat; -1: the kernel keeps none */
	struct sl_schedstat stat;
	uint64_t waited_ns;                                       /* ever */
	uint64_t waited[SL_CORE_WAIT_S], elapsed[SL_CORE_WAIT_S]; /* ns, of the last looks */
	unsigned per_mille;                                       /* of the time, over them */
	struct sl_alarm alarm;                                    /* in ms of waiting a second */
	bool untold; /* it is raised, and told when the scan has ended */
	struct sl_core_users users;
};

struct sl_core_wait {
	struct sl_core_wait_worker worker[SL_MAX_WORKERS];
	unsigned n;
	pid_t thread[SL_MAX_WORKERS]; /* of the workers, which scans leave out */
	unsigned looks;
	uint64_t looked, scanned;  /* ns, monotonic */
	struct sl_core_scan *scan; /* NULL: none goes on */
	const unsigned *threshold; /* ms a second; 0: no alarm */
	const char *root;          /* "": this machine */
	sl_notify notify;          /* NULL: nobody wants to know */
	void *notify_context;
};

/* After the workers have started: opens what is read later. `root` and `threshold` outlive it. */
void sl_core_wait_start(struct sl_core_wait *wait, const char *root, const unsigned *threshold);
void sl_core_wait_stop(struct sl_core_wait *wait);

/* Once a second. `now`: sl_clock(). */
void sl_core_wait_tick(struct sl_core_wait *wait, uint64_t now);

/* Often: goes on with a scan, if there is one. */
void sl_core_wait_turn(struct sl_core_wait *wait, uint64_t now);

#endif
