/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/histogram.h"

enum { STEPS = 1 << SL_HISTOGRAM_BITS };

static unsigned bucket_of(uint64_t ns)
{
	unsigned shift = 0;

	if (ns >= STEPS * 2)
		shift = 63 - __builtin_clzll(ns) - SL_HISTOGRAM_BITS;
	unsigned index = shift * STEPS + (unsigned)(ns >> shift);
	return index < SL_HISTOGRAM_SIZE ? index : SL_HISTOGRAM_SIZE - 1;
}

void sl_histogram_add(struct sl_histogram *histogram, uint64_t ns)
{
	histogram->bucket[bucket_of(ns)]++;
	histogram->count++;
	if (ns > histogram->max)
		histogram->max = ns;
}

void sl_histogram_join(struct sl_histogram *histogram, const struct sl_histogram *other)
{
	for (unsigned i = 0; i < SL_HISTOGRAM_SIZE; i++)
		histogram->bucket[i] += other->bucket[i];
	histogram->count += other->count;
	if (other->max > histogram->max)
		histogram->max = other->max;
}

uint64_t sl_histogram_quantile(const struct sl_histogram *histogram, double q)
{
	uint64_t rank = (uint64_t)(q * (double)histogram->count), below = 0;

	for (unsigned i = 0; i < SL_HISTOGRAM_SIZE; i++) {
		below += histogram->bucket[i];
		if (below <= rank || !histogram->bucket[i])
			continue;
		unsigned shift = i < STEPS * 2 ? 0 : i / STEPS - 1;
		return (uint64_t)(i - shift * STEPS) << shift;
	}
	return histogram->max;
}
