/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control thread's work for its peers, a bounded piece of it in each turn of the loop: ready
 * items run in fair order (ctrl/ipc/fair.h), of each peer SL_WORK_SHARE, and of all for SL_WORK_NS;
 * then timers, netlink and listeners have their turn, however much is left. What a listener takes
 * in one turn is bounded by itself.
 */
#ifndef SL_CTRL_WORK_H
#define SL_CTRL_WORK_H

#include <stdint.h>
#include <uv.h>

#include "ctrl/ipc/fair.h"

enum {
	SL_WORK_SHARE = 16,
	SL_WORK_NS = 250000, /* after which no further item is begun */
};

struct sl_work_stats {
	uint64_t turns; /* of the loop */
	/* CPU time of the longest turn, ns: of the thread, which others may have kept waiting. */
	uint64_t longest;
	uint64_t cut_short; /* turns that left ready items to the next */
	uint64_t late;      /* how late a timer was, at most: ns */
};

struct sl_work;

/* NULL: out of memory. */
struct sl_work *sl_work_new(uv_loop_t *loop);

/* It keeps no loop running. Call it when no item is left. The memory is freed by the loop. NULL is
 * allowed. */
void sl_work_stop(struct sl_work *work);

/* For everything but sl_fair_ready() and sl_fair_next(). */
struct sl_fair *sl_work_fair(struct sl_work *work);

/* Has item->run() called, in this turn of the loop or a later one. It rests from then on, and may
 * be made ready again, or leave. */
void sl_work_ready(struct sl_work *work, struct sl_fair_item *item);

struct sl_work_stats sl_work_stats(const struct sl_work *work);

#endif
