/* SPDX-License-Identifier: BSD-3-Clause */
#include "exporter/exposition.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const char *const sl_text_content_types[SL_TEXT_FORMATS] = {
	[SL_TEXT_PROMETHEUS] = "text/plain; version=0.0.4; charset=utf-8",
	[SL_TEXT_OPENMETRICS] = "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

static const char total[] = "_total";

enum kind { NONE, COUNTER, GAUGE, HISTOGRAM };

/* The family that samples belong to: of the last TYPE. */
struct family {
	enum kind kind;
	char name[SL_TEXT_NAME]; /* with _total */
	size_t len;
};

static bool starts_with(const char *at, const char *word)
{
	return !strncmp(at, word, strlen(word));
}

/* Bytes of a name of metrics; 0: there is none. */
static size_t name_length(const char *at)
{
	static const char more[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:0123456789";
	size_t len = strspn(at, more);

	return *at >= '0' && *at <= '9' ? 0 : len;
}

static bool is_total(const char *name, size_t len)
{
	return len > strlen(total) && !memcmp(name + len - strlen(total), total, strlen(total));
}

/* Behind {label="value",...}, or NULL. */
static const char *skip_labels(const char *at)
{
	do {
		size_t len = name_length(++at);

		at += len;
		if (!len || !starts_with(at, "=\""))
			return NULL;
		for (at += 2; *at != '"'; at++) {
			if (*at == '\\' && *++at != '\\' && *at != '"' && *at != 'n')
				return NULL;
			if (!*at)
				return NULL;
		}
		at++;
	} while (*at == ',');
	return *at == '}' ? at + 1 : NULL;
}

/* Decimal, as both forms have it: strtod() takes more (hexadecimal, spaces before it). */
static bool is_value(const char *at)
{
	char *end;

	if (!strcmp(at, "+Inf") || !strcmp(at, "-Inf") || !strcmp(at, "NaN"))
		return true;
	if (!*at || strspn(at, "0123456789.eE+-") != strlen(at))
		return false;
	strtod(at, &end);
	return !*end;
}

/* Is it a sample's name of that family? */
static bool belongs(const struct family *family, const char *name, size_t len)
{
	static const char *const suffixes[] = {"_bucket", "_sum", "_count"};

	if (family->kind == NONE || len < family->len || memcmp(name, family->name, family->len))
		return false;
	if (family->kind != HISTOGRAM)
		return len == family->len;
	for (int i = 0; i < 3; i++)
		if (len - family->len == strlen(suffixes[i]) &&
			starts_with(name + family->len, suffixes[i]))
			return true;
	return false;
}

/* NULL, or why it is refused. */
static const char *sample(FILE *out, const char *line, const struct family *family)
{
	size_t len = name_length(line);
	const char *at = line + len;

	if (!len || !belongs(family, line, len))
		return "a sample without a family";
	if (*at == '{')
		at = skip_labels(at);
	if (!at)
		return "labels are not name=\"value\"";
	if (*at != ' ' || !is_value(at + 1))
		return "a value that is no number";
	fprintf(out, "%s\n", line);
	return NULL;
}

static const char *read_type(const char *word, const char *name, size_t len, struct family *family)
{
	static const char *const kinds[] = {
		[COUNTER] = "counter", [GAUGE] = "gauge", [HISTOGRAM] = "histogram"};
	enum kind kind = HISTOGRAM;

	while (kind > NONE && strcmp(word, kinds[kind]) != 0)
		kind--;
	if (kind == NONE)
		return "a type that is not known";
	if ((kind == COUNTER) != is_total(name, len))
		return "counters, and nothing else, end with _total";
	family->kind = kind;
	family->len = len;
	memcpy(family->name, name, len);
	return NULL;
}

/* # HELP NAME TEXT, # TYPE NAME TYPE. NULL, or why it is refused. */
static const char *comment(
	FILE *out, enum sl_text_format format, const char *line, struct family *family)
{
	bool type = starts_with(line, "# TYPE ");
	const char *name = line + strlen("# TYPE "), *why = NULL;
	size_t len;

	if (!type && !starts_with(line, "# HELP "))
		return "a comment that is neither HELP nor TYPE";
	len = name_length(name);
	if (!len || len >= SL_TEXT_NAME || name[len] != ' ' || !name[len + 1])
		return "HELP or TYPE without a name";
	if (strpbrk(name + len, "\"\\"))
		return "a quotation mark or a backslash"; /* the forms escape them differently */
	if (type)
		why = read_type(name + len + 1, name, len, family);
	if (why)
		return why;
	fprintf(out, "%.7s%.*s%s\n", line,
		(int)(format == SL_TEXT_OPENMETRICS && is_total(name, len) ? len - strlen(total)
									   : len),
		name, name + len);
	return NULL;
}

static bool has_control(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			return true;
	return false;
}

int sl_text_convert(
	FILE *out, enum sl_text_format format, const char *text, size_t len, struct sl_error *error)
{
	struct family family = {0};
	char line[SL_TEXT_LINE];

	for (unsigned number = 1; len; number++) {
		const char *end = memchr(text, '\n', len), *why;
		size_t n = end ? (size_t)(end - text) : len;

		if (!end || n >= sizeof(line) || has_control(text, n))
			return sl_refuse(error, -EBADMSG,
				"line %u of the metrics: no end, or a control character", number);
		memcpy(line, text, n);
		line[n] = '\0';
		why = *line == '#' ? comment(out, format, line, &family)
				   : sample(out, line, &family);
		if (why)
			return sl_refuse(
				error, -EBADMSG, "line %u of the metrics: %s", number, why);
		text += n + 1;
		len -= n + 1;
	}
	return 0;
}

void sl_text_end(FILE *out, enum sl_text_format format)
{
	if (format == SL_TEXT_OPENMETRICS)
		fputs("# EOF\n", out);
}
