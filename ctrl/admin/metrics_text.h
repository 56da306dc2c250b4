/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The parts of a page of metrics: Prometheus' text format 0.0.4, which sluice-exporter turns into
 * OpenMetrics. Labels' values are ours or names from the configuration: none has anything to
 * escape. Private to ctrl/admin.
 */
#ifndef SL_CTRL_METRICS_TEXT_H
#define SL_CTRL_METRICS_TEXT_H

#include <stdint.h>
#include <stdio.h>

#include "ctrl/base/histogram.h"

/* Begins a family. Its type is counter (the name ends with _total), gauge or histogram. */
void sl_metric_family(FILE *out, const char *metric, const char *type, const char *help);

void sl_metric_count(
	FILE *out, const char *metric, const char *label, const char *value, uint64_t n);
void sl_metric_real(FILE *out, const char *metric, const char *label, const char *value, double x);

/* `label` may be NULL: it has none of its own. */
void sl_metric_histogram(FILE *out, const char *metric, const char *label, const char *value,
	const struct sl_histogram *histogram, const struct sl_histogram_bounds *bounds);

#endif
