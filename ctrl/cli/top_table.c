/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/cli/top_table.h"

#include <string.h>

#include "ctrl/cli/show.h"
#include "ctrl/cli/show_json.h"
#include "ctrl/cli/top_frame.h"

enum { ID_LEAST = 12, ID_MOST = 48, ADDRESSES = 44, CELL = 256 };

enum column { STATE, AGE, PACKETS, BACK, LOSS, JITTER, MOS, DROPS, PARTIES, COLUMNS };

static const struct {
	const char *title;
	unsigned width;
	enum sl_top_column by;
} columns[COLUMNS] = {
	[STATE] = {"state", 10, SL_TOP_STATE},
	[AGE] = {"age", 8, SL_TOP_AGE},
	[PACKETS] = {"pps", 5, SL_TOP_RATE},
	[BACK] = {"back", 5, SL_TOP_N_COLUMNS},
	[LOSS] = {"loss%", 6, SL_TOP_LOSS},
	[JITTER] = {"jit", 5, SL_TOP_JITTER},
	[MOS] = {"MOS", 4, SL_TOP_MOS},
	[DROPS] = {"drops", 6, SL_TOP_DROPS},
	[PARTIES] = {" parties", ADDRESSES, SL_TOP_N_COLUMNS},
};

/* Which of them there is room for, beside an id of `id` columns. */
struct layout {
	bool has[COLUMNS];
	unsigned id;
};

static struct layout lay_out(unsigned width)
{
	/* The first is the last to go. */
	static const enum column order[] = {
		MOS, LOSS, JITTER, DROPS, STATE, PACKETS, BACK, AGE, PARTIES};
	struct layout l = {.id = width > 1 ? width - 1 : 0};

	for (size_t i = 0; i < COLUMNS; i++) {
		unsigned takes = columns[order[i]].width + 1;

		if (l.id < ID_LEAST + takes)
			break;
		l.has[order[i]] = true;
		l.id -= takes;
	}
	if (l.id > ID_MOST)
		l.id = ID_MOST;
	return l;
}

/* Below 0: not known. */
static void figure(char cell[CELL], double value, int decimals)
{
	if (value < 0)
		strcpy(cell, "-");
	else
		snprintf(cell, CELL, "%.*f", decimals, value);
}

static void parties(char cell[CELL], const json_t *call)
{
	const json_t *addresses = json_object_get(call, "addresses");
	const char *a = json_string_value(json_array_get(addresses, 0));
	const char *b = json_string_value(json_array_get(addresses, 1));

	snprintf(cell, CELL, " %s %s", a ? a : "-", b ? b : "-");
}

/* `call` is fit for a terminal. */
static void value(
	char cell[CELL], const struct sl_top_call *row, const json_t *call, enum column column)
{
	switch (column) {
	case STATE:
		snprintf(cell, CELL, "%s", text(call, "state"));
		break;
	case AGE:
		sl_top_age(cell, number(call, "age"));
		break;
	case PACKETS:
	case BACK:
		figure(cell, row->compared ? row->rate[column == BACK] : -1, 0);
		break;
	case LOSS:
		figure(cell, sl_top_figure(call, "loss_percent"), 1);
		break;
	case JITTER:
		figure(cell, sl_top_figure(call, "jitter_ms"), 1);
		break;
	case MOS:
		figure(cell, sl_top_figure(call, "mos"), 1);
		break;
	case DROPS:
		figure(cell, (double)number(call, "drops"), 0);
		break;
	default:
		parties(cell, call);
	}
}

/* A cell behind a blank, numbers to the right. */
static size_t put(char *line, const char *cell, enum column column)
{
	bool left = column == STATE || column == PARTIES;
	int width = (int)columns[column].width;

	return (size_t)snprintf(line, CELL, left ? " %-*.*s" : " %*.*s", width, width, cell);
}

static void title(
	struct sl_top_screen *screen, const struct sl_top_state *state, const struct layout *l)
{
	char line[COLUMNS * CELL], cell[CELL];
	size_t len;

	snprintf(cell, sizeof(cell), "%s%s", state->order.by == SL_TOP_ID ? "*" : "", "call-id");
	len = (size_t)snprintf(
		line, CELL, "%s%-*.*s", state->once ? "" : " ", (int)l->id, (int)l->id, cell);
	for (enum column c = 0; c < COLUMNS; c++) {
		if (!l->has[c])
			continue;
		snprintf(cell, sizeof(cell), "%s%s", state->order.by == columns[c].by ? "*" : "",
			columns[c].title);
		len += put(line + len, cell, c);
	}
	sl_top_line(screen, SL_TOP_BAR, "%s", line);
}

/* A listener is not pleased: MOS below 3.6, or 5 % lost (ITU-T G.107 Annex B). */
static bool is_poor(const json_t *call)
{
	double mos = sl_top_figure(call, "mos");

	return (mos >= 0 && mos < 3.6) || sl_top_figure(call, "loss_percent") >= 5;
}

static void row(struct sl_top_screen *screen, const struct sl_top_state *state,
	const struct layout *l, const struct sl_top_call *call, bool here)
{
	json_t *plain = sl_show_plain(call->call, SL_ESCAPE_LINE);
	char line[COLUMNS * CELL + 4 * CELL], cell[CELL];
	size_t len = 0;

	if (!state->once)
		line[len++] = here ? '>' : ' ';
	sl_top_fit(line + len, 4 * CELL, text(plain, "id"), l->id);
	len += strlen(line + len);
	for (enum column c = 0; c < COLUMNS; c++) {
		if (!l->has[c])
			continue;
		value(cell, call, plain, c);
		len += put(line + len, cell, c);
	}
	sl_top_line(screen,
		here             ? SL_TOP_SELECTED
		: is_poor(plain) ? SL_TOP_POOR
				 : SL_TOP_PLAIN,
		"%s", line);
	json_decref(plain);
}

void sl_top_table(struct sl_top_screen *screen, const struct sl_top_state *state,
	const struct sl_top_calls *calls)
{
	struct layout l = lay_out(screen->columns + state->once);

	title(screen, state, &l);
	for (size_t i = state->first; i < calls->n && i < state->first + state->page; i++)
		row(screen, state, &l, &calls->row[i], !state->once && i == state->cursor);
}
