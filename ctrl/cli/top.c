/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/cli/top.h"

#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ctrl/cli/admin_socket.h"
#include "ctrl/cli/exit_status.h"
#include "ctrl/cli/top_look.h"
#include "ctrl/cli/top_terminal.h"
#include "ctrl/cli/top_view.h"

enum {
	PERIOD_MS = 1000,
	REST = 2, /* times as long as a look took: many calls are looked at more seldom */
	REST_MOST_S = 2,
	ONCE_COLUMNS = 80,
	ONCE_ROWS = 1000,
};

struct top {
	const char *socket;
	struct sl_top_state state;
	struct sl_top_look look; /* the one that goes on, or nothing */
	json_t *before, *now;
	double begun;       /* the look that goes on */
	double at, seconds; /* of the last look, and between the two */
	double due;         /* the next one */
	struct sl_top_calls calls;
	char *detail;
};

static volatile sig_atomic_t over;

static void end(int signal)
{
	over = 1;
}

static void set_signals(void)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
	const struct sigaction act = {.sa_handler = end};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		sigaction(ends[i], &act, NULL);
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The rows of the looks, in the order of now. */
static void arrange(struct top *t)
{
	const json_t *before = json_object_get(json_object_get(t->before, "calls"), "calls");
	const json_t *now = json_object_get(json_object_get(t->now, "calls"), "calls");

	sl_top_calls_free(&t->calls);
	sl_top_calls_make(&t->calls, before, now, t->seconds, &t->state.order);
}

static int ask_detail(struct top *t)
{
	char *text = NULL;
	int rc = sl_top_ask_call(t->socket, t->state.shown, &text);

	free(t->detail);
	t->detail = text;
	return rc;
}

/* When the next one is due, and what this one shows. */
static void end_look(struct top *t)
{
	double now = now_s(), rest = REST * (now - t->begun);

	t->due = now + (rest < REST_MOST_S ? rest : REST_MOST_S);
	if (t->due < t->begun + PERIOD_MS / 1e3)
		t->due = t->begun + PERIOD_MS / 1e3;
	json_decref(t->before);
	t->before = t->now;
	t->now = json_incref(t->look.views);
	sl_top_look_free(&t->look);
	t->seconds = t->begun - t->at;
	t->at = t->begun;
	arrange(t);
}

/* Goes on with a look by one piece. 0, or -errno: the daemon is gone. */
static int look_on(struct top *t)
{
	int rc;

	if (!t->look.views)
		t->begun = now_s();
	rc = sl_top_look_on(t->socket, &t->look);
	if (rc || !t->look.done)
		return rc;
	if (t->state.pane == SL_TOP_DETAIL)
		rc = ask_detail(t);
	if (!rc)
		end_look(t);
	return rc;
}

/* A whole one, with nobody to answer meanwhile. */
static int look(struct top *t)
{
	int rc;

	do {
		rc = look_on(t);
	} while (!rc && t->look.views && !over);
	return rc;
}

static void draw(struct top *t, struct sl_top_screen *screen)
{
	const struct sl_top_looks looks = {t->before, t->now, t->seconds};

	sl_top_draw(screen, &t->state, &looks, &t->calls, t->detail);
}

static void draw_live(struct top *t)
{
	struct sl_top_screen screen;
	unsigned rows, columns;

	sl_terminal_size(&rows, &columns);
	if (!sl_top_screen_open(&screen, rows, columns))
		return;
	draw(t, &screen);
	sl_terminal_draw(&screen);
	sl_top_screen_close(&screen);
}

/* How long there is nothing to do but to wait for a key. */
static unsigned idle_ms(const struct top *t)
{
	double left = t->due - now_s();

	if (t->look.views)
		return 0;
	if (t->state.paused)
		return PERIOD_MS;
	return left > 0 ? (unsigned)(left * 1e3) + 1 : 0;
}

/* 0, or -errno: the daemon is gone. */
static int act_on(struct top *t, uint32_t key, bool *quits)
{
	switch (sl_top_key(&t->state, key, &t->calls)) {
	case SL_TOP_QUIT:
		*quits = true;
		return 0;
	case SL_TOP_ASK:
		return ask_detail(t);
	default:
		if (t->state.paused)
			sl_top_look_free(&t->look);
		arrange(t);
		return 0;
	}
}

/* A look goes on between keys, so that they are answered however long it takes. */
static int show_live(struct top *t)
{
	bool quits = false, draws = true;
	uint32_t key = 0;
	int rc = 0;

	while (!rc && !over && !quits) {
		enum sl_terminal_event event;

		if (draws)
			draw_live(t);
		event = sl_terminal_wait(idle_ms(t), &key);
		draws = event == SL_TERMINAL_KEY || event == SL_TERMINAL_RESIZED;
		quits = event == SL_TERMINAL_GONE;
		if (event == SL_TERMINAL_KEY)
			rc = act_on(t, key, &quits);
		else if (!quits && !over &&
			 (t->look.views || (!t->state.paused && now_s() >= t->due))) {
			rc = look_on(t);
			draws = draws || !t->look.views;
		}
	}
	return rc;
}

static int run_live(struct top *t)
{
	const char *no = sl_terminal_open();
	int rc;

	if (no) {
		fprintf(stderr, "sluicectl: top %s; --once prints one frame\n", no);
		return SL_EXIT_USAGE;
	}
	set_signals();
	rc = show_live(t);
	sl_terminal_close();
	if (rc)
		fprintf(stderr, "sluicectl: sluiced has gone\n");
	return rc ? SL_EXIT_NO_DAEMON : EXIT_SUCCESS;
}

static int run_once(struct top *t)
{
	struct sl_top_screen screen;
	int rc;

	poll(NULL, 0, PERIOD_MS);
	rc = look(t);
	if (rc)
		return sl_admin_explain(t->socket, rc);
	if (!sl_top_screen_open(&screen, ONCE_ROWS, ONCE_COLUMNS))
		return EXIT_FAILURE;
	t->state.once = true;
	draw(t, &screen);
	sl_top_screen_print(&screen, stdout);
	sl_top_screen_close(&screen);
	return EXIT_SUCCESS;
}

static void top_free(struct top *t)
{
	sl_top_look_free(&t->look);
	json_decref(t->before);
	json_decref(t->now);
	sl_top_calls_free(&t->calls);
	sl_top_state_free(&t->state);
	free(t->detail);
}

/* Text that is no terminal's is UTF-8, as of all other verbs. */
static void set_locale(bool once)
{
	setlocale(LC_CTYPE, "");
	if (once && strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8");
}

int sl_top_run(const char *socket, bool once)
{
	struct top t = {.socket = socket, .state.order.by = SL_TOP_RATE, .at = now_s()};
	int status;

	if (!once && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))) {
		fprintf(stderr, "sluicectl: top needs a terminal; --once prints one frame\n");
		return SL_EXIT_USAGE;
	}
	set_locale(once);
	status = sl_admin_explain(socket, look(&t));
	if (!status)
		status = once ? run_once(&t) : run_live(&t);
	top_free(&t);
	return status;
}
