/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "ctrl/cli/show.h"

/* Names that others chose: they may have nothing in them that ends a word. */
static bool is_name(const char *key)
{
	static const char *const names[] = {"id", "call", "leg", "tag", "label", "connected_with"};

	for (size_t i = 0; key && i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(key, names[i]))
			return true;
	return false;
}

static json_t *plain_string(const char *text, size_t len, enum sl_escape how)
{
	size_t room = 4 * len + 2;
	char *out = malloc(room);
	json_t *string;

	if (!out)
		return NULL;
	sl_escape(out, room, text, len, how);
	string = json_string(out);
	free(out);
	return string;
}

static json_t *plain(const char *key, const json_t *from, enum sl_escape how)
{
	const char *name;
	json_t *to, *value;
	size_t i;

	if (json_is_string(from))
		return plain_string(json_string_value(from), json_string_length(from),
			is_name(key) ? SL_ESCAPE_WORD : how);
	if (json_is_array(from)) {
		to = json_array();
		json_array_foreach(from, i, value)
			json_array_append_new(to, plain(key, value, how));
		return to;
	}
	if (!json_is_object(from))
		return json_deep_copy(from);
	to = json_object();
	json_object_foreach((json_t *)from, name, value)
	{
		json_t *shown = plain_string(name, strlen(name), SL_ESCAPE_LINE);

		json_object_set_new(to, json_string_value(shown), plain(name, value, how));
		json_decref(shown);
	}
	return to;
}

json_t *sl_show_plain(const json_t *answer, enum sl_escape how)
{
	return plain(NULL, answer, how);
}
