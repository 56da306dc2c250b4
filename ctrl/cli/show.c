/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/cli/show.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctrl/cli/show_json.h"

static void show_cell(const char *value, int width)
{
	int len = (int)strlen(value);

	/* A long call-id is cut, and shown to be. */
	if (len > width) {
		int at = width - 1;

		while (at && ((unsigned char)value[at] & 0xc0) == 0x80) /* a character's end */
			at--;
		printf("%.*s~%*s", at, value, width - at, "");
	} else
		printf("%-*s ", width, value);
}

void sl_show_calls(const json_t *a)
{
	const json_t *calls = json_object_get(a, "calls"), *call;
	size_t i;

	printf("%-28s %-10s %8s %10s %10s %8s\n", "call-id", "state", "age", "packets", "back",
		"drops");
	json_array_foreach(calls, i, call)
	{
		const json_t *packets = json_object_get(call, "packets");
		json_int_t age = number(call, "age");

		show_cell(text(call, "id"), 28);
		printf("%-10s %2d:%02d:%02d %10" JSON_INTEGER_FORMAT " %10" JSON_INTEGER_FORMAT
		       " %8" JSON_INTEGER_FORMAT "\n",
			text(call, "state"), (int)(age / 3600), (int)(age / 60 % 60),
			(int)(age % 60), json_integer_value(json_array_get(packets, 0)),
			json_integer_value(json_array_get(packets, 1)), number(call, "drops"));
	}
	printf("%zu call(s)\n", json_array_size(calls));
}

/* Breaks at spaces, to `width` columns from `indent` on. */
static void show_wrapped(const char *line, int indent, int width)
{
	while ((int)strlen(line) > width) {
		int at = width;

		while (at > 1 && line[at] != ' ')
			at--;
		printf("%.*s\n%*s", at, line, indent, "");
		line += line[at] == ' ' ? at + 1 : at;
	}
	puts(line);
}

bool sl_show_all;

static bool some_dropped(const json_t *drops)
{
	const json_t *drop;
	size_t i;

	json_array_foreach(drops, i, drop) if (number(drop, "packets")) return true;
	return false;
}

static void show_reasons(const char *by, const json_t *drops)
{
	const json_t *drop;
	size_t i;

	if (some_dropped(drops) || sl_show_all)
		printf("%-26s %12s  %s\n", by, "packets", "meaning");
	else
		printf("%-26s nothing\n", by);
	json_array_foreach(drops, i, drop)
	{
		if (!number(drop, "packets") && !sl_show_all)
			continue;
		printf("%-26s %12" JSON_INTEGER_FORMAT "  ", text(drop, "name"),
			number(drop, "packets"));
		show_wrapped(text(drop, "reason"), 41, 39);
	}
}

void sl_show_drops(const json_t *a)
{
	show_reasons("by XDP", json_object_get(a, "guard_drops"));
	putchar('\n');
	show_reasons("by workers", json_object_get(a, "drops"));
	printf("%-26s %12" JSON_INTEGER_FORMAT "\n", "forwarded", number(a, "forwarded"));
	if (!sl_show_all)
		puts("Reasons that did not occur are left out; --all shows them.");
}

void sl_show_guard(const json_t *a)
{
	const json_t *row;
	size_t i;

	printf("policy (%d port(s) with XDP)\n", (int)number(a, "ports_with_xdp"));
	json_array_foreach(json_object_get(a, "policy"), i, row)
		printf("  %s\n", json_string_value(row));
	printf("\n%-8s %-26s %12s %10s  %s\n", "by", "reason", "drops", "a second", "alarm");
	json_array_foreach(json_object_get(a, "reasons"), i, row)
	{
		printf("%-8s %-26s %12" JSON_INTEGER_FORMAT " %10" JSON_INTEGER_FORMAT "  ",
			text(row, "by"), text(row, "reason"), number(row, "packets"),
			number(row, "pps"));
		if (json_is_true(json_object_get(row, "alarm"))) {
			printf("for ");
			show_age((json_int_t)time(NULL) - number(row, "since"));
		}
		putchar('\n');
	}
	printf("\n%-40s %14s  %s\n", "top sources, lately", "drops (est.)", "last for");
	json_array_foreach(json_object_get(a, "top_sources"), i, row)
		printf("%-40s %14" JSON_INTEGER_FORMAT "  %s\n", text(row, "source"),
			number(row, "packets"), text(row, "reason"));
}

/* Counters of the guard, zeros included: a `passed` of 0 says something too. */
static void show_guard(const json_t *guard)
{
	char line[640];
	size_t len = (size_t)snprintf(line, sizeof(line), "  guard:");
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)guard, name, value)
	{
		if (len < sizeof(line))
			len += (size_t)snprintf(line + len, sizeof(line) - len,
				" %s %" JSON_INTEGER_FORMAT, name, json_integer_value(value));
	}
	show_wrapped(line, strlen("  guard: "), 70);
}

static void show_interface(const json_t *interface)
{
	const json_t *pairs = json_object_get(interface, "pairs");

	printf("  interface %s: %s", text(interface, "name"), text(interface, "address"));
	if (number(interface, "vlan"))
		printf(" in VLAN %d", (int)number(interface, "vlan"));
	if (strcmp(text(interface, "address"), text(interface, "advertise")))
		printf(", shown as %s", text(interface, "advertise"));
	printf("\n    port pairs: %d taken, %d resting, of %d\n", (int)number(pairs, "taken"),
		(int)number(pairs, "resting"), (int)number(pairs, "total"));
}

void sl_show_ports(const json_t *a)
{
	json_t *ports = json_object_get(a, "ports"), *port, *value;
	size_t i, j;

	json_array_foreach(ports, i, port)
	{
		json_t *guard = json_object_get(port, "guard");

		printf("port %s: %s, link %s, mtu %d, %d queue(s)\n", text(port, "name"),
			text(port, "driver"), yes_no(port, "link"), (int)number(port, "mtu"),
			(int)number(port, "queues"));
		if (number(port, "resets"))
			printf("  its device was reset %d time(s), state: %s\n",
				(int)number(port, "resets"), text(port, "state"));
		if (number(port, "queues") > 1)
			printf("  rss: %s\n", text(port, "rss"));
		printf("  rx %" JSON_INTEGER_FORMAT " packets, %" JSON_INTEGER_FORMAT
		       " bytes, missed %" JSON_INTEGER_FORMAT "\n",
			number(port, "rx"), number(port, "rx_bytes"), number(port, "missed"));
		printf("  tx %" JSON_INTEGER_FORMAT " packets, %" JSON_INTEGER_FORMAT " bytes\n",
			number(port, "tx"), number(port, "tx_bytes"));
		if (json_is_object(guard))
			show_guard(guard);
		json_array_foreach(json_object_get(port, "interfaces"), j, value)
			show_interface(value);
	}
}
