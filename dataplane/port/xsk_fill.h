/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AF_XDP fill rings, filled whole. A packet that finds no buffer in its queue's fill ring is lost
 * (`missed`), so the ring is the time that a worker may be off its core. DPDK's driver makes one of
 * 4,096 and puts 2,048 buffers in when the queue is set up; it gives the kernel one back for each
 * that it takes, and so half of the ring would stay empty for good.
 *
 * The driver tells nobody of its rings, but it has libxdp make them: the program's own
 * xsk_umem__create stands before libxdp's, and notes which one was made last. A driver that makes
 * its rings in another way is left as it is.
 */
#ifndef SL_DATAPLANE_XSK_FILL_H
#define SL_DATAPLANE_XSK_FILL_H

#include <rte_mempool.h>

/* Forgets the ring that was made last: before a queue is set up. */
void sl_xsk_fill_forget(void);

/* Adds buffers of `pool` to the ring that was made since, if its buffers are of that pool, until it
 * is full. Returns how many were added. Before the worker of the queue runs. */
unsigned sl_xsk_fill_up(struct rte_mempool *pool);

#endif
