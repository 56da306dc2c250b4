/* SPDX-License-Identifier: BSD-3-Clause */
/* Whatever a relay answers, there is a page of metrics and a word on how it stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exporter/snapshot.h"

#define TEXT "# TYPE a gauge\\na 1\\n"

static const struct {
	const char *answer;
	bool up, accepting;
	const char *why; /* part of it */
} answers[] = {
	{"{\"metrics\":\"" TEXT "\",\"accepting\":true}\n", true, true, ""},
	{"{\"metrics\":\"" TEXT "\",\"accepting\":false,\"refused_by\":\"sessions\"}\n", true,
		false, "refuses new calls: sessions"},
	{"{\"metrics\":\"\",\"accepting\":false,\"refused_by\":\"a\\u001b[2J\"}\n", true, false,
		"refuses new calls: a\\x1b[2J"},
	{"{\"error\":\"this user may only\\nread\"}\n", false, false,
		"the relay refuses: this user"},
	{"{\"metrics\":\"garbage\",\"accepting\":true}\n", false, false, "line 1 of the metrics"},
	{"{\"metrics\":\"a 1\\u0000\",\"accepting\":true}\n", false, false, "no JSON object"},
	{"{\"metrics\":7,\"accepting\":true}\n", false, false, "no metrics"},
	{"{\"metrics\":\"" TEXT "\"}\n", false, false, "no metrics"},
	{"{\"accepting\":true}\n", false, false, "no metrics"},
	{"{\"accepting\":true,\"accepting\":true}\n", false, false, "no JSON object"},
	{"[]\n", false, false, "no JSON object"},
	{"\xff\n", false, false, "no JSON object"},
	{"", false, false, "no JSON object"},
	{"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", false, false, "no JSON object"},
};

static void every_answer_makes_a_page(void **state)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct sl_snapshot s;

		sl_snapshot_read(&s, answers[i].answer, strlen(answers[i].answer));
		if (s.up != answers[i].up || s.accepting != answers[i].accepting ||
			!strstr(s.error.text, answers[i].why))
			fail_msg(
				"%s: %d %d %s", answers[i].answer, s.up, s.accepting, s.error.text);
		for (int format = 0; format < SL_TEXT_FORMATS; format++) {
			assert_int_equal(strlen(s.text[format]), s.len[format]);
			assert_non_null(strstr(
				s.text[format], s.up ? "\nsluice_up 1\n" : "\nsluice_up 0\n"));
		}
		assert_non_null(strstr(s.text[SL_TEXT_OPENMETRICS], "\n# EOF\n"));
		sl_snapshot_free(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_answer_makes_a_page)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
