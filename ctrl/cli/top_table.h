/* SPDX-License-Identifier: BSD-3-Clause */
/* The calls of `sluicectl top` as a table. Private to ctrl/cli. */
#ifndef SL_CTRL_CLI_TOP_TABLE_H
#define SL_CTRL_CLI_TOP_TABLE_H

#include "ctrl/cli/top_keys.h"
#include "ctrl/cli/top_text.h"

/*
 * Draws the title and `state->page` rows from `state->first` on. A narrow screen has fewer columns,
 * those of quality last to go; a wide one has the parties' addresses too. "*" marks the column that
 * rows are in order of, ">" the row of the cursor.
 */
void sl_top_table(struct sl_top_screen *screen, const struct sl_top_state *state,
	const struct sl_top_calls *calls);

#endif
