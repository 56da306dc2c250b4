/* SPDX-License-Identifier: BSD-3-Clause */
/* An operator's wishes of `sluicectl top`, key by key. Private to ctrl/cli. */
#ifndef SL_CTRL_CLI_TOP_KEYS_H
#define SL_CTRL_CLI_TOP_KEYS_H

#include <stdint.h>

#include "ctrl/cli/top_calls.h"

/* Keys that are no character of Unicode. */
enum {
	SL_KEY_NONE = 0x110000, /* one that nobody knows */
	SL_KEY_UP,
	SL_KEY_DOWN,
	SL_KEY_PAGE_UP,
	SL_KEY_PAGE_DOWN,
	SL_KEY_HOME,
	SL_KEY_END,
	SL_KEY_ENTER,
	SL_KEY_BACKSPACE,
	SL_KEY_ESC,
};

enum sl_top_section { SL_TOP_WORKERS, SL_TOP_PORTS, SL_TOP_REFUSED, SL_TOP_SECTIONS };

enum sl_top_pane {
	SL_TOP_TABLE,
	SL_TOP_HELP,
	SL_TOP_DETAIL, /* of one call */
};

struct sl_top_state {
	struct sl_top_order order;
	enum sl_top_pane pane;
	bool typing; /* the filter */
	bool paused;
	bool once; /* a frame that nobody moves in */
	bool hidden[SL_TOP_SECTIONS];
	char *selected;     /* a call's id, which the cursor stays with; NULL: the first row */
	size_t cursor;      /* its row */
	size_t first, page; /* the row at the top, and how many there is room for */
	char *shown;        /* SL_TOP_DETAIL: its id */
	size_t shown_first; /* line at the top */
};

enum sl_top_act {
	SL_TOP_GO_ON,
	SL_TOP_ASK, /* for the call that is to be shown */
	SL_TOP_QUIT,
};

enum sl_top_act sl_top_key(
	struct sl_top_state *state, uint32_t key, const struct sl_top_calls *calls);

/* Puts the cursor where its call is now, and in sight; once the calls are in another order. */
void sl_top_follow(struct sl_top_state *state, const struct sl_top_calls *calls);

void sl_top_state_free(struct sl_top_state *state);

#endif
