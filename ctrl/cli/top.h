/* SPDX-License-Identifier: BSD-3-Clause */
/* `sluicectl top`: the relay at a glance, once a second. */
#ifndef SL_CTRL_CLI_TOP_H
#define SL_CTRL_CLI_TOP_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

enum { SL_TOP_COLUMNS = 80, SL_TOP_ROWS = 24 };

/*
 * Writes one frame of at most `rows` lines of `columns` columns: what happened in the `seconds`
 * between two looks, each an object with the views status, ports and guard, and calls if that may
 * be seen, fit for a terminal (sl_show_plain).
 */
void sl_top_frame(FILE *out, const json_t *before, const json_t *now, double seconds, unsigned rows,
	unsigned columns);

/*
 * Until q is pressed or the daemon is gone; `once`: one frame, after a second, also where there is
 * no terminal. Returns the exit status.
 */
int sl_top_run(const char *socket, bool once);

#endif
