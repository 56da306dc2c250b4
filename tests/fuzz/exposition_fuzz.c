/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any bytes as the relay's metrics. Accepted lines come out in Prometheus' form as they went in,
 * and in OpenMetrics with the same samples in the same lines; both are taken again. Any bytes as
 * the relay's whole answer, and as an Accept header: there is something to serve in both forms.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exporter/snapshot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct text {
	char *data;
	size_t len;
	int rc;
};

static struct text convert(enum sl_text_format format, const char *data, size_t len)
{
	struct text text = {0};
	struct sl_error error;
	FILE *out = open_memstream(&text.data, &text.len);

	if (!out)
		abort();
	text.rc = sl_text_convert(out, format, data, len, &error);
	fclose(out);
	return text;
}

/* The next line of it, which is whole. */
static size_t line_length(const char *at, const char *end)
{
	const char *newline = memchr(at, '\n', (size_t)(end - at));

	if (!newline)
		abort();
	return (size_t)(newline - at) + 1;
}

/* Comments may have lost a _total; samples are what they were. */
static void compare(const struct text *plain, const struct text *open)
{
	const char *a = plain->data, *b = open->data;
	const char *a_end = a + plain->len, *b_end = b + open->len;

	while (a < a_end) {
		size_t la = line_length(a, a_end), lb = line_length(b, b_end);

		if (*a != *b || lb > la || (*a != '#' && (la != lb || memcmp(a, b, la) != 0)))
			abort();
		a += la;
		b += lb;
	}
	if (b != b_end)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	struct text plain = convert(SL_TEXT_PROMETHEUS, bytes, size);
	struct text open = convert(SL_TEXT_OPENMETRICS, bytes, size);
	struct sl_snapshot snapshot;
	char *accept = strndup(bytes, size);

	if (!accept || plain.rc != open.rc)
		abort();
	if (plain.len > size || memcmp(plain.data, bytes, plain.len) != 0)
		abort();
	if (!plain.rc && plain.len != size)
		abort();
	compare(&plain, &open);

	struct text again = convert(SL_TEXT_PROMETHEUS, plain.data, plain.len);

	if (again.rc || again.len != plain.len)
		abort();
	sl_snapshot_read(&snapshot, bytes, size);
	if (!snapshot.text[sl_text_negotiate(accept)] || (!snapshot.up && !snapshot.error.code))
		abort();
	sl_snapshot_free(&snapshot);
	free(again.data);
	free(accept);
	free(plain.data);
	free(open.data);
	return 0;
}
