/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How an adaptive worker sleeps when nothing arrives, and is woken: by the descriptors of its
 * queues where the devices have any (AF_XDP sockets, RX interrupts), and by an event of its own for
 * what comes through rings.
 */
#ifndef SL_DATAPLANE_WAIT_H
#define SL_DATAPLANE_WAIT_H

#include "sluice/limits.h"
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>

struct sl_wait {
	atomic_bool asleep;
	bool all; /* every queue has a descriptor: sleep until something happens */
	unsigned n;
	struct pollfd fds[1 + SL_MAX_PORTS]; /* [0]: the event */
};

/* 0 or -errno. */
int sl_wait_open(struct sl_wait *wait);
void sl_wait_close(struct sl_wait *wait);

/* Adds the descriptor of a queue; -1: it has none, and the worker naps instead of sleeping. */
void sl_wait_add(struct sl_wait *wait, int fd);

/*
 * Announces that the worker is about to sleep; after that it must look at its rings once more, and
 * then either sl_wait_sleep or sl_wait_cancel.
 */
void sl_wait_prepare(struct sl_wait *wait);
void sl_wait_cancel(struct sl_wait *wait);
void sl_wait_sleep(struct sl_wait *wait);

/* Instead of all that where not every queue has a descriptor: it is over so soon that nobody needs
 * to wake the worker. `quiet`: nothing has come for a while. */
void sl_wait_nap(bool quiet);

/* After something was put into a ring of the worker: wakes it if it sleeps. From any thread. */
void sl_wait_wake_slow(struct sl_wait *wait);

static inline void sl_wait_wake(struct sl_wait *wait)
{
	atomic_thread_fence(memory_order_seq_cst);
	if (__builtin_expect(atomic_load_explicit(&wait->asleep, memory_order_relaxed), 0))
		sl_wait_wake_slow(wait);
}

#endif
