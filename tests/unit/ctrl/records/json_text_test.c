/* SPDX-License-Identifier: BSD-3-Clause */
/* Whatever bytes a text has, JSON has a string for it, and the object around it is there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/records/json_text.h"

static const struct {
	const char *from, *to;
} cases[] = {
	{"", ""}, {"/etc/sluice/sluice.conf", "/etc/sluice/sluice.conf"},
	{"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
	{"two\nlines\x1b", "two\nlines\x1b"}, /* JSON has escapes of its own for it */
	{"/tmp/gr\xfc\xdf.conf", "/tmp/gr\\xfc\\xdf.conf"}, {"gr\xc3\xbc\xff", "gr\xc3\xbc\\xff"},
	{"one\n\xfftwo\x1b", "one\n\\xfftwo\\x1b"}, {"cut \xe2\x80", "cut \\xe2\\x80"},
	{"\xed\xa0\x80", "\\xed\\xa0\\x80"},          /* a surrogate */
	{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* beyond Unicode */
	{"\xff\xef\xbf\xbf", "\\xff\\xef\\xbf\\xbf"}, /* no character */
};

/* Takes `json` over. */
static void check(json_t *json, const char *want)
{
	assert_non_null(json);
	assert_string_equal(json_string_value(json), want);
	json_decref(json);
}

static void each_text(void **state)
{
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *error = sl_json_error(cases[i].from);

		check(sl_json_text(cases[i].from), cases[i].to);
		check(sl_json_format("%s", cases[i].from), cases[i].to);
		check(json_incref(json_object_get(error, "error")), cases[i].to);
		json_decref(error);
	}
	assert_true(json_is_null(sl_json_text(NULL)));
}

/* Each byte, alone and between others. */
static void each_byte(void **state)
{
	for (int byte = 1; byte < 256; byte++) {
		char text[] = {(char)byte, 'x', (char)byte, '\0'};
		json_t *json = sl_json_text(text);

		assert_non_null(json);
		json_decref(json);
	}
}

static void nothing_is_cut(void **state)
{
	enum { LEN = 100000 };
	char *text = malloc(LEN + 1);
	json_t *json;

	assert_non_null(text);
	memset(text, 0xff, LEN);
	text[LEN] = '\0';
	json = sl_json_text(text);
	assert_int_equal(json_string_length(json), 4 * LEN);
	json_decref(json);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_text),
		cmocka_unit_test(each_byte),
		cmocka_unit_test(nothing_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
