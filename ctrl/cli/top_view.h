/* SPDX-License-Identifier: BSD-3-Clause */
/* The screen of `sluicectl top`: parts above, calls below, or a pane instead. Private to ctrl/cli.
 */
#ifndef SL_CTRL_CLI_TOP_VIEW_H
#define SL_CTRL_CLI_TOP_VIEW_H

#include "ctrl/cli/top_frame.h"
#include "ctrl/cli/top_keys.h"

/*
 * Draws a frame that fits the screen; `calls` are those of the looks, in the state's order.
 * `detail`: for SL_TOP_DETAIL, lines of text. Tells the state how many rows there were room for.
 */
void sl_top_draw(struct sl_top_screen *screen, struct sl_top_state *state,
	const struct sl_top_looks *looks, const struct sl_top_calls *calls, const char *detail);

#endif
