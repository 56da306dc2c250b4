/* SPDX-License-Identifier: BSD-3-Clause */
/* The calls of `sluicectl top`: in order, filtered, and with a cursor that keys move. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/cli/top_keys.h"

/* Loss, jitter and MOS each have an order of their own; c was not heard. */
static const char look[] =
	"["
	"{'id':'a','state':'up','age':9,'addresses':['192.0.2.1:5004','-'],'labels':['Ann',null],"
	"'packets':[10,10],'drops':0,'loss_percent':2.0,'jitter_ms':5.0,'mos':4.1},"
	"{'id':'b','state':'up','age':7,'addresses':['192.0.2.2:5004','[2001:db8::7]:6'],"
	"'labels':[null,null],'packets':[90,80],'drops':3,'loss_percent':9.0,'jitter_ms':1.0,"
	"'mos':3.0},"
	"{'id':'c','state':'offered','age':30,'addresses':['-','-'],'labels':[null,null],"
	"'packets':[0,0],'drops':1},"
	"{'id':'d','state':'up','age':8,'addresses':['198.51.100.4:1','-'],"
	"'labels':[null,'Dan'],'packets':[300,0],'drops':0,'loss_percent':0.5,'jitter_ms':3.0,"
	"'mos':4.4}]";
static const char earlier[] = "[{'id':'d','packets':[250,0]},{'id':'b','packets':[10,0]},"
			      "{'id':'a','packets':[900,900]}]";

static json_t *list(const char *text)
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

struct fixture {
	json_t *before, *now;
	struct sl_top_state state;
	struct sl_top_calls calls;
};

static void arrange(struct fixture *f)
{
	sl_top_calls_free(&f->calls);
	assert_true(sl_top_calls_make(&f->calls, f->before, f->now, 2, &f->state.order));
	sl_top_follow(&f->state, &f->calls);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->before = list(earlier);
	f->now = list(look);
	f->state.order.by = SL_TOP_RATE;
	f->state.page = 2;
	arrange(f);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	sl_top_calls_free(&f->calls);
	sl_top_state_free(&f->state);
	json_decref(f->before);
	json_decref(f->now);
	free(f);
	return 0;
}

static enum sl_top_act press(struct fixture *f, uint32_t key)
{
	enum sl_top_act act = sl_top_key(&f->state, key, &f->calls);

	arrange(f);
	return act;
}

static void press_all(struct fixture *f, const char *keys)
{
	for (; *keys; keys++)
		assert_int_equal(press(f, (unsigned char)*keys), SL_TOP_GO_ON);
}

/* The ids in their order. */
static void rows_are(const struct fixture *f, const char *ids)
{
	char text[16] = "";

	for (size_t i = 0; i < f->calls.n; i++)
		strcat(text, f->calls.row[i].id);
	assert_string_equal(text, ids);
}

static void keys_order_rows(void **state)
{
	static const struct {
		const char *keys, *ids;
	} cases[] = {
		{"", "bdac"}, /* 85 a second, 25; a counts anew, c is new */
		{"l", "badc"},
		{"j", "adbc"},
		{"m", "badc"},
		{"a", "cadb"},
		{"d", "bcad"},
		{"i", "abcd"},
		{"r", "bdac"},
		/* Unknown values stay last. */
		{"mR", "dabc"},
		{"lR", "dabc"},
		{"rR", "acdb"},
		/* Beside rate are age and loss; behind the last column is the first. */
		{"r>", "badc"},
		{"<", "bdac"},
		{"<<", "cabd"},
		{"d>", "abcd"},
		{"i<", "bcad"},
	};
	struct fixture *f = *state;

	assert_true(f->calls.row[0].compared && f->calls.row[0].rate[0] == 40);
	assert_true(f->calls.row[0].rate[1] == 40);
	assert_false(f->calls.row[3].compared);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		press_all(f, cases[i].keys);
		rows_are(f, cases[i].ids);
	}
}

static void a_filter_is_typed(void **state)
{
	struct fixture *f = *state;

	press_all(f, "i/2001:DB8");
	rows_are(f, "b");
	assert_int_equal(f->calls.total, 4);
	press(f, SL_KEY_ENTER);
	assert_false(f->state.typing);
	press(f, SL_KEY_ESC);
	rows_are(f, "abcd");
	press_all(f, "/an");
	rows_are(f, "ad"); /* Ann, Dan */
	press_all(f, "x");
	rows_are(f, "");
	press(f, SL_KEY_ENTER);
	assert_int_equal(press(f, SL_KEY_ENTER), SL_TOP_GO_ON); /* there is none to show */
	press_all(f, "/");
	press(f, SL_KEY_BACKSPACE);
	rows_are(f, "ad");
	press(f, 0x4e2d);
	press(f, 0xe9);
	assert_string_equal(f->state.order.filter, "an\u4e2d\u00e9");
	for (int i = 0; i < 9; i++)
		press(f, SL_KEY_BACKSPACE);
	assert_string_equal(f->state.order.filter, "");
	for (int i = 0; i < 200; i++)
		press(f, 0x1f600);
	assert_true(strlen(f->state.order.filter) < sizeof(f->state.order.filter));
	assert_int_equal(strlen(f->state.order.filter) % 4, 0);
	press(f, SL_KEY_ESC);
	assert_false(f->state.typing);
	rows_are(f, "abcd");
}

static void the_cursor_stays_with_its_call(void **state)
{
	struct fixture *f = *state;

	press_all(f, "i");
	press(f, SL_KEY_DOWN);
	press(f, SL_KEY_DOWN);
	assert_int_equal(f->state.cursor, 2); /* c */
	assert_int_equal(f->state.first, 1);
	press_all(f, "a");
	assert_int_equal(f->state.cursor, 0);
	press_all(f, "l");
	assert_int_equal(f->state.cursor, 3);
	assert_int_equal(press(f, SL_KEY_ENTER), SL_TOP_ASK);
	assert_string_equal(f->state.shown, "c");
	press(f, SL_KEY_PAGE_DOWN);
	assert_int_equal(f->state.shown_first, 2);
	press(f, SL_KEY_ESC);
	assert_int_equal(f->state.pane, SL_TOP_TABLE);
	/* Gone from sight: the cursor stays in its row, as far as there is one. */
	press_all(f, "/an");
	assert_int_equal(f->state.cursor, 1);
	press(f, SL_KEY_ESC);
	press(f, SL_KEY_HOME);
	assert_null(f->state.selected);
	press(f, SL_KEY_END);
	assert_int_equal(f->state.cursor, 3);
	press(f, SL_KEY_PAGE_UP);
	assert_int_equal(f->state.cursor, 1);
	press(f, SL_KEY_UP);
	press(f, SL_KEY_UP);
	assert_int_equal(f->state.cursor, 0);
}

static void other_keys(void **state)
{
	static const uint32_t nothing[] = {
		SL_KEY_NONE, 0, 1, 'x', 'Z', '0', '9', 0x7f, 0x9b, 0x4e2d, 0x10ffff, 99999999};
	struct fixture *f = *state;
	struct sl_top_state before = f->state;

	for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++)
		assert_int_equal(press(f, nothing[i]), SL_TOP_GO_ON);
	before.selected = f->state.selected;
	assert_memory_equal(&before, &f->state, sizeof(before));
	press_all(f, " 13?");
	assert_true(f->state.paused && f->state.hidden[SL_TOP_WORKERS]);
	assert_true(f->state.hidden[SL_TOP_REFUSED] && !f->state.hidden[SL_TOP_PORTS]);
	assert_int_equal(f->state.pane, SL_TOP_HELP);
	press(f, SL_KEY_ESC);
	assert_int_equal(f->state.pane, SL_TOP_TABLE);
	assert_int_equal(press(f, 'q'), SL_TOP_QUIT);
	press_all(f, "/q");
	assert_string_equal(f->state.order.filter, "q");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keys_order_rows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_filter_is_typed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_cursor_stays_with_its_call, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_keys, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
