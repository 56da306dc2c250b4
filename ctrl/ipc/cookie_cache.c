/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ipc/cookie_cache.h"

#include <string.h>

enum { ALIGN = 8 };

struct record {
	uint64_t expires; /* ms */
	uint64_t digest;
	uint32_t older; /* of the same bucket, offset + 1 */
	uint32_t size;  /* of the record, with all behind it */
	uint32_t request_len, reply_len;
	uint16_t port, cookie_len;
	uint8_t ip[16];
	char bytes[]; /* cookie, reply */
};

/* FNV-1a. Only a proxy that may act on calls anyhow gets to choose what is hashed. */
static uint64_t hash(uint64_t h, const void *data, size_t len)
{
	const uint8_t *at = data;

	for (size_t i = 0; i < len; i++)
		h = (h ^ at[i]) * UINT64_C(0x100000001b3);
	return h;
}

static uint64_t digest_of(const struct sl_cookie_cache *cache, const struct sl_cookie_key *key)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325) ^ cache->seed;

	h = hash(h, key->ip, sizeof(key->ip));
	h = hash(h, &key->port, sizeof(key->port));
	return hash(h, key->request, key->len);
}

static uint32_t *bucket_of(struct sl_cookie_cache *cache, uint64_t digest)
{
	return &cache->bucket[(digest ^ digest >> 32) % SL_COOKIE_BUCKETS];
}

static struct record *record_at(struct sl_cookie_cache *cache, uint32_t offset)
{
	return (struct record *)(void *)(cache->arena + offset);
}

static struct record *oldest(struct sl_cookie_cache *cache)
{
	return cache->count ? record_at(cache, cache->tail) : NULL;
}

static void forget_oldest(struct sl_cookie_cache *cache)
{
	struct record *record = oldest(cache);
	uint32_t size = record->size, *link = bucket_of(cache, record->digest);

	while (*link != cache->tail + 1)
		link = &record_at(cache, *link - 1)->older;
	*link = 0; /* the oldest of all is the oldest of its bucket */
	explicit_bzero(record, size);
	cache->tail += size;
	if (cache->wrapped && cache->tail == cache->end) {
		cache->tail = 0;
		cache->wrapped = false;
	}
	if (!--cache->count)
		cache->head = cache->tail = 0;
}

/* True: `size` bytes at `head` are free. */
static bool make_contiguous(struct sl_cookie_cache *cache, uint32_t size)
{
	if (cache->wrapped)
		return cache->tail - cache->head >= size;
	if (cache->size - cache->head >= size)
		return true;
	if (cache->tail < size)
		return false;
	cache->end = cache->head;
	cache->head = 0;
	cache->wrapped = true;
	return true;
}

void sl_cookie_cache_init(struct sl_cookie_cache *cache, void *arena, uint32_t size, uint64_t seed)
{
	memset(cache, 0, sizeof(*cache));
	cache->arena = arena;
	cache->size = size - size % ALIGN;
	cache->seed = seed;
}

const char *sl_cookie_cache_find(
	struct sl_cookie_cache *cache, const struct sl_cookie_key *key, uint64_t now, size_t *len)
{
	uint64_t digest = digest_of(cache, key);
	const struct record *record;

	sl_cookie_cache_expire(cache, now);
	for (uint32_t at = *bucket_of(cache, digest); at; at = record->older) {
		record = record_at(cache, at - 1);
		if (record->digest == digest && record->request_len == key->len &&
			record->port == key->port && record->cookie_len == key->cookie_len &&
			!memcmp(record->ip, key->ip, sizeof(key->ip)) &&
			!memcmp(record->bytes, key->request, key->cookie_len)) {
			*len = record->reply_len;
			return record->bytes + record->cookie_len;
		}
	}
	return NULL;
}

void sl_cookie_cache_add(struct sl_cookie_cache *cache, const struct sl_cookie_key *key,
	const char *reply, size_t len, uint64_t now)
{
	size_t size = sizeof(struct record) + key->cookie_len + len;
	uint64_t digest = digest_of(cache, key);
	uint32_t *bucket = bucket_of(cache, digest);
	struct record *record;

	size += (ALIGN - size % ALIGN) % ALIGN;
	if (size > cache->size || key->cookie_len > UINT16_MAX) {
		cache->unkept++;
		return;
	}
	while (!make_contiguous(cache, (uint32_t)size)) {
		forget_oldest(cache);
		cache->evicted++;
	}
	record = record_at(cache, cache->head);
	*record = (struct record){
		.expires = now + SL_COOKIE_KEEP_MS,
		.digest = digest,
		.older = *bucket,
		.size = (uint32_t)size,
		.request_len = (uint32_t)key->len,
		.reply_len = (uint32_t)len,
		.port = key->port,
		.cookie_len = (uint16_t)key->cookie_len,
	};
	memcpy(record->ip, key->ip, sizeof(record->ip));
	memcpy(record->bytes, key->request, key->cookie_len);
	memcpy(record->bytes + key->cookie_len, reply, len);
	*bucket = cache->head + 1;
	cache->head += (uint32_t)size;
	cache->count++;
}

void sl_cookie_cache_expire(struct sl_cookie_cache *cache, uint64_t now)
{
	const struct record *record;

	while ((record = oldest(cache)) && record->expires <= now)
		forget_oldest(cache);
}

void sl_cookie_cache_clear(struct sl_cookie_cache *cache)
{
	while (cache->count)
		forget_oldest(cache);
}
