/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames of `sluicectl top`, from two looks and what was typed. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/cli/top_view.h"

#define STATUS(ever, served, busy, idle, rx, alarm)                                                \
	"'status':{'version':'9','started':1,'calls':{'now':2,'ever':" ever "},"                   \
	"'commands':{'offer':{'requests':" served                                                  \
	"},'ping':{'requests':20}},'load':{'max_sessions':50,'load_average':[0.5,0]},"             \
	"'workers':[{'core':3,'busy_ns':" busy ",'idle_ns':" idle ",'rx':" rx ",'tx':0,"           \
	"'forwarded':0,'core_wait':{'percent':48.2,'alarm':" alarm ",'since':1,"                   \
	"'ran':[{'name':'backup','pid':7}]}}]},"                                                   \
	"'ports':{'ports':[{'name':'wan','link':true,'rx':" rx ",'rx_bytes':250000,'tx':0,"        \
	"'tx_bytes':0,'missed':0}]},"                                                              \
	"'guard':{'reasons':[{'by':'guard','reason':'closed','packets':9,'pps':300,'alarm':true,"  \
	"'since':1},{'by':'worker','reason':'auth','packets':9,'pps':0,'alarm':false,'since':0}]," \
	"'top_sources':[{'source':'192.0.2.66','packets':1000,'reason':'closed'}]}"

#define CALL(id, a, b, quality)                                                    \
	"{'id':'" id "','state':'up','age':61,'addresses':['192.0.2.1:5004','-']," \
	"'labels':['front desk',null],'packets':[" a "," b "],'drops':4" quality "}"

#define GOOD ",'loss_percent':0.0,'jitter_ms':1.25,'mos':4.4"
#define BAD  ",'loss_percent':12.345,'jitter_ms':30.0,'mos':2.1"

/* clang-format off */
static const char first[] = "{" STATUS("10", "100", "0", "0", "1000", "true") ","
	"'calls':{'calls':[" CALL("quiet", "5", "5", GOOD) "," CALL("ended", "1", "1", GOOD) ","
	CALL("loud", "0", "0", BAD) "]}}";
static const char second[] = "{" STATUS("14", "120", "500", "1500", "3000", "true") ","
	"'calls':{'calls':[" CALL("quiet", "7", "5", GOOD) "," CALL("loud", "100", "98", BAD) ","
	CALL("new", "9", "9", "") "]}}";
/* clang-format on */

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

/* A frame in `state`, two seconds between the looks; `detail`: of the call that is shown. */
static char *frame_of(const char *was, const char *is, unsigned rows, unsigned columns,
	struct sl_top_state *state, const char *detail)
{
	json_t *before = views(was), *now = views(is);
	const struct sl_top_looks looks = {before, now, 2};
	struct sl_top_screen screen;
	struct sl_top_calls calls;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_true(sl_top_calls_make(&calls,
		json_object_get(json_object_get(before, "calls"), "calls"),
		json_object_get(json_object_get(now, "calls"), "calls"), 2, &state->order));
	assert_true(sl_top_screen_open(&screen, rows, columns));
	sl_top_draw(&screen, state, &looks, &calls, detail);
	sl_top_screen_print(&screen, out);
	fclose(out);
	sl_top_screen_close(&screen);
	sl_top_calls_free(&calls);
	json_decref(before);
	json_decref(now);
	return text;
}

static char *frame(const char *was, const char *is, unsigned rows, unsigned columns)
{
	struct sl_top_state state = {.once = true, .order.by = SL_TOP_RATE};

	return frame_of(was, is, rows, columns, &state, NULL);
}

static void has(const char *text, const char *line)
{
	if (!strstr(text, line))
		fail_msg("'%s' is not in:\n%s", line, text);
}

static void has_not(const char *text, const char *line)
{
	if (strstr(text, line))
		fail_msg("'%s' is in:\n%s", line, text);
}

static unsigned lines_of(const char *text)
{
	unsigned n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
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
	has_not(text, "auth"); /* neither now nor an alarm */
	has(text, "192.0.2.66");
	has(text, "call-id                 state           age  *pps  back  loss%   jit  MOS");
	has(text, "loud                    up          0:01:01    50    49   12.3  30.0  2.1");
	has(text, "quiet                   up          0:01:01     1     0    0.0   1.2  4.4");
	has(text, "new                     up          0:01:01     -     -      -     -    -");
	assert_true(strstr(text, "loud") < strstr(text, "quiet"));
	free(text);
}

/* Whatever the size, nothing is wider or longer; at 80x24 eight calls have room. */
static void fits_the_terminal(void **state)
{
	static const unsigned sizes[][2] = {
		{1, 1}, {2, 5}, {5, 20}, {10, 40}, {24, 80}, {40, 120}, {60, 300}};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (int pane = SL_TOP_TABLE; pane <= SL_TOP_DETAIL; pane++) {
			struct sl_top_state live = {.pane = (enum sl_top_pane)pane,
				.order.by = SL_TOP_MOS,
				.order.filter = "o",
				.shown = strdup("loud")};
			char *text = frame_of(first, second, sizes[i][0], sizes[i][1], &live,
				"a line that is longer than some of the terminals\nthe end\n");

			assert_true(lines_of(text) <= sizes[i][0]);
			for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
				assert_true(strlen(line) <= sizes[i][1]);
			if (pane == SL_TOP_TABLE && sizes[i][0] >= 12)
				assert_true(live.page >= 8);
			free(text);
			sl_top_state_free(&live);
		}
}

/* Without room for all, what is wrong stays, and quality. */
static void small_terminals_have_what_matters(void **state)
{
	struct sl_top_state live = {.order.by = SL_TOP_MOS};
	char *text = frame_of(first, second, 10, 40, &live, NULL);

	has(text, "ALARM core 3");
	has_not(text, "worker ");
	has(text, " call-id         loss%   jit *MOS  drops\n");
	has(text, ">loud             12.3  30.0  2.1      4\n");
	free(text);
	live.hidden[SL_TOP_PORTS] = true;
	text = frame_of(first, second, 24, 120, &live, NULL);
	has(text, "core 3 ");
	has_not(text, "wan ");
	has(text, "192.0.2.1:5004 -");
	free(text);
}

static void panes(void **state)
{
	struct sl_top_state live = {.pane = SL_TOP_HELP};
	char *text = frame_of(first, second, 24, 80, &live, NULL);

	has(text, "Esc: all");
	has_not(text, "loud");
	free(text);
	live.pane = SL_TOP_DETAIL;
	live.shown = strdup("a\033b");
	live.shown_first = 99;
	text = frame_of(first, second, 4, 11, &live, "one\n0123456789abcdef\nlast\n");
	has(text, "call a\\x1bb\nbcdef\nlast\n");
	free(text);
	sl_top_state_free(&live);
	live.order = (struct sl_top_order){.by = SL_TOP_MOS, .filter = "DESK"};
	live.paused = true;
	text = frame_of(first, second, 24, 80, &live, NULL);
	has(text, "PAUSED  /DESK: 3 of 3 calls");
	free(text);
	live.typing = true;
	strcpy(live.order.filter, "qui");
	text = frame_of(first, second, 24, 80, &live, NULL);
	has(text, "/qui_   1 of 3 calls");
	has_not(text, "loud");
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
	has(text, "Calls are shown to root");
	free(text);
}

/* Characters are whole where a line ends, and columns stay in place whatever is in an id. */
static void characters(void **state)
{
	static const struct {
		const char *id, *row;
	} ids[] = {
		{"\u00e4", "\u00e4                       up"},
		{"\u4e2d\u6587", "\u4e2d\u6587                    up"},
		{"\u4e00\u4e00\u4e00\u4e00\u4e00\u4e00\u4e00\u4e00\u4e00\u4e00\u4e00\u4e00",
			"\u4e00\u4e00\u4e00\u4e00\u4e00\u4e00\u4e00\u4e00\u4e00\u4e00\u4e00  up"},
		{"\u05e9\u05dc1", "??1                     up"},
		{"\\u001b[31mred", "\\x1b[31mred             up"},
		{"e\u0301\u0301\u0301\u0301", "e\u0301\u0301                       up"},
	};
	char *text = frame("{}", "{'status':{'version':'\u00e4\u00e4\u00e4\u00e4'}}", 100, 10);

	has(text, "sluiced \u00e4\u00e4\n");
	free(text);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		char look[256];

		snprintf(look, sizeof(look), "{'calls':{'calls':[{'id':'%s','state':'up'}]}}",
			ids[i].id);
		text = frame("{}", look, 100, 80);
		has(text, ids[i].row);
		free(text);
	}
}

static int set_locale(void **state)
{
	return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_between_two_looks),
		cmocka_unit_test(fits_the_terminal),
		cmocka_unit_test(small_terminals_have_what_matters),
		cmocka_unit_test(panes),
		cmocka_unit_test(what_is_missing),
		cmocka_unit_test(characters),
	};

	return cmocka_run_group_tests(tests, set_locale, NULL);
}
