/* SPDX-License-Identifier: BSD-3-Clause */
/* Counts of values in buckets, as metrics have them. Pure. */
#ifndef SL_CTRL_HISTOGRAM_H
#define SL_CTRL_HISTOGRAM_H

#include <stdint.h>

enum { SL_HISTOGRAM_BUCKETS = 12 };

/* Upper bounds, inclusive, ascending; one bucket more takes what lies above. */
struct sl_histogram_bounds {
	unsigned n;
	double le[SL_HISTOGRAM_BUCKETS];
};

struct sl_histogram {
	uint64_t count[SL_HISTOGRAM_BUCKETS + 1]; /* of each bucket alone */
	double sum;
};

void sl_histogram_add(
	struct sl_histogram *histogram, const struct sl_histogram_bounds *bounds, double value);

#endif
