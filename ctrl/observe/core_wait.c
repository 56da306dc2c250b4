/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/observe/core_wait.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ctrl/base/log.h"
#include "ctrl/observe/alarm_notify.h"
#include "dataplane/path/workers.h"

#define SECOND UINT64_C(1000000000)

enum { AGAIN_S = 60 /* while an alarm is up, who is there is asked once more */ };

static bool read_stat(const struct sl_core_wait_worker *w, struct sl_schedstat *stat)
{
	char text[96];
	ssize_t n = w->fd < 0 ? -1 : pread(w->fd, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return false;
	text[n] = '\0';
	return sl_schedstat_parse(text, stat);
}

void sl_core_wait_start(struct sl_core_wait *wait, const char *root, const unsigned *threshold)
{
	bool blind = false;

	wait->root = root;
	wait->threshold = threshold;
	wait->n = sl_workers_count();
	for (unsigned i = 0; i < wait->n; i++) {
		struct sl_core_wait_worker *w = &wait->worker[i];
		struct sl_worker_stats stats;
		char path[96];

		sl_worker_stats(i, &stats);
		w->core = w->users.core = stats.core;
		wait->thread[i] = stats.thread;
		snprintf(path, sizeof(path), "%.40s/proc/self/task/%d/schedstat", root,
			(int)stats.thread);
		w->fd = open(path, O_RDONLY | O_CLOEXEC);
		blind |= !read_stat(w, &w->stat);
	}
	if (blind)
		sl_log_notice("nobody counts how long workers wait for their cores: this kernel "
			      "has no CONFIG_SCHED_INFO");
}

void sl_core_wait_stop(struct sl_core_wait *wait)
{
	for (unsigned i = 0; i < wait->n; i++)
		if (wait->worker[i].fd >= 0)
			close(wait->worker[i].fd);
	sl_core_scan_free(wait->scan);
	wait->scan = NULL;
	wait->n = 0;
}

static void begin_scan(struct sl_core_wait *wait, uint64_t now)
{
	unsigned cores[SL_MAX_WORKERS];

	if (wait->scan)
		return;
	for (unsigned i = 0; i < wait->n; i++)
		cores[i] = wait->worker[i].core;
	wait->scanned = now;
	wait->scan = sl_core_scan_new(wait->root, cores, wait->n, wait->thread, wait->n);
}

static void tell(
	const struct sl_core_wait *wait, struct sl_core_wait_worker *w, enum sl_alarm_change change)
{
	struct sl_alarm_report report = {
		.kind = SL_ALARM_CORE_WAIT,
		.change = change,
		.users = &w->users,
		.alarm = &w->alarm,
		.threshold = *wait->threshold,
		.now = time(NULL),
	};

	sl_alarm_notify(wait->notify, wait->notify_context,
		&(struct sl_notice){.type = SL_NOTICE_ALARM, .alarm = &report});
}

static void tell_raised(const struct sl_core_wait *wait, struct sl_core_wait_worker *w)
{
	if (w->untold)
		tell(wait, w, SL_ALARM_RAISED);
	w->untold = false;
}

static void look(struct sl_core_wait *wait, struct sl_core_wait_worker *w, uint64_t elapsed)
{
	unsigned at = wait->looks % SL_CORE_WAIT_S;
	uint64_t waited = 0, of = 0;
	struct sl_schedstat stat;

	if (!read_stat(w, &stat))
		return;
	w->waited[at] = sl_schedstat_waited(&w->stat, &stat);
	w->elapsed[at] = elapsed;
	w->stat = stat;
	w->waited_ns += w->waited[at];
	for (unsigned i = 0; i < SL_CORE_WAIT_S; i++) {
		waited += w->waited[i];
		of += w->elapsed[i];
	}
	/* Until there were enough looks, as if it had not waited before. */
	if (of < (SL_CORE_WAIT_S - 1) * SECOND)
		of = (SL_CORE_WAIT_S - 1) * SECOND;
	/* The kernel counts a wait when it is over: then it may be longer than the looks are. */
	w->per_mille = waited < of ? (unsigned)(waited * 1000 / of) : 1000;
}

static void judge(struct sl_core_wait *wait, struct sl_core_wait_worker *w, uint64_t now)
{
	enum sl_alarm_change change =
		sl_alarm_step(&w->alarm, w->per_mille, *wait->threshold, time(NULL));

	if (change == SL_ALARM_RAISED) {
		w->untold = true;
		w->users = (struct sl_core_users){.core = w->core};
		begin_scan(wait, now);
	} else if (change == SL_ALARM_ENDED) {
		tell_raised(wait, w);
		tell(wait, w, SL_ALARM_ENDED);
	} else if (w->alarm.raised && now - wait->scanned > AGAIN_S * SECOND) {
		begin_scan(wait, now);
	}
	/* Nobody can be named: that must not keep the alarm from being told. */
	if (!wait->scan)
		tell_raised(wait, w);
}

void sl_core_wait_tick(struct sl_core_wait *wait, uint64_t now)
{
	uint64_t before = wait->looked;

	wait->looked = now;
	for (unsigned i = 0; i < wait->n && now != before; i++) {
		struct sl_core_wait_worker *w = &wait->worker[i];

		if (before) {
			look(wait, w, now - before);
			judge(wait, w, now);
		} else {
			read_stat(w,
				&w->stat); /* what it waited until now is no wait of this second */
		}
	}
	if (before && now != before)
		wait->looks++;
}

void sl_core_wait_turn(struct sl_core_wait *wait, uint64_t now)
{
	if (!wait->scan || !sl_core_scan_step(wait->scan, SL_CORE_WAIT_READS, now))
		return;
	for (unsigned i = 0; i < wait->n; i++) {
		struct sl_core_wait_worker *w = &wait->worker[i];

		if (!w->alarm.raised)
			continue;
		sl_core_scan_users(wait->scan, w->core, &w->users);
		tell_raised(wait, w);
	}
	sl_core_scan_free(wait->scan);
	wait->scan = NULL;
}
