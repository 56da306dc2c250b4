/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/cli/top_text.h"

#include <langinfo.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { LINE = 2048, MARKS = 2 }; /* accents and their like on one character, at most */

int sl_top_screen_open(struct sl_top_screen *screen, unsigned rows, unsigned columns)
{
	*screen = (struct sl_top_screen){.rows = rows, .columns = columns};
	screen->line = calloc(rows ? rows : 1, sizeof(*screen->line));
	return screen->line != NULL;
}

void sl_top_screen_close(struct sl_top_screen *screen)
{
	while (screen->n)
		free(screen->line[--screen->n].text);
	free(screen->line);
	screen->line = NULL;
}

/* The next character of text that is UTF-8 (RFC 3629). Returns its bytes. */
static size_t character(const char *text, uint32_t *code)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t n = *at < 0x80 ? 1 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : 4, i = 1;

	*code = n == 1 ? *at : *at & (0x7fu >> n);
	for (; i < n && (at[i] & 0xc0) == 0x80; i++)
		*code = *code << 6 | (at[i] & 0x3f);
	return i;
}

/* Hebrew, Arabic and their like (Unicode's DerivedBidiClass: R, AL). */
static bool from_the_right(uint32_t code)
{
	return (code >= 0x590 && code < 0x900) || (code >= 0xfb1d && code < 0xfe00) ||
	       (code >= 0xfe70 && code < 0xff00) || (code >= 0x10800 && code < 0x11000) ||
	       (code >= 0x1e800 && code < 0x1f000);
}

/* Columns of a character; -1: it is not to be shown. */
static int width(uint32_t code)
{
	if (code < 0x80)
		return code >= ' ' && code != 0x7f ? 1 : -1;
	if (from_the_right(code) || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		return -1;
	return wcwidth((wchar_t)code);
}

size_t sl_top_fit(char *out, size_t room, const char *text, unsigned columns)
{
	size_t shown = 0, used = 0;
	unsigned marks = 0;

	while (text[shown]) {
		uint32_t code;
		size_t bytes = character(text + shown, &code);
		int wide = width(code);
		unsigned takes = wide < 0 ? 1 : (unsigned)wide;

		if (takes > columns || used + bytes + columns >= room)
			break;
		marks = takes ? 0 : marks + 1;
		if (wide < 0)
			out[used++] = '?';
		else if (marks <= MARKS) {
			memcpy(out + used, text + shown, bytes);
			used += bytes;
		}
		columns -= takes;
		shown += bytes;
	}
	for (; columns && used + 1 < room; columns--)
		out[used++] = ' ';
	out[used] = '\0';
	return shown;
}

void sl_top_line(struct sl_top_screen *screen, enum sl_top_style style, const char *format, ...)
{
	char text[LINE], cut[2 * LINE];
	va_list arguments;

	if (screen->n == screen->rows)
		return;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	sl_top_fit(cut, sizeof(cut), text, screen->columns < LINE ? screen->columns : LINE);
	screen->line[screen->n++] = (struct sl_top_line){style, strdup(cut)};
}

void sl_top_screen_print(const struct sl_top_screen *screen, FILE *out)
{
	for (unsigned i = 0; i < screen->n; i++) {
		const char *text = screen->line[i].text ? screen->line[i].text : "";
		size_t len = strlen(text);

		while (len && text[len - 1] == ' ')
			len--;
		fprintf(out, "%.*s\n", (int)len, text);
	}
}
