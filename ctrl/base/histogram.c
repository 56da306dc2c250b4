/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/base/histogram.h"

void sl_histogram_add(
	struct sl_histogram *histogram, const struct sl_histogram_bounds *bounds, double value)
{
	unsigned i = 0;

	while (i < bounds->n && value > bounds->le[i])
		i++;
	histogram->count[i]++;
	histogram->sum += value;
}
