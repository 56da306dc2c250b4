/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Takes connections from a listening socket, for SL_ACCEPTOR_NS in one turn of the loop. When
 * the process or the system is out of descriptors or memory it looks away for SL_ACCEPTOR_PAUSE_MS,
 * neither spinning on what it cannot take nor going deaf; those who wait stay in the backlog.
 */
#ifndef SL_CTRL_ACCEPTOR_H
#define SL_CTRL_ACCEPTOR_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

enum {
	SL_ACCEPTOR_NS = 250000, /* after which no further one is taken */
	SL_ACCEPTOR_PAUSE_MS = 100,
	/*
	 * Connections that wait to be taken: whoever connects waits behind them, so there are few.
	 * A client that does not wait in connect(2) gets EAGAIN beyond, and has to try again.
	 */
	SL_ACCEPTOR_BACKLOG = 128,
};

struct sl_acceptor {
	uv_poll_t poll;
	uv_timer_t pause;
	int fd;
	unsigned open; /* handles */
	void (*take)(void *context, int fd);
	void (*closed)(void *context);
	void *context;
	uint64_t pauses;
};

/*
 * Listens on `fd`, bound, and gives take() each connection: non-blocking, closed on exec, and the
 * taker's from then on. Takes `fd` over, also when it fails. 0 or -errno; either way
 * sl_acceptor_stop() must be called in the end.
 */
int sl_acceptor_start(struct sl_acceptor *acceptor, uv_loop_t *loop, int fd,
	void (*take)(void *context, int fd), void *context);

/* Stops listening; closed() is called from the loop, and the memory is the caller's again. */
void sl_acceptor_stop(struct sl_acceptor *acceptor, void (*closed)(void *context));

#endif
