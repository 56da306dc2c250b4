/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/call/portpool.h"

#include <errno.h>

/*
 * Pairs are numbered from the first even port. Free ones lie in `idle`, in no order: one is drawn
 * by swapping a random one with the last. All rest equally long, so a ring keeps those at rest in
 * the order of their return.
 */
struct sl_portpool {
	sl_portpool_random random;
	void *context;
	uint64_t rest;
	uint64_t *ready;  /* of each place in `ring`: when its rest is over */
	uint16_t *ring;   /* pairs at rest */
	uint16_t *idle;   /* pairs to draw from */
	uint8_t *taken;   /* of each pair: 1 while it is out */
	uint32_t n_pairs; /* at most 32,768 */
	uint32_t n_idle;
	uint32_t n_resting;
	uint32_t ring_head; /* the pair that is ready first */
	uint16_t first;     /* lowest even port */
};

static uint32_t count_pairs(uint16_t min, uint16_t max)
{
	uint32_t first = min + (min & 1u), end = (max + 1u) & ~1u;

	return first < end ? (end - first) / 2 : 0;
}

size_t sl_portpool_size(uint16_t min, uint16_t max)
{
	size_t n = count_pairs(min, max);

	return n ? sizeof(struct sl_portpool) +
			       n * (sizeof(uint64_t) + 2 * sizeof(uint16_t) + sizeof(uint8_t))
		 : 0;
}

struct sl_portpool *sl_portpool_init(void *memory, uint16_t min, uint16_t max, uint64_t rest,
	sl_portpool_random random, void *context)
{
	struct sl_portpool *pool = memory;
	uint32_t n = count_pairs(min, max);

	*pool = (struct sl_portpool){
		.random = random,
		.context = context,
		.rest = rest,
		.n_pairs = n,
		.n_idle = n,
		.first = (uint16_t)(min + (min & 1)),
	};
	pool->ready = (uint64_t *)(pool + 1);
	pool->ring = (uint16_t *)(pool->ready + n);
	pool->idle = pool->ring + n;
	pool->taken = (uint8_t *)(pool->idle + n);
	for (uint32_t i = 0; i < n; i++) {
		/* All of it is written now, so that the process does not grow page by page later.
		 */
		pool->ready[i] = 0;
		pool->ring[i] = 0;
		pool->idle[i] = (uint16_t)i;
		pool->taken[i] = 0;
	}
	return pool;
}

static void end_rests(struct sl_portpool *pool, uint64_t now)
{
	while (pool->n_resting && pool->ready[pool->ring_head] <= now) {
		pool->idle[pool->n_idle++] = pool->ring[pool->ring_head];
		pool->ring_head = (pool->ring_head + 1) % pool->n_pairs;
		pool->n_resting--;
	}
}

/* Uniform below `limit`: what would favour the low numbers is drawn again. */
static uint32_t draw_below(struct sl_portpool *pool, uint32_t limit)
{
	uint32_t unfair = -limit % limit; /* 2^32 mod limit */
	uint32_t bits;

	do
		bits = pool->random(pool->context);
	while (bits < unfair);
	return bits % limit;
}

int sl_portpool_take(struct sl_portpool *pool, uint64_t now, uint16_t *port)
{
	uint32_t drawn;
	uint16_t pair;

	end_rests(pool, now);
	if (!pool->n_idle)
		return -ENOSPC;
	drawn = draw_below(pool, pool->n_idle);
	pair = pool->idle[drawn];
	pool->idle[drawn] = pool->idle[--pool->n_idle];
	pool->taken[pair] = 1;
	*port = (uint16_t)(pool->first + 2 * pair);
	return 0;
}

int sl_portpool_give(struct sl_portpool *pool, uint64_t now, uint16_t port)
{
	uint32_t pair = (uint32_t)(port - pool->first) / 2;
	uint32_t place;

	if (port < pool->first || port & 1 || pair >= pool->n_pairs || !pool->taken[pair])
		return -EINVAL;
	pool->taken[pair] = 0;
	place = (pool->ring_head + pool->n_resting) % pool->n_pairs;
	pool->ring[place] = (uint16_t)pair;
	pool->ready[place] = now + pool->rest;
	pool->n_resting++;
	return 0;
}

struct sl_portpool_counts sl_portpool_counts(struct sl_portpool *pool, uint64_t now)
{
	end_rests(pool, now);
	return (struct sl_portpool_counts){
		.total = pool->n_pairs,
		.taken = pool->n_pairs - pool->n_idle - pool->n_resting,
		.resting = pool->n_resting,
	};
}
