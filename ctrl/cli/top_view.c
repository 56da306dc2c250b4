/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/cli/top_view.h"

#include <string.h>

#include "ctrl/base/escape.h"
#include "ctrl/cli/top_table.h"

enum { TALL = 30 }; /* rows from which there is room for more than the most important */

static const char *const help[] = {
	"Each row is a call: packets a second of the first party and back; of the stream",
	"that has the worst of it what is lost since it began, the jitter now, the MOS on",
	"average (1 bad, 4.5 best), as in `sluicectl call`; what the relay dropped.",
	"",
	"  < >              the column before, behind: rows are in its order (*)",
	"  r l j m d a i    order by rate, loss, jitter, MOS, drops, age, id",
	"  R                the other way round",
	"  /                only calls with a text in id, address or label; Esc: all",
	"  arrows, PgUp, PgDn, Home, End    move",
	"  Enter            this call: what `sluicectl why` and `call` say; Esc: back",
	"  space            stop, go on",
	"  1 2 3            workers, ports, drops: hide, show",
	"  q                quit",
};

/* Rows left for the parts above the calls, and how many of each there are. */
struct room {
	unsigned spare, tall;
};

/* The rows that fit of a part with a title and `wanted` rows, at most `most`; 0: none does. */
static unsigned take(struct room *room, unsigned wanted, unsigned most)
{
	unsigned rows = wanted < most ? wanted : most;

	if (room->spare < 2 || !rows)
		return 0;
	if (rows > room->spare - 1)
		rows = room->spare - 1;
	room->spare -= rows + 1;
	return rows;
}

static unsigned size_of(const struct sl_top_looks *l, const char *view, const char *key)
{
	return (unsigned)json_array_size(json_object_get(json_object_get(l->now, view), key));
}

static unsigned at_most(unsigned n, unsigned most)
{
	return n < most ? n : most;
}

/* Faults have the first claim to room, then workers, then ports. */
static void parts(struct sl_top_screen *s, const struct sl_top_state *state,
	const struct sl_top_looks *l, unsigned spare)
{
	bool tall = s->rows >= TALL;
	struct room room = {.spare = spare};
	unsigned alarms = at_most(sl_top_count_alarms(l), spare > 3 ? 3 : 1);
	unsigned reasons = sl_top_count_refused(l), refused = 0, sources = 0, workers = 0,
		 ports = 0;

	room.spare -= at_most(alarms, room.spare);
	if (!state->hidden[SL_TOP_REFUSED])
		refused = reasons ? take(&room, reasons, tall ? 8 : 3) : room.spare >= 1;
	if (!reasons && refused)
		room.spare--;
	if (!state->hidden[SL_TOP_WORKERS])
		workers = take(&room, size_of(l, "status", "workers"), tall ? s->rows / 5 : 4);
	if (!state->hidden[SL_TOP_PORTS])
		ports = take(&room, size_of(l, "ports", "ports"), tall ? s->rows / 10 : 2);
	if (refused && tall)
		sources = at_most(room.spare, 3);
	sl_top_head(s, l);
	sl_top_alarms(s, l, alarms);
	if (workers)
		sl_top_workers(s, l, workers);
	if (ports)
		sl_top_ports(s, l, ports);
	if (refused)
		sl_top_refused(s, l, refused, sources);
}

/* The last line says what keys do, or what was typed. */
static void foot(
	struct sl_top_screen *s, const struct sl_top_state *state, const struct sl_top_calls *calls)
{
	static const char keys[] =
		"q quit  ? help  / filter  < > sort  R reverse  Enter call  space pause";
	const char *filter = state->order.filter;

	while (s->n + 1 < s->rows)
		sl_top_line(s, SL_TOP_PLAIN, "%s", "");
	if (state->typing)
		sl_top_line(s, SL_TOP_BOLD, "/%s_   %zu of %zu calls   Enter: so  Esc: all", filter,
			calls->n, calls->total);
	else if (*filter)
		sl_top_line(s, SL_TOP_BOLD, "%s/%s: %zu of %zu calls   Esc: all  %s",
			state->paused ? "PAUSED  " : "", filter, calls->n, calls->total, keys);
	else
		sl_top_line(s, SL_TOP_BOLD, "%s%s", state->paused ? "PAUSED  " : "", keys);
}

static void table(struct sl_top_screen *s, struct sl_top_state *state, const struct sl_top_looks *l,
	const struct sl_top_calls *calls)
{
	/* Head, title, foot; and eight calls, or half of a tall screen. */
	unsigned fixed = 3, most = s->rows / 2 > 12 ? s->rows / 2 - 4 : 8;
	bool seen = json_object_get(l->now, "calls");

	if (!seen)
		most = 0;
	parts(s, state, l, s->rows > fixed + most ? s->rows - fixed - most : 0);
	state->page = s->rows > s->n + 2 ? s->rows - s->n - 2 : 0;
	sl_top_follow(state, calls);
	if (seen)
		sl_top_table(s, state, calls);
	else
		sl_top_line(s, SL_TOP_PLAIN, "Calls are shown to root and the service user.");
	if (!state->once)
		foot(s, state, calls);
}

/* Lines of text, long ones broken, from `*first` on; which stays within the text. */
static void lines(struct sl_top_screen *s, const char *text, size_t *first, unsigned rows)
{
	char line[4096], cut[8192];
	size_t n = 0, skip;

	for (int pass = 0; pass < 2; pass++) {
		skip = *first;
		n = 0;
		for (const char *at = text; *at; n++) {
			size_t len = strcspn(at, "\n"), shown;

			len = len < sizeof(line) ? len : sizeof(line) - 1;
			memcpy(line, at, len);
			line[len] = '\0';
			shown = sl_top_fit(cut, sizeof(cut), line, s->columns);
			if (pass && n >= skip && n < skip + rows)
				sl_top_line(s, SL_TOP_PLAIN, "%s", cut);
			at += shown ? shown : len;
			at += *at == '\n';
		}
		if (*first + rows > n)
			*first = n > rows ? n - rows : 0;
	}
}

static void detail(struct sl_top_screen *s, struct sl_top_state *state, const char *text)
{
	sl_top_line(s, SL_TOP_BAR, "call %s", sl_word(state->shown).text);
	state->page = s->rows > 2 ? s->rows - 2 : 0;
	lines(s, text ? text : "", &state->shown_first, (unsigned)state->page);
	while (s->n + 1 < s->rows)
		sl_top_line(s, SL_TOP_PLAIN, "%s", "");
	sl_top_line(s, SL_TOP_BOLD, "%sEsc back  arrows, PgUp, PgDn move  q quit",
		state->paused ? "PAUSED  " : "");
}

static void show_help(struct sl_top_screen *s)
{
	sl_top_line(s, SL_TOP_BAR, "sluicectl top");
	for (size_t i = 0; i < sizeof(help) / sizeof(help[0]) && s->n + 1 < s->rows; i++)
		sl_top_line(s, SL_TOP_PLAIN, "%s", help[i]);
	while (s->n + 1 < s->rows)
		sl_top_line(s, SL_TOP_PLAIN, "%s", "");
	sl_top_line(s, SL_TOP_BOLD, "any key: back  q quit");
}

void sl_top_draw(struct sl_top_screen *screen, struct sl_top_state *state,
	const struct sl_top_looks *looks, const struct sl_top_calls *calls, const char *text)
{
	if (state->pane == SL_TOP_HELP)
		show_help(screen);
	else if (state->pane == SL_TOP_DETAIL)
		detail(screen, state, text);
	else
		table(screen, state, looks, calls);
}
