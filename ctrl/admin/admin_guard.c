/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/admin/admin_guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/base/address.h"
#include "ctrl/records/json_text.h"

enum { TOP = 10 };

static void add_line(void *lines, const char *key, const char *value)
{
	json_array_append_new(lines, sl_json_format("%s = %s", key, value));
}

/* "key = value" lines, as the configuration has them. */
static json_t *policy_lines(const struct sl_guard_config *config)
{
	json_t *lines = json_array();

	sl_guard_config_walk(config, NULL, add_line, lines);
	return lines;
}

static int by_packets(const void *a, const void *b)
{
	const struct sl_top_source *x = a, *y = b;

	return (x->packets < y->packets) - (x->packets > y->packets);
}

static json_t *top_sources(const struct sl_protection *protection)
{
	struct sl_top_source all[SL_TOP_SOURCES];
	json_t *rows = json_array();

	memcpy(all, protection->top.list, sizeof(all));
	qsort(all, protection->top.n, sizeof(all[0]), by_packets);
	for (unsigned i = 0; i < protection->top.n && i < TOP; i++) {
		char text[SL_ADDRESS_TEXT];
		const char *by;

		json_array_append_new(rows,
			json_pack("{s:s, s:I, s:s}", "source", sl_address_text(all[i].ip, text),
				"packets", (json_int_t)all[i].packets, "reason",
				sl_watched_name(all[i].watched, &by)));
	}
	return rows;
}

static json_t *reasons(const struct sl_protection *protection)
{
	json_t *rows = json_array();

	for (unsigned i = 0; i < SL_WATCHED; i++) {
		const struct sl_watched *a = &protection->watched[i];
		const char *by, *name = sl_watched_name(i, &by);

		if (a->count && name)
			json_array_append_new(rows,
				json_pack("{s:s, s:s, s:I, s:I, s:b, s:I}", "by", by, "reason",
					name, "packets", (json_int_t)a->count, "pps",
					(json_int_t)a->pps, "alarm", a->alarm.raised, "since",
					(json_int_t)(a->alarm.raised ? a->alarm.since : 0)));
	}
	return rows;
}

json_t *sl_admin_guard_drops(const struct sl_protection *protection)
{
	static const char *const texts[SL_GUARD_COUNTER_COUNT] = {
#define X(id, label, text) [SL_GUARD_##id] = text,
		SL_GUARD_COUNTERS(X)
#undef X
	};
	uint64_t total[SL_GUARD_COUNTER_COUNT] = {0}, counters[SL_GUARD_COUNTER_COUNT];
	json_t *rows = json_array();
	struct sl_error error = {0};

	for (unsigned i = 0; i < SL_MAX_PORTS; i++)
		if (protection->guards[i] &&
			sl_guard_counters(protection->guards[i], counters, &error) == 0)
			for (unsigned c = 0; c < SL_GUARD_COUNTER_COUNT; c++)
				total[c] += counters[c];
	for (unsigned c = 0; c < SL_GUARD_COUNTER_COUNT; c++) {
		const char *by, *name = sl_watched_name(c, &by);

		if (c != SL_GUARD_REDIRECTED && c != SL_GUARD_PASSED)
			json_array_append_new(
				rows, json_pack("{s:s, s:I, s:s}", "name", name, "packets",
					      (json_int_t)total[c], "reason", texts[c]));
	}
	return rows;
}

json_t *sl_admin_guard(const struct sl_protection *protection)
{
	unsigned guards = 0;

	for (unsigned i = 0; i < SL_MAX_PORTS; i++)
		guards += protection->guards[i] != NULL;
	return json_pack("{s:i, s:o, s:o, s:o}", "ports_with_xdp", (int)guards, "policy",
		policy_lines(&protection->config), "top_sources", top_sources(protection),
		"reasons", reasons(protection));
}

json_t *sl_admin_guard_set(struct sl_protection *protection, const json_t *request, const char *who)
{
	const char *key = json_string_value(json_object_get(request, "key"));
	const char *value = json_string_value(json_object_get(request, "value"));
	struct sl_unrestored left = {.n = 0};
	struct sl_error error = {0};

	if (!key || !value)
		return sl_json_error("set what? the request has no key or value");
	if (sl_protection_set(protection, who, key, value, &left, &error) != 0) {
		sl_unrestored_log(&left, "guard");
		return sl_json_refused(&error, &left);
	}
	return sl_admin_guard(protection);
}
