/* SPDX-License-Identifier: BSD-3-Clause */
/* Repeatable randomness for tests: the same seed gives the same run on every machine. */
#ifndef SL_TESTS_UNIT_UNIT_RANDOM_H
#define SL_TESTS_UNIT_UNIT_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* One for the whole program, however many files include this: a seed that is set in one is
 * everybody's. */
__attribute__((weak)) uint64_t unit_seed = 1;

static inline uint32_t unit_random(void)
{
	/* splitmix64 */
	uint64_t z = unit_seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(z >> 32);
}

/* In [0, limit). */
static inline uint32_t unit_below(uint32_t limit)
{
	return unit_random() % limit;
}

static inline void unit_fill(void *data, size_t len)
{
	for (uint8_t *at = data; len--; at++)
		*at = (uint8_t)unit_random();
}

#endif
