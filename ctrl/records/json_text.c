/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/records/json_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/base/escape.h"

static json_t *escaped(const char *text)
{
	size_t len = strlen(text), room = 4 * len + 2;
	char *printable = malloc(room);
	json_t *json;

	if (!printable)
		return NULL;
	sl_escape(printable, room, text, len, SL_ESCAPE_LINES);
	json = json_string(printable);
	free(printable);
	return json;
}

json_t *sl_json_text(const char *text)
{
	json_t *json = text ? json_string(text) : json_null();

	return json ? json : escaped(text);
}

json_t *sl_json_format(const char *format, ...)
{
	va_list arguments;
	json_t *json;
	char *text;
	int n;

	va_start(arguments, format);
	n = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (n < 0)
		return NULL;
	json = sl_json_text(text);
	free(text);
	return json;
}

json_t *sl_json_error(const char *text)
{
	return json_pack("{s:o}", "error", sl_json_text(text));
}

json_t *sl_json_refused(const struct sl_error *error, const struct sl_unrestored *left)
{
	unsigned named = sl_unrestored_named(left);
	json_t *answer = sl_json_error(error->text), *list;

	if (!left->n)
		return answer;
	list = json_array();
	for (unsigned i = 0; i < named; i++)
		json_array_append_new(list, sl_json_text(left->text[i]));
	json_object_set_new(answer, "unrestored", list);
	json_object_set_new(answer, "more", json_integer(left->n - named));
	return answer;
}
