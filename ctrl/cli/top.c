/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/cli/top.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "ctrl/cli/admin_socket.h"
#include "ctrl/cli/exit_status.h"
#include "ctrl/cli/show.h"

/* The alternate screen, without a cursor; and back. */
#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"
#define HOME  "\033[H"
#define REST  "\033[J" /* erases from the cursor on */
#define EDGE  "\033[K" /* erases to the end of the line */

enum { PERIOD_MS = 1000, ALL_ROWS = 1000 };

static volatile sig_atomic_t over;
static struct termios before;

static void end(int signal)
{
	over = 1;
}

/* Interrupts poll(): the next frame has the new size. */
static void resized(int signal)
{
}

static void set_signals(void)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction act = {.sa_handler = end};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		sigaction(ends[i], &act, NULL);
	act.sa_handler = resized;
	sigaction(SIGWINCH, &act, NULL);
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* One look: the views, by name. EXIT_SUCCESS, or the exit status, having said why. */
static int look(const char *socket, json_t **views)
{
	static const char *const names[] = {"status", "ports", "guard", "calls"};
	int status = EXIT_SUCCESS;

	*views = json_object();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !status; i++) {
		json_t *request = json_pack("{s:s}", "view", names[i]), *answer = NULL;

		status = sl_admin_ask(socket, request, &answer);
		/* Who may read counters only does without the calls. */
		if (!status && !json_object_get(answer, "error"))
			json_object_set_new(
				*views, names[i], sl_show_plain(answer, SL_ESCAPE_LINE));
		json_decref(request);
		json_decref(answer);
	}
	return status;
}

static void raw(void)
{
	struct termios quiet;

	tcgetattr(STDIN_FILENO, &before);
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
	fputs(ENTER, stdout);
	fflush(stdout);
}

static void restore(void)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	fputs(LEAVE, stdout);
	fflush(stdout);
}

/* Line by line over what was there, so that nothing flickers. */
static void draw(const json_t *was, const json_t *now, double seconds)
{
	struct winsize size = {.ws_row = SL_TOP_ROWS, .ws_col = SL_TOP_COLUMNS};
	char *text = NULL, *save = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	const char *gap = "";

	if (!out)
		return;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row || !size.ws_col)
		size = (struct winsize){.ws_row = SL_TOP_ROWS, .ws_col = SL_TOP_COLUMNS};
	sl_top_frame(out, was, now, seconds, size.ws_row, size.ws_col);
	fclose(out);
	fputs(HOME, stdout);
	for (char *line = text; line && *line; line = save) {
		save = strchr(line, '\n');
		if (save)
			*save++ = '\0';
		printf("%s%s" EDGE, gap, line);
		gap = "\r\n";
	}
	fputs(REST, stdout);
	fflush(stdout);
	free(text);
}

/* Waits a period, less if q is pressed (true) or the size changes. */
static bool quits(void)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	char key = 0;

	if (poll(&in, 1, PERIOD_MS) <= 0)
		return false;
	return read(STDIN_FILENO, &key, 1) <= 0 || key == 'q' || key == 'Q';
}

static int print_once(const char *socket)
{
	json_t *was = NULL, *now = NULL;
	double then = now_s();
	int status = look(socket, &was);

	if (!status) {
		poll(NULL, 0, PERIOD_MS);
		status = look(socket, &now);
	}
	if (!status)
		sl_top_frame(stdout, was, now, now_s() - then, ALL_ROWS, SL_TOP_COLUMNS);
	json_decref(was);
	json_decref(now);
	return status;
}

/* Takes the first look over. False: the daemon has gone. */
static bool show_live(const char *socket, json_t *was)
{
	double then = now_s(), now;
	bool there = true;

	draw(was, was, 1);
	while (there && !over && !quits()) {
		json_t *views = NULL;

		there = !look(socket, &views);
		now = now_s();
		if (there)
			draw(was, views, now - then);
		json_decref(was);
		was = views;
		then = now;
	}
	json_decref(was);
	return there;
}

int sl_top_run(const char *socket, bool once)
{
	json_t *first = NULL;
	bool there;
	int status;

	if (once)
		return print_once(socket);
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		fprintf(stderr, "sluicectl: top needs a terminal; --once prints one frame\n");
		return SL_EXIT_USAGE;
	}
	status = look(socket, &first);
	if (status) {
		json_decref(first);
		return status;
	}
	set_signals();
	raw();
	there = show_live(socket, first);
	restore();
	if (!there)
		fprintf(stderr, "sluicectl: sluiced has gone\n");
	return there ? EXIT_SUCCESS : SL_EXIT_NO_DAEMON;
}
