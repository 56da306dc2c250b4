/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls and their keys are on the control thread's heap, which grows, and what grows is dumped
 * again (madvise(2)). So it is looked at at the end of each turn of the loop: whatever a core dump
 * of
 * --debug has, the heap up to the turn in which the process ended is not in it.
 */
#ifndef SL_CTRL_HEAP_H
#define SL_CTRL_HEAP_H

#include <uv.h>

struct sl_heap {
	uv_prepare_t turn;
	char *start, *end; /* as it was left out of dumps; `start` NULL: there is none */
};

/*
 * Before the first thread: all of them allocate from that heap, not each from one of its own
 * (glibc's arenas). A worker allocates nothing, but for libsrtp2 with a new SSRC.
 */
void sl_heap_for_all(void);

/* It keeps no loop running. */
void sl_heap_start(struct sl_heap *heap, uv_loop_t *loop);
void sl_heap_stop(struct sl_heap *heap);

#endif
