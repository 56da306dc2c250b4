/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/admin/metrics_text.h"

#include <inttypes.h>
#include <string.h>

void sl_metric_family(FILE *out, const char *metric, const char *type, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", metric, help, metric, type);
}

void sl_metric_count(
	FILE *out, const char *metric, const char *label, const char *value, uint64_t n)
{
	fprintf(out, "%s{%s=\"%s\"} %" PRIu64 "\n", metric, label, value, n);
}

void sl_metric_real(FILE *out, const char *metric, const char *label, const char *value, double x)
{
	fprintf(out, "%s{%s=\"%s\"} %.6g\n", metric, label, value, x);
}

/* OpenMetrics wants 1.0 where others write 1; both forms then have the same series. */
static void bucket(FILE *out, const char *metric, const char *labels, double le, uint64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%.6g", le);
	fprintf(out, "%s_bucket{%sle=\"%s%s\"} %" PRIu64 "\n", metric, labels, text,
		strpbrk(text, ".e") ? "" : ".0", n);
}

void sl_metric_histogram(FILE *out, const char *metric, const char *label, const char *value,
	const struct sl_histogram *histogram, const struct sl_histogram_bounds *bounds)
{
	char inner[96] = "", whole[96] = "";
	uint64_t n = 0;

	if (label) {
		snprintf(inner, sizeof(inner), "%s=\"%s\",", label, value);
		snprintf(whole, sizeof(whole), "{%s=\"%s\"}", label, value);
	}
	for (unsigned i = 0; i < bounds->n; i++) {
		n += histogram->count[i];
		bucket(out, metric, inner, bounds->le[i], n);
	}
	n += histogram->count[bounds->n];
	fprintf(out,
		"%s_bucket{%sle=\"+Inf\"} %" PRIu64 "\n%s_sum%s %.9g\n%s_count%s %" PRIu64 "\n",
		metric, inner, n, metric, whole, histogram->sum, metric, whole, n);
}
