/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Members of an answer, for printing: what is absent is "-", 0 or "no"; an age is h:mm:ss. Private
 * to ctrl/cli.
 */
#ifndef SL_CTRL_SHOW_JSON_H
#define SL_CTRL_SHOW_JSON_H

#include <jansson.h>
#include <stdio.h>

static inline const char *text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "-";
}

static inline json_int_t number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static inline const char *yes_no(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key)) ? "yes" : "no";
}

static inline void print_age(FILE *out, json_int_t seconds)
{
	fprintf(out, "%" JSON_INTEGER_FORMAT ":%02d:%02d", seconds / 3600, (int)(seconds / 60 % 60),
		(int)(seconds % 60));
}

static inline void show_age(json_int_t seconds)
{
	print_age(stdout, seconds);
}

#endif
