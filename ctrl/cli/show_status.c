/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctrl/cli/show.h"
#include "ctrl/cli/show_json.h"

/* For how much of the last seconds others had the worker's core. */
static void show_core_wait(const json_t *wait)
{
	if (json_is_object(wait))
		printf("%5.1f%%\n", json_real_value(json_object_get(wait, "percent")));
	else
		puts("     -");
}

static const char *nobody_named(const json_t *wait)
{
	if (!json_is_true(json_object_get(wait, "looked")))
		return "who runs there is being looked for";
	if (json_is_true(json_object_get(wait, "hidden")))
		return "another process, hidden from sluiced; as root: sluicectl doctor";
	return "nobody who stays: short-lived processes, or the kernel";
}

static void show_core_alarm(const json_t *worker)
{
	const json_t *wait = json_object_get(worker, "core_wait"), *task;
	const json_t *ran = json_object_get(wait, "ran");
	size_t i;

	if (!json_is_true(json_object_get(wait, "alarm")))
		return;
	printf("core %d: OTHERS HAVE IT while its worker waits, for ", (int)number(worker, "core"));
	show_age((json_int_t)time(NULL) - number(wait, "since"));
	putchar('\n');
	json_array_foreach(ran, i, task) printf("         %.40s (pid %d) had %d %%\n",
		text(task, "name"), (int)number(task, "pid"), (int)number(task, "percent"));
	if (!json_array_size(ran))
		printf("         %s\n", nobody_named(wait));
}

static void show_workers(const json_t *workers)
{
	const json_t *w;
	size_t i;

	printf("\n%-7s %14s %14s %14s %10s %8s %6s\n", "worker", "rx", "tx", "forwarded",
		"to kernel", "busy", "waits");
	json_array_foreach(workers, i, w)
	{
		double busy = (double)number(w, "busy_ns"), idle = (double)number(w, "idle_ns");

		printf("core %-2d %14" JSON_INTEGER_FORMAT " %14" JSON_INTEGER_FORMAT
		       " %14" JSON_INTEGER_FORMAT " %10" JSON_INTEGER_FORMAT " %7.1f%% ",
			(int)number(w, "core"), number(w, "rx"), number(w, "tx"),
			number(w, "forwarded"), number(w, "punted"),
			busy + idle > 0 ? 100 * busy / (busy + idle) : 0);
		show_core_wait(json_object_get(w, "core_wait"));
	}
	json_array_foreach(workers, i, w) show_core_alarm(w);
}

static void show_commands(json_t *commands)
{
	const char *name;
	json_t *c;

	printf("\n%-15s %14s %14s\n", "command", "requests", "errors");
	json_object_foreach(commands, name, c)
		printf("%-15s %14" JSON_INTEGER_FORMAT " %14" JSON_INTEGER_FORMAT "\n", name,
			number(c, "requests"), number(c, "errors"));
}

/* Only those that occurred. */
static void show_refusals(json_t *refusals)
{
	const char *name, *before = "refused:   ";
	json_t *n;

	json_object_foreach(refusals, name, n)
	{
		if (!json_integer_value(n))
			continue;
		printf("%s%" JSON_INTEGER_FORMAT " %s", before, json_integer_value(n), name);
		before = ", ";
	}
	if (*before == ',')
		putchar('\n');
}

/* "38 (limit 80)", or only what there is. */
static void show_limited(const char *what, const json_t *pair)
{
	json_int_t limit = json_integer_value(json_array_get(pair, 1));

	printf("%s %.*f", what, json_is_real(json_array_get(pair, 0)) ? 2 : 0,
		json_number_value(json_array_get(pair, 0)));
	if (limit)
		printf(" (limit %" JSON_INTEGER_FORMAT ")", limit);
}

static void show_load(const json_t *load, json_t *admission)
{
	const char *name, *before = "";
	json_t *n;

	show_limited("load: worker %", json_object_get(load, "worker_percent"));
	show_limited(", Mbit/s", json_object_get(load, "mbit_per_s"));
	show_limited(", load average", json_object_get(load, "load_average"));
	printf("\nnew calls: %" JSON_INTEGER_FORMAT " admitted, %" JSON_INTEGER_FORMAT
	       " emergency\nrefused for ",
		number(admission, "admitted"), number(admission, "emergency"));
	json_object_foreach((json_t *)admission, name, n)
	{
		if (!strcmp(name, "admitted") || !strcmp(name, "emergency"))
			continue;
		printf("%s%s %" JSON_INTEGER_FORMAT, before, name, json_integer_value(n));
		before = ", ";
	}
	putchar('\n');
}

static void show_next_hops(const json_t *hops)
{
	printf("media goes to %" JSON_INTEGER_FORMAT " address(es), of which %" JSON_INTEGER_FORMAT
	       " have no neighbour; next hops: %" JSON_INTEGER_FORMAT "\n",
		number(hops, "destinations"), number(hops, "destinations") - number(hops, "known"),
		number(hops, "next_hops"));
	if (number(hops, "waiting") || number(hops, "put_off"))
		printf("         %" JSON_INTEGER_FORMAT
		       " of them wait until the kernel may be asked for them, %" JSON_INTEGER_FORMAT
		       " had to: parties name on-link addresses that nobody answers for\n",
			number(hops, "waiting"), number(hops, "put_off"));
}

static void show_records(json_t *records)
{
	const char *name;
	json_t *file;

	json_object_foreach(records, name, file)
	{
		printf("%s: %" JSON_INTEGER_FORMAT " records written, %" JSON_INTEGER_FORMAT
		       " lost",
			name, number(file, "written"), number(file, "lost"));
		if (json_is_string(json_object_get(file, "error")))
			printf("; NOW: %s", text(file, "error"));
		putchar('\n');
	}
}

static void show_homer(const json_t *homer)
{
	if (!homer)
		return;
	printf("Homer: %" JSON_INTEGER_FORMAT " reports of RTCP, %" JSON_INTEGER_FORMAT
	       " of our own, %" JSON_INTEGER_FORMAT " lost\n",
		number(homer, "rtcp"), number(homer, "measured"), number(homer, "lost"));
	if (json_is_string(json_object_get(homer, "error")))
		printf("         the last for: %s\n", text(homer, "error"));
}

void sl_show_status(const json_t *a)
{
	const json_t *calls = json_object_get(a, "calls"), *control = json_object_get(a, "control"),
		     *udp = json_object_get(a, "udp"), *ws = json_object_get(a, "websocket");

	printf("sluiced %s, pid %d, up ", text(a, "version"), (int)number(a, "pid"));
	show_age((json_int_t)time(NULL) - number(a, "started"));
	printf("\ncrypto %s, hugepages %s, %.1f MiB resident\n", text(a, "crypto"),
		yes_no(a, "hugepages"), (double)number(a, "resident_kib") / 1024);
	printf("calls: %d now, %" JSON_INTEGER_FORMAT " ever, %" JSON_INTEGER_FORMAT
	       " never answered\n",
		(int)number(calls, "now"), number(calls, "ever"), number(calls, "timed_out"));
	show_load(json_object_get(a, "load"), json_object_get(a, "admission"));
	show_next_hops(json_object_get(a, "next_hops"));
	show_workers(json_object_get(a, "workers"));
	show_commands(json_object_get(a, "commands"));
	show_refusals(json_object_get(a, "refusals"));
	printf("\ncontrol: %" JSON_INTEGER_FORMAT " requests served, %" JSON_INTEGER_FORMAT
	       " malformed, %" JSON_INTEGER_FORMAT " by users not allowed\n",
		number(control, "served"), number(control, "malformed"),
		number(control, "refused_by_user"));
	printf("         %" JSON_INTEGER_FORMAT " incomplete, %" JSON_INTEGER_FORMAT
	       " too slow, %" JSON_INTEGER_FORMAT " evicted, %" JSON_INTEGER_FORMAT " connected\n",
		number(control, "incomplete"), number(control, "timeouts"),
		number(control, "evicted"), number(control, "connections"));
	printf("         %" JSON_INTEGER_FORMAT
	       " closed unread; a turn of the loop took at most %.1f ms\n",
		number(control, "crowded"),
		(double)number(json_object_get(a, "loop"), "longest_us") / 1000);
	if (ws)
		printf("NG by WebSocket: %" JSON_INTEGER_FORMAT " connected, %" JSON_INTEGER_FORMAT
		       " requests served,\n         %" JSON_INTEGER_FORMAT
		       " malformed, %" JSON_INTEGER_FORMAT " by sources not allowed\n",
			number(ws, "connections"), number(ws, "served"), number(ws, "malformed"),
			number(ws, "refused_by_source"));
	if (udp)
		printf("NG by UDP: %" JSON_INTEGER_FORMAT " requests served, %" JSON_INTEGER_FORMAT
		       " repeated, %" JSON_INTEGER_FORMAT
		       " malformed,\n         %" JSON_INTEGER_FORMAT
		       " by sources not allowed, %" JSON_INTEGER_FORMAT " unanswered\n",
			number(udp, "served"), number(udp, "duplicates"), number(udp, "malformed"),
			number(udp, "refused_by_source"), number(udp, "unanswered"));
	show_records(json_object_get(a, "records"));
	show_homer(json_object_get(a, "homer"));
	sl_show_drift(json_object_get(a, "config"));
}
