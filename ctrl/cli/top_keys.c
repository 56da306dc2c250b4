/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/cli/top_keys.h"

#include <stdlib.h>
#include <string.h>

/* Characters are written as UTF-8 (RFC 3629). */
static void type(struct sl_top_order *order, uint32_t key)
{
	size_t len = strlen(order->filter), n = key < 0x80      ? 1
						: key < 0x800   ? 2
						: key < 0x10000 ? 3
								: 4;

	if (key < ' ' || key == 0x7f || (key >= 0x80 && key < 0xa0) ||
		len + n >= sizeof(order->filter))
		return;
	order->filter[len + n] = '\0';
	for (size_t i = n; i > 1; i--, key >>= 6)
		order->filter[len + i - 1] = (char)(0x80 | (key & 0x3f));
	order->filter[len] = (char)(n == 1 ? key : (0xf00u >> n & 0xff) | key);
}

static void untype(struct sl_top_order *order)
{
	size_t len = strlen(order->filter);

	while (len && ((unsigned char)order->filter[len - 1] & 0xc0) == 0x80)
		len--;
	order->filter[len ? len - 1 : 0] = '\0';
}

/* The filter, as far as it is typed, is in force. */
static enum sl_top_act key_of_filter(struct sl_top_state *state, uint32_t key)
{
	if (key == SL_KEY_ESC)
		state->order.filter[0] = '\0';
	if (key == SL_KEY_ESC || key == SL_KEY_ENTER)
		state->typing = false;
	else if (key == SL_KEY_BACKSPACE)
		untype(&state->order);
	else if (key < SL_KEY_NONE)
		type(&state->order, key);
	return SL_TOP_GO_ON;
}

/* `from` after a key that moves by a line, a page or to an end, up to `last`. */
static size_t moved(size_t from, size_t last, size_t page, uint32_t key)
{
	size_t by = key == SL_KEY_UP || key == SL_KEY_DOWN ? 1 : page ? page : 1;

	if (key == SL_KEY_HOME)
		return 0;
	if (key == SL_KEY_END)
		return last;
	if (key == SL_KEY_UP || key == SL_KEY_PAGE_UP)
		return from > by ? from - by : 0;
	if (key == SL_KEY_DOWN || key == SL_KEY_PAGE_DOWN)
		return from + by < last ? from + by : last;
	return from;
}

static enum sl_top_act key_of_detail(struct sl_top_state *state, uint32_t key)
{
	if (key == 'q')
		return SL_TOP_QUIT;
	if (key == SL_KEY_ESC)
		state->pane = SL_TOP_TABLE;
	/* How long it is, is known when it is drawn. */
	state->shown_first = moved(state->shown_first, SIZE_MAX / 2, state->page, key);
	return SL_TOP_GO_ON;
}

void sl_top_follow(struct sl_top_state *state, const struct sl_top_calls *calls)
{
	size_t at = state->selected ? sl_top_calls_find(calls, state->selected) : 0;

	/* It has ended, or does not match: the cursor stays where it was. */
	if (at < calls->n)
		state->cursor = at;
	if (state->cursor >= calls->n)
		state->cursor = calls->n ? calls->n - 1 : 0;
	if (state->first > state->cursor)
		state->first = state->cursor;
	if (state->page && state->cursor >= state->first + state->page)
		state->first = state->cursor - state->page + 1;
	if (state->page && state->first + state->page > calls->n)
		state->first = calls->n > state->page ? calls->n - state->page : 0;
}

static void move(struct sl_top_state *state, uint32_t key, const struct sl_top_calls *calls)
{
	if (!calls->n)
		return;
	state->cursor = moved(state->cursor, calls->n - 1, state->page, key);
	free(state->selected);
	state->selected = state->cursor ? strdup(calls->row[state->cursor].id) : NULL;
}

static enum sl_top_act show(struct sl_top_state *state, const struct sl_top_calls *calls)
{
	if (state->cursor >= calls->n)
		return SL_TOP_GO_ON;
	free(state->shown);
	state->shown = strdup(calls->row[state->cursor].id);
	if (!state->shown)
		return SL_TOP_GO_ON;
	state->shown_first = 0;
	state->pane = SL_TOP_DETAIL;
	return SL_TOP_ASK;
}

static void sort_by(struct sl_top_order *order, enum sl_top_column by)
{
	order->by = by;
	order->reversed = false;
}

static void key_of_order(struct sl_top_order *order, uint32_t key)
{
	static const struct {
		uint32_t key;
		enum sl_top_column by;
	} columns[] = {{'i', SL_TOP_ID}, {'a', SL_TOP_AGE}, {'r', SL_TOP_RATE}, {'l', SL_TOP_LOSS},
		{'j', SL_TOP_JITTER}, {'m', SL_TOP_MOS}, {'d', SL_TOP_DROPS}};

	if (key == '<')
		sort_by(order, (order->by + SL_TOP_N_COLUMNS - 1) % SL_TOP_N_COLUMNS);
	else if (key == '>')
		sort_by(order, (order->by + 1) % SL_TOP_N_COLUMNS);
	else if (key == 'R')
		order->reversed = !order->reversed;
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		if (key == columns[i].key)
			sort_by(order, columns[i].by);
}

static enum sl_top_act key_of_table(
	struct sl_top_state *state, uint32_t key, const struct sl_top_calls *calls)
{
	switch (key) {
	case 'q':
		return SL_TOP_QUIT;
	case '?':
		state->pane = SL_TOP_HELP;
		break;
	case '/':
		state->typing = true;
		break;
	case ' ':
		state->paused = !state->paused;
		break;
	case '1':
	case '2':
	case '3':
		state->hidden[key - '1'] = !state->hidden[key - '1'];
		break;
	case SL_KEY_ESC:
		state->order.filter[0] = '\0';
		break;
	case SL_KEY_ENTER:
		return show(state, calls);
	default:
		if (key > SL_KEY_NONE)
			move(state, key, calls);
		else
			key_of_order(&state->order, key);
	}
	return SL_TOP_GO_ON;
}

enum sl_top_act sl_top_key(
	struct sl_top_state *state, uint32_t key, const struct sl_top_calls *calls)
{
	if (state->typing)
		return key_of_filter(state, key);
	if (state->pane == SL_TOP_DETAIL)
		return key_of_detail(state, key);
	if (state->pane == SL_TOP_HELP) {
		if (key != SL_KEY_NONE)
			state->pane = SL_TOP_TABLE;
		return key == 'q' ? SL_TOP_QUIT : SL_TOP_GO_ON;
	}
	return key_of_table(state, key, calls);
}

void sl_top_state_free(struct sl_top_state *state)
{
	free(state->selected);
	free(state->shown);
	*state = (struct sl_top_state){0};
}
