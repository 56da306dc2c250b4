/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The text of metrics: read as the relay writes it (Prometheus 0.0.4), written in that form or as
 * OpenMetrics 1.0. A pure leaf.
 *
 * Strict, because it goes on to others: families of counters, gauges and histograms, each with HELP
 * and TYPE before its samples, names and label values well formed, no timestamps. A counter's name
 * ends with _total, and nothing else's does.
 */
#ifndef SL_EXPORTER_EXPOSITION_H
#define SL_EXPORTER_EXPOSITION_H

#include <stdio.h>

#include "sluice/error.h"

enum sl_text_format { SL_TEXT_PROMETHEUS, SL_TEXT_OPENMETRICS, SL_TEXT_FORMATS };

enum {
	SL_TEXT_LINE = 1024, /* bytes of a line, newline included */
	SL_TEXT_NAME = 128,  /* bytes of a family's name, NUL included */
};

/* By enum sl_text_format. */
extern const char *const sl_text_content_types[SL_TEXT_FORMATS];

/*
 * The form that an HTTP client prefers by its Accept header (RFC 9110 12.5.1); NULL: it has sent
 * none. Prometheus' form for whoever does not ask for the other.
 */
enum sl_text_format sl_text_negotiate(const char *accept);

/*
 * Writes `text`, `len` bytes, to `out`, without the end mark of OpenMetrics. 0; or -EBADMSG with
 * `error`, which names the line, and `out` has the lines before it.
 */
int sl_text_convert(FILE *out, enum sl_text_format format, const char *text, size_t len,
	struct sl_error *error);

/* Writes the end mark that the form has. */
void sl_text_end(FILE *out, enum sl_text_format format);

#endif
