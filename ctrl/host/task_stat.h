/* SPDX-License-Identifier: BSD-3-Clause */
/* The kernel's account of one task (a thread). Pure leaves: texts of /proc, parsed. */
#ifndef SL_CTRL_TASK_STAT_H
#define SL_CTRL_TASK_STAT_H

#include <stdbool.h>
#include <stdint.h>

enum { SL_TASK_NAME = 64 }; /* the kernel's workers have names longer than 16 */

/* /proc/PID/task/TID/stat (proc_pid_stat(5)). */
struct sl_task_stat {
	char name[SL_TASK_NAME]; /* any bytes but NUL: its owner chooses it */
	uint64_t ticks;          /* on a core, user and system, in clock ticks */
	unsigned core;           /* that it ran on last */
};

/* False: that is no such text. */
bool sl_task_stat_parse(const char *text, struct sl_task_stat *stat);

/* /proc/PID/task/TID/schedstat. */
struct sl_schedstat {
	uint64_t run_ns;  /* on a core */
	uint64_t wait_ns; /* ready to run, and waiting for its core */
	uint64_t slices;  /* how often it was given one */
};

bool sl_schedstat_parse(const char *text, struct sl_schedstat *stat);

enum { SL_WAKE_NS = 20000 };

/*
 * Returns the time for which others had the core between two looks, in ns. A task that sleeps waits
 * a little each time that it wakes, for the core to leave its own sleep and switch to it: up to
 * SL_WAKE_NS of each slice is not counted.
 */
uint64_t sl_schedstat_waited(const struct sl_schedstat *before, const struct sl_schedstat *now);

#endif
