/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The media ports of one local address: pairs of an even RTP port and the odd RTCP port above it
 * (RFC 3550 11), handed out at random, and only after they have rested since their last use:
 * packets of the call before must not meet the pinhole of the next.
 *
 * Pure: memory, clock and randomness are the caller's. Taking and giving cost O(1) (amortised over
 * what comes back from rest), also when the pool is nearly empty.
 */
#ifndef SL_CTRL_PORTPOOL_H
#define SL_CTRL_PORTPOOL_H

#include <stddef.h>
#include <stdint.h>

struct sl_portpool;

/* 32 uniformly random bits. An attacker who can predict them can aim at ports before their call is
 * up. */
typedef uint32_t (*sl_portpool_random)(void *context);

struct sl_portpool_counts { /* pairs */
	unsigned total;
	unsigned taken;
	unsigned resting; /* free at the latest when their rest is over */
};

/*
 * Bytes of memory for a pool of ports `min` to `max`, inclusive, host byte order; 0 when they hold
 * no whole pair.
 */
size_t sl_portpool_size(uint16_t min, uint16_t max);

/*
 * Makes a pool in `memory`, sl_portpool_size() bytes aligned to 8, which the caller frees after the
 * last use. `rest` is the time in ns that a pair is kept back after it was given.
 */
struct sl_portpool *sl_portpool_init(void *memory, uint16_t min, uint16_t max, uint64_t rest,
	sl_portpool_random random, void *context);

/*
 * Takes a pair at random; `*port` is its even port. `now` is ns of a clock that does not go
 * backwards. 0, or -ENOSPC: all are taken or resting.
 */
int sl_portpool_take(struct sl_portpool *pool, uint64_t now, uint16_t *port);

/* Gives back the pair whose even port is `port`. 0, or -EINVAL: it is not taken (nothing changes).
 */
int sl_portpool_give(struct sl_portpool *pool, uint64_t now, uint16_t port);

/* How the pairs stand at `now`. */
struct sl_portpool_counts sl_portpool_counts(struct sl_portpool *pool, uint64_t now);

#endif
