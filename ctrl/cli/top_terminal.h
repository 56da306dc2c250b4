/* SPDX-License-Identifier: BSD-3-Clause */
/* The terminal that `sluicectl top` draws on, by ncurses. Private to ctrl/cli. */
#ifndef SL_CTRL_CLI_TOP_TERMINAL_H
#define SL_CTRL_CLI_TOP_TERMINAL_H

#include <stdint.h>

#include "ctrl/cli/top_text.h"

/* Takes the terminal. NULL: it can be used; else why it cannot, as the end of a sentence. */
const char *sl_terminal_open(void);

/* Gives it back as it was. */
void sl_terminal_close(void);

void sl_terminal_size(unsigned *rows, unsigned *columns);
void sl_terminal_draw(const struct sl_top_screen *screen);

enum sl_terminal_event {
	SL_TERMINAL_KEY,
	SL_TERMINAL_NOTHING, /* in this time */
	SL_TERMINAL_RESIZED,
	SL_TERMINAL_GONE,
};

/* Waits for a key, so many milliseconds: a character of Unicode, or one of top_keys.h. */
enum sl_terminal_event sl_terminal_wait(unsigned ms, uint32_t *key);

#endif
