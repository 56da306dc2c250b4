/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The sums under the Internet checksum (RFC 1071). This is the one place of the packet path that
 * knows a processor: AVX-512 where there is one, GNU C's vectors elsewhere. Private to
 * dataplane/path.
 */
#ifndef SL_DATAPLANE_SUM_H
#define SL_DATAPLANE_SUM_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The 16-bit word that has `hi` first in memory. */
static inline uint16_t sl_sum_word(uint8_t hi, uint8_t lo)
{
	uint8_t b[2] = {hi, lo};
	uint16_t w;

	memcpy(&w, b, 2);
	return w;
}

/*
 * Sums of 16-bit words in memory order. Any grouping of the words may be folded at the end (RFC
 * 1071 2(B), (C)), so the wide ones take 32 bits at a time.
 */
typedef uint64_t sl_sum_lanes __attribute__((vector_size(16)));

static inline uint64_t sl_sum_across(sl_sum_lanes v)
{
	return v[0] + v[1];
}

static inline uint64_t sl_sum_128(const uint8_t *data, uint16_t len)
{
	sl_sum_lanes even = {0}, odd = {0};
	uint64_t sum;

	for (; len >= sizeof(sl_sum_lanes);
		len -= sizeof(sl_sum_lanes), data += sizeof(sl_sum_lanes)) {
		sl_sum_lanes v;

		memcpy(&v, data, sizeof(v));
		even += v & 0xffffffff;
		odd += v >> 32;
	}
	sum = sl_sum_across(even + odd);
	for (; len >= 4; len -= 4, data += 4) {
		uint32_t v;

		memcpy(&v, data, 4);
		sum += v;
	}
	return len ? sum + sl_sum_word(data[0], data[1]) : sum;
}

enum { SL_SUM_WIDE = 64 }; /* bytes: what sl_sum_wide takes at least */

#ifdef __x86_64__
typedef uint64_t sl_sum_ymm __attribute__((vector_size(32)));
typedef uint64_t sl_sum_zmm __attribute__((vector_size(64)));

static inline bool sl_sum_has_wide(void)
{
	return __builtin_cpu_supports("avx512bw");
}

/* 64 bytes or more, an even number. */
static inline __attribute__((target("avx512f,avx512bw"))) uint64_t sl_sum_wide(
	const uint8_t *data, uint16_t len)
{
	static const uint8_t keep[128] = {[64 ... 127] = 0xff};
	const uint8_t *last = data + len - sizeof(sl_sum_zmm);
	sl_sum_zmm even = {0}, odd = {0}, v, mask;

	for (; data < last; data += sizeof(v)) {
		memcpy(&v, data, sizeof(v));
		even += v & 0xffffffff;
		odd += v >> 32;
	}
	/* The rest ends with the last vector, which begins among the bytes counted. */
	memcpy(&v, last, sizeof(v));
	memcpy(&mask, keep + (last + sizeof(v) - data), sizeof(mask));
	v &= mask;
	even += v & 0xffffffff;
	odd += v >> 32;
	even += odd;

	sl_sum_ymm h = __builtin_shufflevector(even, even, 0, 1, 2, 3) +
		       __builtin_shufflevector(even, even, 4, 5, 6, 7);

	return sl_sum_across(
		__builtin_shufflevector(h, h, 0, 1) + __builtin_shufflevector(h, h, 2, 3));
}

#else
static inline bool sl_sum_has_wide(void)
{
	return false;
}

static inline uint64_t sl_sum_wide(const uint8_t *data, uint16_t len)
{
	return sl_sum_128(data, len);
}
#endif

/* The sum of `len` bytes, an odd one padded with zero. */
static inline uint64_t sl_sum_of(const uint8_t *data, uint16_t len)
{
	uint64_t last = 0;

	if (len & 1)
		last = sl_sum_word(data[--len], 0);
	if (len >= SL_SUM_WIDE && sl_sum_has_wide())
		return last + sl_sum_wide(data, len);
	return last + sl_sum_128(data, len);
}

#endif
