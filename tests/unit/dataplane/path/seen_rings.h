/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DPDK's drivers for rings and for pools on rings come compiled, so the thread sanitizer does not
 * see that they hand packets from one thread to another in order. Where it looks, these take their
 * place: the same rings, by the functions that DPDK has in its headers. Elsewhere they do nothing.
 */
#ifndef SL_TESTS_SEEN_RINGS_H
#define SL_TESTS_SEEN_RINGS_H

#include <rte_ring.h>

/* Before the first pool is made. */
void seen_mempool_rings(void);

/* Notes the rings of a port of the net_ring driver that was started: one a queue. */
void seen_port_rings(uint16_t dpdk_port, struct rte_ring **rx, struct rte_ring **tx);

#endif
