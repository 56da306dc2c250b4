/* SPDX-License-Identifier: BSD-3-Clause */
/* The running configuration, and how far the file is from it. */
#include <stdio.h>

#include "ctrl/cli/show.h"
#include "ctrl/cli/show_json.h"

static void show_texts(FILE *out, const char *before, const json_t *answer, const char *name)
{
	const json_t *list = json_object_get(answer, name), *entry;
	size_t i;

	json_array_foreach(list, i, entry) fprintf(out, "%s%s\n", before,
		json_is_object(entry) ? text(entry, "text") : json_string_value(entry));
	if (list && number(answer, "more"))
		fprintf(out, "%sand %" JSON_INTEGER_FORMAT " more\n", before,
			number(answer, "more"));
}

void sl_show_reload(const json_t *a)
{
	show_texts(stdout, "", a, "changed");
	printf("%" JSON_INTEGER_FORMAT " change(s) applied\n",
		number(a, "more") + (json_int_t)json_array_size(json_object_get(a, "changed")));
}

void sl_show_obstacles(const json_t *a)
{
	show_texts(stderr, "", a, "mistakes");
	show_texts(stderr, "restart: ", a, "restart");
	show_texts(stderr, "not put back: ", a, "unrestored");
}

void sl_show_config(const json_t *a)
{
	const json_t *config = json_object_get(a, "config"), *entry;
	size_t i;

	if (config) {
		fputs(json_string_value(config), stdout);
		return;
	}
	json_array_foreach(json_object_get(a, "differences"), i, entry) printf("%-8s %s\n",
		json_is_true(json_object_get(entry, "live")) ? "reload" : "restart",
		text(entry, "text"));
}

void sl_show_drift(const json_t *c)
{
	printf("configuration: ");
	if (json_is_string(json_object_get(c, "unread")))
		printf("%s cannot be read: %s\n", text(c, "path"), text(c, "unread"));
	else if (number(c, "mistakes"))
		printf("%s has %d mistake(s); sluicectl config diff\n", text(c, "path"),
			(int)number(c, "mistakes"));
	else if (number(c, "differences"))
		printf("%d difference(s) from %s, of which %d take a restart; sluicectl config "
		       "diff\n",
			(int)number(c, "differences"), text(c, "path"), (int)number(c, "restart"));
	else
		printf("as in %s\n", text(c, "path"));
}
