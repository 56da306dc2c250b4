/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Replies kept for clients that repeat a request: over UDP a proxy that hears nothing sends the
 * same datagram again, and the request must not be acted on twice. A duplicate is the same bytes,
 * cookie included, from the same address and port; the same cookie before other bytes is another
 * request.
 *
 * Memory is what the caller gives and no more: when it is full the oldest reply makes room. A leaf:
 * no clock, no allocation. Replies carry keys, so they are wiped when they go.
 */
#ifndef SL_CTRL_COOKIE_CACHE_H
#define SL_CTRL_COOKIE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SL_COOKIE_KEEP_MS = 40000, /* proxies give up after 5 s; NG's reference keeps 30 to 60 s */
	SL_COOKIE_BUCKETS = 16384,
};

/* A request: where it came from, and all of it. */
struct sl_cookie_key {
	uint8_t ip[16];
	uint16_t port;
	const char *request; /* the cookie is its first `cookie_len` bytes */
	size_t len, cookie_len;
};

/* All fields are the cache's own. */
struct sl_cookie_cache {
	uint8_t *arena;
	uint32_t size;
	uint64_t seed;
	uint32_t head, tail, end; /* records are in [tail, head), or in [tail, end) and [0, head) */
	bool wrapped;
	unsigned count;                     /* replies kept */
	uint64_t evicted;                   /* went before their time, for room */
	uint64_t unkept;                    /* larger than the whole cache */
	uint32_t bucket[SL_COOKIE_BUCKETS]; /* offset + 1 of the newest record; 0: none */
};

/*
 * An empty cache in `arena`, `size` bytes, aligned to 8; both stay the caller's. `seed` is random,
 * so that nobody can aim at one bucket.
 */
void sl_cookie_cache_init(struct sl_cookie_cache *cache, void *arena, uint32_t size, uint64_t seed);

/*
 * The reply that was given to this request, or NULL; `len` bytes, valid until the next call. `now`
 * is in ms, of any clock that does not go back.
 */
const char *sl_cookie_cache_find(
	struct sl_cookie_cache *cache, const struct sl_cookie_key *key, uint64_t now, size_t *len);

/* Keeps a copy of the reply to a request that is not there yet. */
void sl_cookie_cache_add(struct sl_cookie_cache *cache, const struct sl_cookie_key *key,
	const char *reply, size_t len, uint64_t now);

/* Wipes what has been kept long enough. Look-ups do so too; this is for when nobody asks. */
void sl_cookie_cache_expire(struct sl_cookie_cache *cache, uint64_t now);

/* Wipes everything. */
void sl_cookie_cache_clear(struct sl_cookie_cache *cache);

#endif
