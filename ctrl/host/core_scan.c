/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/host/core_scan.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctrl/host/host_file.h"

#define SECOND UINT64_C(1000000000)

enum { CORES = 64, SPARE = 64, SEEN = 2048, TASKS = 32768 /* read in one scan */ };

/* A task seen on one of the cores. */
struct seen {
	struct sl_core_task task;
	unsigned core;
	uint64_t ticks, at; /* of the first look */
	bool stayed;        /* and was there at the second */
};

struct sl_core_scan {
	char root[SL_HOST_PATH / 2];
	unsigned core[CORES], n_cores;
	pid_t spare[SPARE];
	unsigned n_spare;
	DIR *processes, *threads; /* the walk; threads: of `process` */
	pid_t process;
	unsigned tasks; /* looked at so far */
	bool hidden;
	uint64_t walked; /* when the walk ended; 0: not yet */
	unsigned again;  /* seen[] from here on waits for its second look */
	unsigned n_seen;
	struct seen seen[SEEN];
};

static DIR *open_directory(const struct sl_core_scan *scan, const char *below, pid_t pid)
{
	char path[SL_HOST_PATH];

	if (pid)
		snprintf(path, sizeof(path), "%s/proc/%d/%s", scan->root, (int)pid, below);
	else
		snprintf(path, sizeof(path), "%s/proc", scan->root);
	return opendir(path);
}

struct sl_core_scan *sl_core_scan_new(
	const char *root, const unsigned *cores, unsigned n, const pid_t *spare, unsigned n_spare)
{
	struct sl_core_scan *scan = calloc(1, sizeof(*scan));
	char init[8];

	if (!scan || strlen(root) >= sizeof(scan->root) || n > CORES || n_spare > SPARE) {
		free(scan);
		return NULL;
	}
	strcpy(scan->root, root);
	memcpy(scan->core, cores, n * sizeof(*cores));
	memcpy(scan->spare, spare, n_spare * sizeof(*spare));
	scan->n_cores = n;
	scan->n_spare = n_spare;
	scan->hidden = sl_host_read(root, init, sizeof(init), "/proc/1/stat") < 0;
	scan->processes = open_directory(scan, "", 0);
	if (scan->processes)
		return scan;
	free(scan);
	return NULL;
}

static void end_walk(struct sl_core_scan *scan)
{
	if (scan->threads)
		closedir(scan->threads);
	if (scan->processes)
		closedir(scan->processes);
	scan->threads = scan->processes = NULL;
}

void sl_core_scan_free(struct sl_core_scan *scan)
{
	if (scan)
		end_walk(scan);
	free(scan);
}

/* The next entry that is a number; 0: there is none. */
static pid_t next_id(DIR *directory)
{
	const struct dirent *entry;

	while ((entry = readdir(directory))) {
		long id = strtol(entry->d_name, NULL, 10);

		if (id > 0)
			return (pid_t)id;
	}
	return 0;
}

/* The next task of the walk; 0: it is over. */
static pid_t next_task(struct sl_core_scan *scan)
{
	for (;;) {
		pid_t tid = scan->threads ? next_id(scan->threads) : 0;

		if (tid)
			return tid;
		if (scan->threads)
			closedir(scan->threads);
		scan->threads = NULL;
		scan->process = next_id(scan->processes);
		if (!scan->process)
			return 0;
		scan->threads = open_directory(scan, "task", scan->process);
	}
}

static bool read_stat(
	const struct sl_core_scan *scan, pid_t pid, pid_t tid, struct sl_task_stat *stat)
{
	char text[512];

	return sl_host_read(scan->root, text, sizeof(text), "/proc/%d/task/%d/stat", (int)pid,
		       (int)tid) > 0 &&
	       sl_task_stat_parse(text, stat);
}

static bool is_wanted(const struct sl_core_scan *scan, unsigned core)
{
	for (unsigned i = 0; i < scan->n_cores; i++)
		if (scan->core[i] == core)
			return true;
	return false;
}

static bool is_spare(const struct sl_core_scan *scan, pid_t tid)
{
	for (unsigned i = 0; i < scan->n_spare; i++)
		if (scan->spare[i] == tid)
			return true;
	return false;
}

static void look(struct sl_core_scan *scan, pid_t tid, uint64_t now)
{
	struct seen *seen = &scan->seen[scan->n_seen];
	struct sl_task_stat stat;

	scan->tasks++;
	if (is_spare(scan, tid) || !read_stat(scan, scan->process, tid, &stat) ||
		!is_wanted(scan, stat.core))
		return;
	*seen = (struct seen){.task = {.pid = scan->process, .tid = tid},
		.core = stat.core,
		.ticks = stat.ticks,
		.at = now};
	memcpy(seen->task.name, stat.name, sizeof(stat.name));
	scan->n_seen++;
}

static void look_again(const struct sl_core_scan *scan, struct seen *seen, uint64_t now)
{
	long hz = sysconf(_SC_CLK_TCK);
	struct sl_task_stat stat;

	if (!read_stat(scan, seen->task.pid, seen->task.tid, &stat) || stat.ticks < seen->ticks ||
		stat.core != seen->core || now <= seen->at)
		return;
	seen->stayed = true;
	seen->task.percent = (unsigned)((stat.ticks - seen->ticks) * 100 * SECOND / (uint64_t)hz /
					(now - seen->at));
}

bool sl_core_scan_step(struct sl_core_scan *scan, unsigned reads, uint64_t now)
{
	pid_t tid;

	for (; !scan->walked && reads; reads--) {
		tid = scan->tasks < TASKS && scan->n_seen < SEEN ? next_task(scan) : 0;
		if (tid) {
			look(scan, tid, now);
		} else {
			end_walk(scan);
			scan->walked = now;
		}
	}
	if (!scan->walked || now - scan->walked < SECOND)
		return false;
	for (; scan->again < scan->n_seen && reads; reads--)
		look_again(scan, &scan->seen[scan->again++], now);
	return scan->again == scan->n_seen;
}

static void insert(struct sl_core_users *users, const struct sl_core_task *task)
{
	unsigned at = users->n < SL_CORE_NAMED ? users->n++ : SL_CORE_NAMED;

	for (; at > 0 && users->task[at - 1].percent < task->percent; at--)
		if (at < SL_CORE_NAMED)
			users->task[at] = users->task[at - 1];
	if (at < SL_CORE_NAMED)
		users->task[at] = *task;
}

void sl_core_scan_users(const struct sl_core_scan *scan, unsigned core, struct sl_core_users *users)
{
	*users = (struct sl_core_users){.core = core, .looked = true, .hidden = scan->hidden};
	for (unsigned i = 0; i < scan->n_seen; i++)
		if (scan->seen[i].core == core && scan->seen[i].stayed &&
			scan->seen[i].task.percent >= SL_CORE_SHARE)
			insert(users, &scan->seen[i].task);
}
