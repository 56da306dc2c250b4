/* SPDX-License-Identifier: BSD-3-Clause */
/* Content negotiation: RFC 9110 12.5.1, as far as two forms need it. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "exporter/exposition.h"

static const char blank[] = " \t";

/* The parameter `name` of ;-separated ones; NULL: it has none. */
static const char *parameter(const char *at, const char *end, const char *name, size_t *len)
{
	while (at < end && (at = memchr(at, ';', (size_t)(end - at)))) {
		at++;
		at += strspn(at, blank);
		if (at >= end || strncasecmp(at, name, strlen(name)) || at[strlen(name)] != '=')
			continue;
		at += strlen(name) + 1;
		*len = strcspn(at, ";, \t");
		return at;
	}
	return NULL;
}

/* In thousandths; 1 unless it says else. */
static int quality(const char *at, const char *end)
{
	size_t len;
	const char *q = parameter(at, end, "q", &len);
	double value = q ? strtod(q, NULL) : 1;

	return value > 0 && value <= 1 ? (int)(1000 * value) : 0;
}

static bool has_type(const char *at, const char *end, const char *type)
{
	size_t len = strcspn(at, "; \t,");

	return at + len <= end && len == strlen(type) && !strncasecmp(at, type, len);
}

enum sl_text_format sl_text_negotiate(const char *accept)
{
	int open = 0, plain = 0;

	for (const char *at = accept ? accept : ""; *at;) {
		const char *end = at + strcspn(at, ",");
		size_t len = 0;
		const char *version;
		int q;

		at += strspn(at, blank);
		version = parameter(at, end, "version", &len);
		q = quality(at, end);
		if (has_type(at, end, "application/openmetrics-text")) {
			if ((!version || (len == 5 && !memcmp(version, "1.0.0", 5))) && q > open)
				open = q;
		} else if (has_type(at, end, "text/plain") && q > plain) {
			plain = q;
		}
		at = end + (*end == ',');
	}
	return open && open >= plain ? SL_TEXT_OPENMETRICS : SL_TEXT_PROMETHEUS;
}
