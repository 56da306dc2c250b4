/* SPDX-License-Identifier: BSD-3-Clause */
/* Fields of any content make one line that every reader of CSV takes apart again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/records/csv.h"

static void texts(void **state)
{
	static const struct {
		const char *text, *field;
	} cases[] = {
		{"", ""},
		{NULL, ""},
		{"plain", "plain"},
		{"a b", "a b"},
		{"a,b", "\"a,b\""},
		{"say \"hi\"", "\"say \"\"hi\"\"\""},
		{"\"", "\"\"\"\""},
		{"two\r\nlines", "two\\x0d\\x0alines"},
		{"\x1b[31m", "\\x1b[31m"},
		{"\xff", "\\xff"},
		{"t\303\274r", "t\303\274r"},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sl_csv csv = {.len = 0};
		char expected[64];

		snprintf(expected, sizeof(expected), "1,%s\r\n", cases[i].field);
		sl_csv_number(&csv, 1);
		sl_csv_text(&csv, cases[i].text);
		sl_csv_end(&csv);
		assert_false(csv.overflow);
		assert_int_equal(csv.len, strlen(expected));
		assert_memory_equal(csv.text, expected, csv.len);
	}
}

static void numbers(void **state)
{
	static const char expected[] = "-1,9223372036854775807,4.250,,0.000\r\n";
	struct sl_csv csv = {.len = 0};

	sl_csv_number(&csv, -1);
	sl_csv_number(&csv, INT64_MAX);
	sl_csv_real(&csv, true, 4.25);
	sl_csv_real(&csv, false, 4.25);
	sl_csv_real(&csv, true, 0);
	sl_csv_end(&csv);
	assert_int_equal(csv.len, strlen(expected));
	assert_memory_equal(csv.text, expected, csv.len);
}

static void too_much(void **state)
{
	struct sl_csv csv = {.len = 0};
	char text[1000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < 20; i++)
		sl_csv_text(&csv, text);
	sl_csv_end(&csv);
	assert_true(csv.overflow);
	assert_true(csv.len <= SL_CSV_LINE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts), cmocka_unit_test(numbers), cmocka_unit_test(too_much)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
