/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Words that one thread writes and any other reads meanwhile, without a lock. A pure leaf.
 *
 * A word that stands alone, such as a counter, is set and read by relaxed atomic accesses: a reader
 * gets a value that was true. Words that belong together share a version. The writer makes it odd
 * while it changes them; a reader takes all of a change or, retrying, the next. The stores of such
 * a change are releases and the loads acquires, so that whoever sees a new word also sees that the
 * version went on; on x86 they cost nothing.
 */
#ifndef SL_DATAPLANE_SHARED_H
#define SL_DATAPLANE_SHARED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* By the writer, which alone may read the word as any other. */
#define SL_SHARED_SET(word, value) __atomic_store_n(&(word), (value), __ATOMIC_RELAXED)
#define SL_SHARED_ADD(word, n)     SL_SHARED_SET(word, (word) + (n))

/* By any thread. */
#define SL_SHARED_GET(word) __atomic_load_n(&(word), __ATOMIC_RELAXED)

/* Around what the writer does with sl_change_write. */
static inline void sl_change_begin(uint32_t *version)
{
	__atomic_store_n(version, *version + 1, __ATOMIC_RELAXED);
}

static inline void sl_change_end(uint32_t *version)
{
	__atomic_store_n(version, *version + 1, __ATOMIC_RELEASE);
}

/* `size`: even, as the addresses are. */
static inline void sl_change_write(void *to, const void *from, size_t size)
{
	for (size_t i = 0; i < size / 2; i++)
		__atomic_store_n((uint16_t *)to + i, ((const uint16_t *)from)[i], __ATOMIC_RELEASE);
}

/* Around what a reader does with sl_change_read: again until it is true. */
static inline uint32_t sl_change_version(const uint32_t *version)
{
	return __atomic_load_n(version, __ATOMIC_ACQUIRE);
}

static inline void sl_change_read(void *to, const void *from, size_t size)
{
	for (size_t i = 0; i < size / 2; i++)
		((uint16_t *)to)[i] = __atomic_load_n((const uint16_t *)from + i, __ATOMIC_ACQUIRE);
}

static inline bool sl_change_is_whole(const uint32_t *version, uint32_t before)
{
	return !(before & 1) && __atomic_load_n(version, __ATOMIC_RELAXED) == before;
}

#endif
