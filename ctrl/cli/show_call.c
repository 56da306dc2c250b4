/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints events of calls, and what stands in their way, for people. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctrl/cli/show.h"

void sl_show_why(const json_t *answer)
{
	const json_t *why = json_object_get(answer, "why"), *cause;
	const char *reason = json_string_value(json_object_get(answer, "reason"));
	size_t i;

	if (reason)
		printf("%-20s %s\n", "ended", reason);

	json_array_foreach(why, i, cause)
		printf("%-20s %s\n", json_string_value(json_object_get(cause, "cause")),
			json_string_value(json_object_get(cause, "text")));
	if (!json_array_size(why) && !reason)
		puts("Nothing stands in the way: media passes both ways.");
}

static void show_value(const char *key, const json_t *value)
{
	const json_t *leg;
	size_t i;

	if (json_is_string(value))
		printf("  %s %s", key, json_string_value(value));
	else if (json_is_integer(value))
		printf("  %s %" JSON_INTEGER_FORMAT, key, json_integer_value(value));
	json_array_foreach(value, i, leg)
	{
		const char *tag = json_string_value(json_object_get(leg, "leg"));

		printf("  from %s %" JSON_INTEGER_FORMAT " packets", tag ? tag : "-",
			json_integer_value(json_object_get(leg, "packets")));
	}
}

void sl_show_event(const char *line)
{
	json_t *said = json_loads(line, 0, NULL), *event = sl_show_plain(said, SL_ESCAPE_LINE),
	       *value;
	const char *name = json_string_value(json_object_get(event, "event")), *key;
	time_t at = (time_t)json_real_value(json_object_get(event, "time"));
	char clock[16] = "--:--:--";
	struct tm tm;

	if (at && localtime_r(&at, &tm))
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	printf("%s  %-9s", clock, name ? name : "error");
	json_object_foreach(event, key, value) if (strcmp(key, "event") && strcmp(key, "time"))
		show_value(key, value);
	putchar('\n');
	json_decref(event);
	json_decref(said);
}
