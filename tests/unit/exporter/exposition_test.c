/* SPDX-License-Identifier: BSD-3-Clause */
/* Metrics of the relay go on as they are, or as OpenMetrics; whatever else it says is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exporter/exposition.h"

static int convert(enum sl_text_format format, const char *text, size_t len, char **out)
{
	struct sl_error error = {0};
	size_t size = 0;
	FILE *file = open_memstream(out, &size);
	int rc;

	assert_non_null(file);
	rc = sl_text_convert(file, format, text, len, &error);
	sl_text_end(file, format);
	fclose(file);
	assert_true(!rc == !error.text[0]);
	return rc;
}

#define GAUGE   "# HELP a Some.\n# TYPE a gauge\n"
#define COUNTER "# HELP a_total Some.\n# TYPE a_total counter\n"

static const char right[] =
	COUNTER "a_total 1\n"
		"a_total{x=\"y\",z=\"q\\\"\\\\\\n,}\"} 2.5e+3\n" GAUGE "a NaN\n"
		"# TYPE h histogram\n"
		"h_bucket{le=\"1.0\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 1\nh_count 2\n";

static void prometheus_gets_what_the_relay_wrote(void **state)
{
	char *out;

	assert_int_equal(convert(SL_TEXT_PROMETHEUS, right, strlen(right), &out), 0);
	assert_string_equal(out, right);
	free(out);
}

static void openmetrics_names_families_without_total(void **state)
{
	static const char text[] = COUNTER "a_total{x=\"_total\"} 1\n";
	char *out;

	assert_int_equal(convert(SL_TEXT_OPENMETRICS, text, strlen(text), &out), 0);
	assert_string_equal(
		out, "# HELP a Some.\n# TYPE a counter\na_total{x=\"_total\"} 1\n# EOF\n");
	free(out);
}

static const char *const wrong[] = {
	"a 1\n",                              /* no family */
	GAUGE "b 1\n",                        /* of another family */
	GAUGE "a_total 1\n",                  /* likewise */
	GAUGE "a 1",                          /* no end */
	GAUGE "a\n",                          /* no value */
	GAUGE "a \n",                         /* likewise */
	GAUGE "a 1 2\n",                      /* a timestamp */
	GAUGE "a 0x1\n",                      /* what strtod() takes */
	GAUGE "a inf\n",                      /* likewise */
	GAUGE "a 1e\n",                       /* half a number */
	GAUGE "a  1\n",                       /* two spaces */
	GAUGE "a{} 1\n",                      /* no label */
	GAUGE "a{x=\"1\",} 1\n",              /* likewise */
	GAUGE "a{x=1} 1\n",                   /* not quoted */
	GAUGE "a{x=\"1} 1\n",                 /* not closed */
	GAUGE "a{x=\"\\q\"} 1\n",             /* an escape that is none */
	GAUGE "a{x=\"\\",                     /* cut in one */
	GAUGE "a{x=\"\\\n",                   /* likewise */
	GAUGE "a{9=\"1\"} 1\n",               /* a name that begins with a digit */
	GAUGE "a{x=\"\x1b[2J\"} 1\n",         /* a control character */
	GAUGE "\n",                           /* an empty line */
	"# TYPE a counter\n",                 /* a counter without _total */
	"# TYPE a_total gauge\n",             /* _total without a counter */
	"# TYPE a summary\n",                 /* not of ours */
	"# TYPE a gauge counter\n",           /* two types */
	"# TYPE a\n",                         /* none */
	"# HELP a\n",                         /* no text */
	"# HELP a \"quoted\"\n",              /* escaped differently in the two forms */
	"# EOF\n",                            /* ours to write */
	"#\n",                                /* a comment of nobody's */
	"# TYPE h histogram\nh 1\n",          /* a histogram is no number */
	"# TYPE h histogram\nh_bucket_x 1\n", /* a suffix that is none */
};

static void refuses_everything_else(void **state)
{
	static char line[SL_TEXT_LINE + 64] = GAUGE "a{x=\"";
	static const char nul[] = GAUGE "a 1\0\n";
	char *out;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (!convert(SL_TEXT_PROMETHEUS, wrong[i], strlen(wrong[i]), &out))
			fail_msg("taken: %s", wrong[i]);
		free(out);
	}
	assert_int_not_equal(convert(SL_TEXT_PROMETHEUS, nul, sizeof(nul) - 1, &out), 0);
	free(out);
	memset(line + strlen(line), 'x', SL_TEXT_LINE);
	memcpy(line + sizeof(line) - 8, "\"} 1\n", 5);
	assert_int_not_equal(convert(SL_TEXT_PROMETHEUS, line, strlen(line), &out), 0);
	free(out);
}

/* Cut anywhere, it is refused or a whole number of lines; nothing is read behind its end. */
static void a_cut_text_is_no_more_than_its_lines(void **state)
{
	for (size_t len = 0; len < strlen(right); len++) {
		char *copy = malloc(len ? len : 1), *out;
		int rc;

		memcpy(copy, right, len);
		rc = convert(SL_TEXT_PROMETHEUS, copy, len, &out);
		assert_int_equal(!rc, !len || copy[len - 1] == '\n');
		free(copy);
		free(out);
	}
}

static const struct {
	const char *accept;
	enum sl_text_format format;
} accepts[] = {
	{NULL, SL_TEXT_PROMETHEUS},
	{"", SL_TEXT_PROMETHEUS},
	{"*/*", SL_TEXT_PROMETHEUS},
	{",;,;q=", SL_TEXT_PROMETHEUS},
	{"application/openmetrics-text", SL_TEXT_OPENMETRICS},
	{"Application/OpenMetrics-Text; Version=1.0.0", SL_TEXT_OPENMETRICS},
	{"application/openmetrics-text;version=0.0.1", SL_TEXT_PROMETHEUS},
	{"application/openmetrics-text;q=0", SL_TEXT_PROMETHEUS},
	{"application/openmetrics-textual", SL_TEXT_PROMETHEUS},
	{"text/plain;version=0.0.4;q=0.5, application/openmetrics-text;q=0.4", SL_TEXT_PROMETHEUS},
	{"text/plain;version=0.0.4;q=0.3,\tapplication/openmetrics-text;q=0.4",
		SL_TEXT_OPENMETRICS},
	/* Prometheus 2.42 */
	{"application/openmetrics-text;version=1.0.0,application/"
	 "openmetrics-text;version=0.0.1;q=0.75,"
	 "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
		SL_TEXT_OPENMETRICS},
};

static void gives_the_form_that_is_asked_for(void **state)
{
	for (size_t i = 0; i < sizeof(accepts) / sizeof(accepts[0]); i++)
		if (sl_text_negotiate(accepts[i].accept) != accepts[i].format)
			fail_msg("Accept: %s", accepts[i].accept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prometheus_gets_what_the_relay_wrote),
		cmocka_unit_test(openmetrics_names_families_without_total),
		cmocka_unit_test(refuses_everything_else),
		cmocka_unit_test(a_cut_text_is_no_more_than_its_lines),
		cmocka_unit_test(gives_the_form_that_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
