/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ipc/work.h"

#include <stdlib.h>
#include <time.h>

enum { TIMER_MS = 100 };

struct sl_work {
	struct sl_fair fair;
	uv_prepare_t prepare; /* a turn ends: the loop is about to wait */
	uv_check_t check;     /* what came is known */
	uv_idle_t idle;       /* active: the loop does not wait */
	uv_timer_t timer;
	uint64_t due; /* uv_hrtime() */
	unsigned handles;
	uint64_t began; /* thread's CPU time, ns; 0: no turn has begun */
	struct sl_work_stats stats;
};

static void on_prepare(uv_prepare_t *prepare)
{
	struct sl_work *work = prepare->data;
	struct timespec now;
	uint64_t ns;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	if (work->began && ns - work->began > work->stats.longest)
		work->stats.longest = ns - work->began;
	work->began = ns;
	work->stats.turns++;
}

/* Only there so that the loop comes round at once. */
static void on_idle(uv_idle_t *idle)
{
}

static void on_check(uv_check_t *check)
{
	struct sl_work *work = check->data;
	uint64_t end = uv_hrtime() + SL_WORK_NS;
	unsigned left = SL_WORK_SHARE * work->fair.peers;
	struct sl_fair_item *item;

	while (left-- && (item = sl_fair_next(&work->fair))) {
		item->run(item);
		if (uv_hrtime() >= end)
			break;
	}
	if (work->fair.ready) {
		work->stats.cut_short++;
		uv_idle_start(&work->idle, on_idle);
	} else {
		uv_idle_stop(&work->idle);
	}
}

static void on_timer(uv_timer_t *timer)
{
	struct sl_work *work = timer->data;
	uint64_t now = uv_hrtime();

	if (now > work->due && now - work->due > work->stats.late)
		work->stats.late = now - work->due;
	work->due = now + TIMER_MS * 1000000u;
}

static void closed(uv_handle_t *handle)
{
	struct sl_work *work = handle->data;

	if (!--work->handles)
		free(work);
}

struct sl_work *sl_work_new(uv_loop_t *loop)
{
	struct sl_work *work = calloc(1, sizeof(*work));

	if (!work)
		return NULL;
	sl_fair_init(&work->fair);
	uv_prepare_init(loop, &work->prepare);
	uv_check_init(loop, &work->check);
	uv_idle_init(loop, &work->idle);
	uv_timer_init(loop, &work->timer);
	work->prepare.data = work->check.data = work->idle.data = work->timer.data = work;
	work->handles = 4;
	work->due = UINT64_MAX; /* the loop does not run yet */
	/* Alone it is no reason for the loop to go on. */
	uv_unref((uv_handle_t *)&work->prepare);
	uv_unref((uv_handle_t *)&work->check);
	uv_unref((uv_handle_t *)&work->idle);
	uv_unref((uv_handle_t *)&work->timer);
	uv_timer_start(&work->timer, on_timer, TIMER_MS, TIMER_MS);
	uv_prepare_start(&work->prepare, on_prepare);
	uv_check_start(&work->check, on_check);
	return work;
}

void sl_work_stop(struct sl_work *work)
{
	if (!work)
		return;
	uv_close((uv_handle_t *)&work->prepare, closed);
	uv_close((uv_handle_t *)&work->check, closed);
	uv_close((uv_handle_t *)&work->idle, closed);
	uv_close((uv_handle_t *)&work->timer, closed);
}

struct sl_fair *sl_work_fair(struct sl_work *work)
{
	return &work->fair;
}

void sl_work_ready(struct sl_work *work, struct sl_fair_item *item)
{
	sl_fair_ready(&work->fair, item);
	uv_idle_start(&work->idle, on_idle);
}

struct sl_work_stats sl_work_stats(const struct sl_work *work)
{
	return work->stats;
}
