/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/cli/top_terminal.h"

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "ctrl/cli/top_keys.h"

enum { ESC_MS = 100 }; /* what follows a lone Esc later is a key of its own, over a slow line too */

static SCREEN *terminal;

/* Colours repeat what is written, for who sees them and wants to (https://no-color.org). */
static void set_colours(void)
{
	const char *none = getenv("NO_COLOR");

	if ((none && *none) || !has_colors())
		return;
	start_color();
	use_default_colors();
	init_pair(SL_TOP_POOR, COLOR_YELLOW, -1);
	init_pair(SL_TOP_ALARM, COLOR_RED, -1);
}

const char *sl_terminal_open(void)
{
	const char *moves;

	terminal = newterm(NULL, stdout, stdin);
	if (!terminal)
		return "does not know the terminal that TERM names";
	moves = tigetstr("cup");
	if (!moves || moves == (const char *)-1) {
		sl_terminal_close();
		return "needs a terminal whose cursor can be moved, which that of TERM cannot";
	}
	set_escdelay(ESC_MS);
	cbreak();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	curs_set(0);
	set_colours();
	return NULL;
}

void sl_terminal_close(void)
{
	endwin();
	delscreen(terminal);
	terminal = NULL;
}

void sl_terminal_size(unsigned *rows, unsigned *columns)
{
	*rows = (unsigned)getmaxy(stdscr);
	*columns = (unsigned)getmaxx(stdscr);
}

static attr_t attributes(enum sl_top_style style)
{
	static const attr_t all[SL_TOP_STYLES] = {
		[SL_TOP_BOLD] = A_BOLD,
		[SL_TOP_BAR] = A_REVERSE,
		[SL_TOP_SELECTED] = A_REVERSE,
		[SL_TOP_ALARM] = A_BOLD,
	};

	return all[style] | (attr_t)COLOR_PAIR(style);
}

void sl_terminal_draw(const struct sl_top_screen *screen)
{
	erase();
	for (unsigned i = 0; i < screen->n; i++) {
		attrset(attributes(screen->line[i].style));
		mvaddstr((int)i, 0, screen->line[i].text ? screen->line[i].text : "");
	}
	attrset(A_NORMAL);
	refresh();
}

static uint32_t named_key(wint_t key)
{
	static const struct {
		wint_t theirs;
		uint32_t ours;
	} keys[] = {{KEY_UP, SL_KEY_UP}, {KEY_DOWN, SL_KEY_DOWN}, {KEY_PPAGE, SL_KEY_PAGE_UP},
		{KEY_NPAGE, SL_KEY_PAGE_DOWN}, {KEY_HOME, SL_KEY_HOME}, {KEY_END, SL_KEY_END},
		{KEY_ENTER, SL_KEY_ENTER}, {KEY_BACKSPACE, SL_KEY_BACKSPACE}};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].theirs == key)
			return keys[i].ours;
	return SL_KEY_NONE;
}

static uint32_t character(wint_t key)
{
	switch (key) {
	case '\r':
	case '\n':
		return SL_KEY_ENTER;
	case 0x7f:
	case '\b':
		return SL_KEY_BACKSPACE;
	case 0x1b:
		return SL_KEY_ESC;
	default:
		return key;
	}
}

/*
 * Behind an Esc: the rest of a control sequence (ECMA-48 5.4) that ncurses does not know is no
 * keys. True: there was one.
 */
static bool skip_sequence(void)
{
	wint_t read;

	timeout(0);
	if (get_wch(&read) != OK)
		return false;
	if (read != '[' && read != 'O') {
		unget_wch((wchar_t)read);
		return false;
	}
	do {
		if (get_wch(&read) != OK)
			break;
	} while (read < 0x40 || read > 0x7e);
	return true;
}

enum sl_terminal_event sl_terminal_wait(unsigned ms, uint32_t *key)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	wint_t read;
	int what;

	timeout((int)ms);
	what = get_wch(&read);
	if (what == ERR)
		return poll(&in, 1, 0) > 0 && in.revents & (POLLHUP | POLLERR | POLLNVAL)
			       ? SL_TERMINAL_GONE
			       : SL_TERMINAL_NOTHING;
	if (what == KEY_CODE_YES && read == KEY_RESIZE)
		return SL_TERMINAL_RESIZED;
	*key = what == KEY_CODE_YES ? named_key(read) : character(read);
	if (*key == SL_KEY_ESC && skip_sequence())
		*key = SL_KEY_NONE;
	return SL_TERMINAL_KEY;
}
