/* SPDX-License-Identifier: BSD-3-Clause */
/* Log-linear histogram of durations in ns: 128 steps per power of two, so below 1 % error. */
#ifndef SL_BENCH_HISTOGRAM_H
#define SL_BENCH_HISTOGRAM_H

#include <stdint.h>

enum { SL_HISTOGRAM_BITS = 7, SL_HISTOGRAM_SIZE = (40 - SL_HISTOGRAM_BITS) << SL_HISTOGRAM_BITS };

struct sl_histogram {
	uint64_t count, max;
	uint64_t bucket[SL_HISTOGRAM_SIZE];
};

void sl_histogram_add(struct sl_histogram *histogram, uint64_t ns);
/* Adds all that another one has counted. */
void sl_histogram_join(struct sl_histogram *histogram, const struct sl_histogram *other);
/* The value that a share of `q` (0 to 1) does not exceed, ns. 0 when empty. */
uint64_t sl_histogram_quantile(const struct sl_histogram *histogram, double q);

#endif
