/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/dataplane/path/seen_rings.h"

#include <errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mbuf_pool_ops.h>
#include <rte_mempool.h>
#include <stdio.h>
#include <stdlib.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif

#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)

static int pool_alloc(struct rte_mempool *pool)
{
	char name[RTE_RING_NAMESIZE];

	snprintf(name, sizeof(name), "seen_%lx", (unsigned long)(uintptr_t)pool);
	pool->pool_data =
		rte_ring_create(name, rte_align32pow2(pool->size + 1), pool->socket_id, 0);
	return pool->pool_data ? 0 : -ENOMEM;
}

static void pool_free(struct rte_mempool *pool)
{
	rte_ring_free(pool->pool_data);
}

static int pool_give(struct rte_mempool *pool, void *const *objects, unsigned n)
{
	return rte_ring_enqueue_bulk(pool->pool_data, objects, n, NULL) ? 0 : -ENOBUFS;
}

static int pool_take(struct rte_mempool *pool, void **objects, unsigned n)
{
	return rte_ring_dequeue_bulk(pool->pool_data, objects, n, NULL) ? 0 : -ENOBUFS;
}

static unsigned pool_count(const struct rte_mempool *pool)
{
	return rte_ring_count(pool->pool_data);
}

void seen_mempool_rings(void)
{
	static const struct rte_mempool_ops ops = {
		.name = "seen_ring",
		.alloc = pool_alloc,
		.free = pool_free,
		.enqueue = pool_give,
		.dequeue = pool_take,
		.get_count = pool_count,
	};

	if (rte_mempool_register_ops(&ops) < 0 || rte_mbuf_set_user_mempool_ops(ops.name) != 0)
		abort();
}

static uint16_t receive(void *ring, struct rte_mbuf **m, uint16_t n)
{
	return (uint16_t)rte_ring_dequeue_burst(ring, (void **)m, n, NULL);
}

static uint16_t transmit(void *ring, struct rte_mbuf **m, uint16_t n)
{
	return (uint16_t)rte_ring_enqueue_burst(ring, (void **)m, n, NULL);
}

void seen_port_rings(uint16_t dpdk_port, struct rte_ring **rx, struct rte_ring **tx)
{
	struct rte_eth_fp_ops *ops = &rte_eth_fp_ops[dpdk_port];

	ops->rx_pkt_burst = receive;
	ops->rxq.data = (void **)rx;
	ops->tx_pkt_burst = transmit;
	ops->txq.data = (void **)tx;
}

#else

void seen_mempool_rings(void)
{
}

void seen_port_rings(uint16_t dpdk_port, struct rte_ring **rx, struct rte_ring **tx)
{
}

#endif
