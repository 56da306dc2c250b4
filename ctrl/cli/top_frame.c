/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctrl/cli/show_json.h"
#include "ctrl/cli/top.h"

enum { REASONS = 8, SOURCES = 3, AGE = 40, ID = 36 };

struct frame {
	FILE *out;
	unsigned rows, columns; /* rows that are left */
	double seconds;
};

static void age(char text[AGE], json_int_t seconds)
{
	unsigned long long s = seconds > 0 ? (unsigned long long)seconds : 0;

	snprintf(
		text, AGE, "%llu:%02u:%02u", s / 3600, (unsigned)(s / 60 % 60), (unsigned)(s % 60));
}

/* The bytes of at most `columns` whole characters. */
static int cut(const char *text, unsigned columns)
{
	int bytes = 0;

	for (; text[bytes]; bytes++)
		if (((unsigned char)text[bytes] & 0xc0) != 0x80 && columns-- == 0)
			break;
	return bytes;
}

/* A line, cut to the width. */
__attribute__((format(printf, 2, 3))) static void line(struct frame *f, const char *format, ...)
{
	char text[512];
	va_list arguments;

	if (!f->rows)
		return;
	f->rows--;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	fprintf(f->out, "%.*s\n", cut(text, f->columns), text);
}

/* A second; a counter that began anew has no rate. */
static double rate(const struct frame *f, const json_t *before, const json_t *now, const char *key)
{
	json_int_t grown = number(now, key) - number(before, key);

	return before && grown > 0 ? (double)grown / f->seconds : 0;
}

static void head(struct frame *f, const json_t *before, const json_t *now)
{
	const json_t *calls = json_object_get(now, "calls");
	const json_t *load = json_object_get(now, "load");
	char up[AGE];

	age(up, (json_int_t)time(NULL) - number(now, "started"));
	line(f, "sluiced %s, up %s   calls %d of %d, %.1f new/s   NG %.1f/s   load %.2f",
		text(now, "version"), up, (int)number(calls, "now"),
		(int)number(load, "max_sessions"),
		rate(f, json_object_get(before, "calls"), calls, "ever"),
		rate(f, json_object_get(before, "control"), json_object_get(now, "control"),
			"served"),
		json_number_value(json_array_get(json_object_get(load, "load_average"), 0)));
}

static void workers(struct frame *f, const json_t *before, const json_t *now)
{
	const json_t *w;
	size_t i;

	line(f, "%s", "");
	line(f, "%-8s %6s %6s %10s %10s %12s", "worker", "busy", "waits", "rx/s", "tx/s",
		"forwarded/s");
	json_array_foreach(json_object_get(now, "workers"), i, w)
	{
		const json_t *was = json_array_get(json_object_get(before, "workers"), i);
		double busy = rate(f, was, w, "busy_ns"), idle = rate(f, was, w, "idle_ns");
		const json_t *wait = json_object_get(w, "core_wait");

		line(f, "core %-3d %5.1f%% %5.1f%% %10.0f %10.0f %12.0f", (int)number(w, "core"),
			busy + idle > 0 ? 100 * busy / (busy + idle) : 0,
			json_number_value(json_object_get(wait, "percent")), rate(f, was, w, "rx"),
			rate(f, was, w, "tx"), rate(f, was, w, "forwarded"));
	}
}

static void ports(struct frame *f, const json_t *before, const json_t *now)
{
	const json_t *p;
	size_t i;

	line(f, "%s", "");
	line(f, "%-15s %4s %10s %9s %10s %9s %9s", "port", "link", "rx/s", "Mbit/s", "tx/s",
		"Mbit/s", "missed/s");
	json_array_foreach(json_object_get(now, "ports"), i, p)
	{
		const json_t *was = json_array_get(json_object_get(before, "ports"), i);

		line(f, "%-15.15s %4s %10.0f %9.2f %10.0f %9.2f %9.0f", text(p, "name"),
			yes_no(p, "link"), rate(f, was, p, "rx"),
			rate(f, was, p, "rx_bytes") * 8 / 1e6, rate(f, was, p, "tx"),
			rate(f, was, p, "tx_bytes") * 8 / 1e6, rate(f, was, p, "missed"));
	}
}

static void core_alarms(struct frame *f, const json_t *status)
{
	const json_t *w;
	size_t i;

	json_array_foreach(json_object_get(status, "workers"), i, w)
	{
		const json_t *wait = json_object_get(w, "core_wait");
		const json_t *ran = json_array_get(json_object_get(wait, "ran"), 0);
		char since[AGE];
		const char *more;

		if (!json_is_true(json_object_get(wait, "alarm")))
			continue;
		age(since, (json_int_t)time(NULL) - number(wait, "since"));
		more = json_is_true(json_object_get(wait, "hidden"))
			       ? "somebody hidden from sluiced"
		       : ran ? NULL
			     : "not known by whom";
		line(f, "ALARM core %d is taken from its worker, for %s: %s%s%s",
			(int)number(w, "core"), since, ran ? text(ran, "name") : "",
			ran && more ? ", " : "", more ? more : "");
	}
}

/* Who is refused: reasons that grow, or have an alarm; who sends most. */
static void refused(struct frame *f, const json_t *guard)
{
	const json_t *row;
	unsigned shown = 0;
	size_t i;

	line(f, "%s", "");
	line(f, "%-8s %-26s %10s  %s", "drops by", "reason", "a second", "alarm");
	json_array_foreach(json_object_get(guard, "reasons"), i, row)
	{
		bool alarm = json_is_true(json_object_get(row, "alarm"));
		char since[AGE] = "";

		if ((!alarm && !number(row, "pps")) || shown++ == REASONS)
			continue;
		if (alarm)
			age(since, (json_int_t)time(NULL) - number(row, "since"));
		line(f, "%-8s %-26s %10" JSON_INTEGER_FORMAT "  %s%s", text(row, "by"),
			text(row, "reason"), number(row, "pps"), alarm ? "ALARM for " : "", since);
	}
	json_array_foreach(json_object_get(guard, "top_sources"), i, row)
	{
		if (i < SOURCES)
			line(f, "  from   %-39s %" JSON_INTEGER_FORMAT " lately, last for %s",
				text(row, "source"), number(row, "packets"), text(row, "reason"));
	}
}

struct row {
	const json_t *call;
	double rate[2];
};

static json_int_t packets(const json_t *call, unsigned way)
{
	return json_integer_value(json_array_get(json_object_get(call, "packets"), way));
}

static const json_t *same_call(const json_t *calls, const char *id)
{
	const json_t *call;
	size_t i;

	json_array_foreach(calls, i, call)
	{
		if (!strcmp(text(call, "id"), id))
			return call;
	}
	return NULL;
}

static int by_rate(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	double left = x->rate[0] + x->rate[1], right = y->rate[0] + y->rate[1];

	return (left < right) - (left > right);
}

/* Those that are shown most; the same place in both lists, as long as no call ended. */
static void talkers(struct frame *f, const json_t *before, const json_t *now)
{
	size_t n = json_array_size(now);
	struct row *rows = n ? calloc(n, sizeof(*rows)) : NULL;

	line(f, "%s", "");
	line(f, "%-36s %-10s %9s %7s %7s %6s", "busiest calls", "state", "age", "rtp/s", "back/s",
		"drops");
	for (size_t i = 0; rows && i < n; i++) {
		const json_t *was = json_array_get(before, i);

		rows[i].call = json_array_get(now, i);
		if (!was || strcmp(text(was, "id"), text(rows[i].call, "id")) != 0)
			was = n <= 1000 ? same_call(before, text(rows[i].call, "id")) : NULL;
		for (unsigned way = 0; was && way < 2; way++)
			rows[i].rate[way] =
				(double)(packets(rows[i].call, way) - packets(was, way)) /
				f->seconds;
	}
	if (rows)
		qsort(rows, n, sizeof(*rows), by_rate);
	for (size_t i = 0; rows && i < n && f->rows; i++) {
		char since[AGE];
		const char *id = text(rows[i].call, "id");
		int bytes = cut(id, ID), columns = 0;

		while (columns < ID && cut(id, (unsigned)columns) < bytes)
			columns++;
		age(since, number(rows[i].call, "age"));
		line(f, "%.*s%*s %-10s %9s %7.0f %7.0f %6" JSON_INTEGER_FORMAT, bytes, id,
			ID - columns, "", text(rows[i].call, "state"), since, rows[i].rate[0],
			rows[i].rate[1], number(rows[i].call, "drops"));
	}
	free(rows);
}

void sl_top_frame(FILE *out, const json_t *before, const json_t *now, double seconds, unsigned rows,
	unsigned columns)
{
	struct frame f = {
		.out = out, .rows = rows, .columns = columns, .seconds = seconds > 0 ? seconds : 1};
	const json_t *status = json_object_get(now, "status");

	head(&f, json_object_get(before, "status"), status);
	core_alarms(&f, status);
	workers(&f, json_object_get(before, "status"), status);
	ports(&f, json_object_get(before, "ports"), json_object_get(now, "ports"));
	refused(&f, json_object_get(now, "guard"));
	if (json_object_get(now, "calls"))
		talkers(&f, json_object_get(json_object_get(before, "calls"), "calls"),
			json_object_get(json_object_get(now, "calls"), "calls"));
}
