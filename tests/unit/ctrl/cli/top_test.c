/* SPDX-License-Identifier: BSD-3-Clause */
/* A frame of `sluicectl top`, from two looks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/cli/top.h"

#define STATUS(ever, served, busy, idle, rx, alarm)                                                \
	"'status':{'version':'9','started':1,'calls':{'now':2,'ever':" ever "},"                   \
	"'control':{'served':" served "},'load':{'max_sessions':50,'load_average':[0.5,0]},"       \
	"'workers':[{'core':3,'busy_ns':" busy ",'idle_ns':" idle ",'rx':" rx ",'tx':0,"           \
	"'forwarded':0,'core_wait':{'percent':48.2,'alarm':" alarm ",'since':1,"                   \
	"'ran':[{'name':'backup','pid':7}]}}]},"                                                   \
	"'ports':{'ports':[{'name':'wan','link':true,'rx':" rx ",'rx_bytes':250000,'tx':0,"        \
	"'tx_bytes':0,'missed':0}]},"                                                              \
	"'guard':{'reasons':[{'by':'guard','reason':'closed','packets':9,'pps':300,'alarm':true,"  \
	"'since':1},{'by':'worker','reason':'auth','packets':9,'pps':0,'alarm':false,'since':0}]," \
	"'top_sources':[{'source':'192.0.2.66','packets':1000,'reason':'closed'}]}"

#define CALL(id, a, b) "{'id':'" id "','state':'up','age':61,'packets':[" a "," b "],'drops':4}"

static const char first[] = "{" STATUS("10", "100", "0", "0", "1000",
	"true") ","
		"'calls':{'calls':[" CALL("quiet", "5", "5") "," CALL("ended", "1", "1") "," CALL(
			"loud", "0", "0") "]}}";
static const char second[] = "{" STATUS("14", "120", "500", "1500", "3000",
	"true") ","
		"'calls':{'calls':[" CALL("quiet", "7", "5") "," CALL("loud", "100", "98") "]}}";

static json_t *views(const char *text)
{
	char *json = strdup(text);
	json_t *all;

	for (char *quote = json; (quote = strchr(quote, '\'')); quote++)
		*quote = '"';
	all = json_loads(json, 0, NULL);
	free(json);
	assert_non_null(all);
	return all;
}

static char *frame(const char *was, const char *is, unsigned rows, unsigned columns)
{
	json_t *before = views(was), *now = views(is);
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	sl_top_frame(out, before, now, 2, rows, columns);
	fclose(out);
	json_decref(before);
	json_decref(now);
	return text;
}

static void has(const char *text, const char *line)
{
	if (!strstr(text, line))
		fail_msg("'%s' is not in:\n%s", line, text);
}

static void rates_between_two_looks(void **state)
{
	char *text = frame(first, second, 100, 80);

	has(text, "calls 2 of 50, 2.0 new/s   NG 10.0/s   load 0.50");
	has(text, "ALARM core 3 is taken from its worker, for ");
	has(text, ": backup\n");
	has(text, "core 3    25.0%  48.2%       1000          0            0\n");
	has(text, "wan              yes       1000      0.00");
	has(text, "guard    closed                            300  ALARM for ");
	assert_null(strstr(text, "auth")); /* neither now nor an alarm */
	has(text, "192.0.2.66");
	has(text, "loud                                 up           0:01:01      50      49      "
		  "4\n");
	assert_true(strstr(text, "loud") < strstr(text, "quiet"));
	free(text);
}

static void fits_the_terminal(void **state)
{
	char *text = frame(first, second, 5, 20);
	unsigned rows = 0;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), rows++)
		assert_true(strlen(line) <= 20);
	assert_true(rows <= 5);
	free(text);
}

/* One look is enough, and so is less than everything. */
static void what_is_missing(void **state)
{
	char *text = frame("{}", second, 100, 80);

	has(text, "0.0 new/s");
	free(text);
	text = frame("{}", "{}", 100, 80);
	has(text, "sluiced -");
	free(text);
}

/* Characters are whole where a line ends. */
static void characters(void **state)
{
	char *text = frame("{}",
		"{'status':{'version':'\u00e4\u00e4\u00e4\u00e4'},'calls':{'calls':[{'id':'\u00e4',"
		"'state':'up'}]}}",
		100, 10);

	has(text, "sluiced \u00e4\u00e4\n");
	free(text);
	text = frame("{}", "{'calls':{'calls':[{'id':'\u00e4','state':'up'}]}}", 100, 80);
	has(text, "\u00e4                                    up ");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_between_two_looks),
		cmocka_unit_test(fits_the_terminal),
		cmocka_unit_test(what_is_missing),
		cmocka_unit_test(characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
