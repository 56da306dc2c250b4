/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/cli/top_frame.h"

#include <stdlib.h>
#include <time.h>

#include "ctrl/cli/show_json.h"

void sl_top_age(char age[SL_TOP_AGE_TEXT], json_int_t seconds)
{
	unsigned long long s = seconds > 0 ? (unsigned long long)seconds : 0;

	snprintf(age, SL_TOP_AGE_TEXT, "%llu:%02u:%02u", s / 3600, (unsigned)(s / 60 % 60),
		(unsigned)(s % 60));
}

/* A second; a counter that began anew has no rate. */
static double rate(
	const struct sl_top_looks *l, const json_t *before, const json_t *now, const char *key)
{
	json_int_t grown = number(now, key) - number(before, key);

	return before && grown > 0 && l->seconds > 0 ? (double)grown / l->seconds : 0;
}

static const json_t *before(const struct sl_top_looks *l, const char *view, const char *key)
{
	return json_object_get(json_object_get(l->before, view), key);
}

static const json_t *now(const struct sl_top_looks *l, const char *view, const char *key)
{
	return json_object_get(json_object_get(l->now, view), key);
}

/* NG's requests; `served` of its server has the admin socket's too, and so our own. */
static json_int_t requests(const json_t *commands)
{
	json_int_t sum = 0;
	const char *name;
	json_t *command;

	json_object_foreach((json_t *)commands, name, command) sum += number(command, "requests");
	return sum;
}

static double request_rate(const struct sl_top_looks *l)
{
	const json_t *was = before(l, "status", "commands");
	json_int_t grown = requests(now(l, "status", "commands")) - requests(was);

	return was && grown > 0 && l->seconds > 0 ? (double)grown / l->seconds : 0;
}

void sl_top_head(struct sl_top_screen *s, const struct sl_top_looks *l)
{
	const json_t *status = json_object_get(l->now, "status");
	const json_t *calls = now(l, "status", "calls"), *load = now(l, "status", "load");
	char up[SL_TOP_AGE_TEXT], most[32] = "";

	sl_top_age(up, (json_int_t)time(NULL) - number(status, "started"));
	if (number(load, "max_sessions")) /* 0: no limit */
		snprintf(most, sizeof(most), " of %d", (int)number(load, "max_sessions"));
	sl_top_line(s, SL_TOP_BOLD,
		"sluiced %s, up %s   calls %d%s, %.1f new/s   NG %.1f/s   load %.2f",
		text(status, "version"), up, (int)number(calls, "now"), most,
		rate(l, before(l, "status", "calls"), calls, "ever"), request_rate(l),
		json_number_value(json_array_get(json_object_get(load, "load_average"), 0)));
}

unsigned sl_top_count_alarms(const struct sl_top_looks *l)
{
	const json_t *worker;
	unsigned n = 0;
	size_t i;

	json_array_foreach(now(l, "status", "workers"), i, worker) n +=
		json_is_true(json_object_get(json_object_get(worker, "core_wait"), "alarm"));
	return n;
}

void sl_top_alarms(struct sl_top_screen *s, const struct sl_top_looks *l, unsigned most)
{
	const json_t *w;
	size_t i;

	json_array_foreach(now(l, "status", "workers"), i, w)
	{
		const json_t *wait = json_object_get(w, "core_wait");
		const json_t *ran = json_array_get(json_object_get(wait, "ran"), 0);
		char since[SL_TOP_AGE_TEXT];
		const char *more;

		if (!json_is_true(json_object_get(wait, "alarm")) || !most)
			continue;
		most--;
		sl_top_age(since, (json_int_t)time(NULL) - number(wait, "since"));
		more = json_is_true(json_object_get(wait, "hidden"))
			       ? "somebody hidden from sluiced"
		       : ran ? NULL
			     : "not known by whom";
		sl_top_line(s, SL_TOP_ALARM,
			"ALARM core %d is taken from its worker, for %s: %s%s%s",
			(int)number(w, "core"), since, ran ? text(ran, "name") : "",
			ran && more ? ", " : "", more ? more : "");
	}
}

struct worker {
	const json_t *now;
	double busy, rx, tx, forwarded; /* %; a second */
};

static int busiest(const void *a, const void *b)
{
	double x = ((const struct worker *)a)->busy, y = ((const struct worker *)b)->busy;

	return (x < y) - (x > y);
}

static double percent_busy(const struct sl_top_looks *l, const json_t *was, const json_t *is)
{
	double busy = rate(l, was, is, "busy_ns"), idle = rate(l, was, is, "idle_ns");

	return busy + idle > 0 ? 100 * busy / (busy + idle) : 0;
}

/* In the place of those that there is no room for. */
static void other_workers(struct sl_top_screen *s, const struct worker *worker, size_t n)
{
	struct worker sum = {0};

	for (size_t i = 0; i < n; i++) {
		sum.busy += worker[i].busy;
		sum.rx += worker[i].rx;
		sum.tx += worker[i].tx;
		sum.forwarded += worker[i].forwarded;
	}
	sl_top_line(s, SL_TOP_PLAIN, "%2zu more  %5.1f%% %6s %10.0f %10.0f %12.0f", n,
		sum.busy / (double)n, "", sum.rx, sum.tx, sum.forwarded);
}

void sl_top_workers(struct sl_top_screen *s, const struct sl_top_looks *l, unsigned most)
{
	const json_t *workers = now(l, "status", "workers"), *w;
	size_t n = json_array_size(workers), shown = n > most && most ? most - 1 : n, i;
	struct worker *list = calloc(n + 1, sizeof(*list));

	sl_top_line(s, SL_TOP_BAR, "%-8s %6s %6s %10s %10s %12s", "worker", "busy", "waits", "rx/s",
		"tx/s", "forwarded/s");
	if (!list)
		return;
	json_array_foreach(workers, i, w)
	{
		const json_t *was = json_array_get(before(l, "status", "workers"), i);

		list[i] = (struct worker){w, percent_busy(l, was, w), rate(l, was, w, "rx"),
			rate(l, was, w, "tx"), rate(l, was, w, "forwarded")};
	}
	if (shown < n)
		qsort(list, n, sizeof(*list), busiest);
	for (i = 0; i < shown; i++)
		sl_top_line(s, SL_TOP_PLAIN, "core %-3d %5.1f%% %5.1f%% %10.0f %10.0f %12.0f",
			(int)number(list[i].now, "core"), list[i].busy,
			json_number_value(json_object_get(
				json_object_get(list[i].now, "core_wait"), "percent")),
			list[i].rx, list[i].tx, list[i].forwarded);
	if (shown < n)
		other_workers(s, list + shown, n - shown);
	free(list);
}

void sl_top_ports(struct sl_top_screen *s, const struct sl_top_looks *l, unsigned most)
{
	const json_t *ports = now(l, "ports", "ports"), *p;
	size_t i;

	sl_top_line(s, SL_TOP_BAR, "%-15s %4s %10s %9s %10s %9s %9s", "port", "link", "rx/s",
		"Mbit/s", "tx/s", "Mbit/s", "missed/s");
	json_array_foreach(ports, i, p)
	{
		const json_t *was = json_array_get(before(l, "ports", "ports"), i);

		if (i + 1 == most && json_array_size(ports) > most) {
			sl_top_line(s, SL_TOP_PLAIN, "%zu more: sluicectl ports",
				json_array_size(ports) - i);
			break;
		}
		sl_top_line(s, SL_TOP_PLAIN, "%-15.15s %4s %10.0f %9.2f %10.0f %9.2f %9.0f",
			text(p, "name"), yes_no(p, "link"), rate(l, was, p, "rx"),
			rate(l, was, p, "rx_bytes") * 8 / 1e6, rate(l, was, p, "tx"),
			rate(l, was, p, "tx_bytes") * 8 / 1e6, rate(l, was, p, "missed"));
	}
}

static bool refuses(const json_t *reason)
{
	return json_is_true(json_object_get(reason, "alarm")) || number(reason, "pps");
}

unsigned sl_top_count_refused(const struct sl_top_looks *l)
{
	const json_t *row;
	unsigned n = 0;
	size_t i;

	json_array_foreach(now(l, "guard", "reasons"), i, row) n += refuses(row);
	return n;
}

/* Those with an alarm come before the others. */
static void refused(
	struct sl_top_screen *s, const struct sl_top_looks *l, bool alarms, unsigned *most)
{
	const json_t *row;
	size_t i;

	json_array_foreach(now(l, "guard", "reasons"), i, row)
	{
		bool alarm = json_is_true(json_object_get(row, "alarm"));
		char since[SL_TOP_AGE_TEXT] = "";

		if (!refuses(row) || alarm != alarms || !*most)
			continue;
		--*most;
		if (alarm)
			sl_top_age(since, (json_int_t)time(NULL) - number(row, "since"));
		sl_top_line(s, alarm ? SL_TOP_ALARM : SL_TOP_PLAIN,
			"%-8s %-26s %10" JSON_INTEGER_FORMAT "  %s%s", text(row, "by"),
			text(row, "reason"), number(row, "pps"), alarm ? "ALARM for " : "", since);
	}
}

void sl_top_refused(
	struct sl_top_screen *s, const struct sl_top_looks *l, unsigned most, unsigned sources)
{
	const json_t *row;
	size_t i;

	if (!sl_top_count_refused(l)) {
		sl_top_line(s, SL_TOP_BAR, "drops: none just now");
		return;
	}
	sl_top_line(
		s, SL_TOP_BAR, "%-8s %-26s %10s  %s", "drops by", "reason", "a second", "alarm");
	refused(s, l, true, &most);
	refused(s, l, false, &most);
	json_array_foreach(now(l, "guard", "top_sources"), i, row)
	{
		if (i < sources)
			sl_top_line(s, SL_TOP_PLAIN,
				"  from   %-39s %" JSON_INTEGER_FORMAT " lately, last for %s",
				text(row, "source"), number(row, "packets"), text(row, "reason"));
	}
}
