/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lines of a screen, each as wide as a terminal shows it: characters of two columns and of none
 * count as such, by the locale. Text is fit for a terminal (sl_show_plain). Private to ctrl/cli.
 */
#ifndef SL_CTRL_CLI_TOP_TEXT_H
#define SL_CTRL_CLI_TOP_TEXT_H

#include <stddef.h>
#include <stdio.h>

enum sl_top_style {
	SL_TOP_PLAIN,
	SL_TOP_BOLD,
	SL_TOP_BAR,      /* a title from edge to edge */
	SL_TOP_SELECTED, /* the same for a row */
	SL_TOP_POOR,     /* does not sound well */
	SL_TOP_ALARM,
	SL_TOP_STYLES,
};

struct sl_top_screen {
	unsigned rows, columns; /* what there is room for */
	unsigned n;             /* lines, up to `rows` */
	struct sl_top_line {
		enum sl_top_style style;
		char *text; /* NULL: out of memory */
	} * line;
};

/* False: out of memory. */
__attribute__((warn_unused_result)) int sl_top_screen_open(
	struct sl_top_screen *screen, unsigned rows, unsigned columns);
void sl_top_screen_close(struct sl_top_screen *screen);

/* Adds a line, cut to the width; none where there is no room for it. */
__attribute__((format(printf, 3, 4))) void sl_top_line(
	struct sl_top_screen *screen, enum sl_top_style style, const char *format, ...);

/* All lines as text, without blanks at their ends. */
void sl_top_screen_print(const struct sl_top_screen *screen, FILE *out);

/*
 * Writes as much of `text` as `columns` have room for, filled up with blanks, and a NUL: whole
 * characters. One that the locale cannot show becomes "?", and so do letters that are written from
 * right to left: what follows them in a row would change places. Returns the bytes of `text` that
 * are shown.
 */
size_t sl_top_fit(char *out, size_t room, const char *text, unsigned columns);

#endif
