/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/cli/top_calls.h"

#include <stdlib.h>
#include <string.h>

#include "ctrl/cli/show_json.h"

double sl_top_figure(const json_t *call, const char *key)
{
	const json_t *value = json_object_get(call, key);

	return json_is_number(value) ? json_number_value(value) : -1;
}

static bool has(const json_t *value, const char *part)
{
	const char *text = json_string_value(value);

	return text && strcasestr(text, part);
}

static bool matches(const json_t *call, const char *part)
{
	const json_t *addresses = json_object_get(call, "addresses");
	const json_t *labels = json_object_get(call, "labels");

	if (!*part || has(json_object_get(call, "id"), part))
		return true;
	for (size_t i = 0; i < 2; i++)
		if (has(json_array_get(addresses, i), part) || has(json_array_get(labels, i), part))
			return true;
	return false;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(text(*(const json_t *const *)a, "id"), text(*(const json_t *const *)b, "id"));
}

/* The calls of a look in order of id. NULL: there are none, or no memory. */
static const json_t **index_of(const json_t *calls)
{
	size_t n = json_array_size(calls);
	const json_t **index = n ? malloc(n * sizeof(const json_t *)) : NULL;

	if (!index)
		return NULL;
	for (size_t i = 0; i < n; i++)
		index[i] = json_array_get(calls, i);
	qsort(index, n, sizeof(const json_t *), by_id);
	return index;
}

static json_int_t packets(const json_t *call, unsigned way)
{
	return json_integer_value(json_array_get(json_object_get(call, "packets"), way));
}

/* A call that has its id from one that ended counts from zero again. */
static void compare(struct sl_top_call *row, const json_t *was, double seconds)
{
	for (unsigned way = 0; way < 2; way++) {
		json_int_t grown = packets(row->call, way) - packets(was, way);

		row->rate[way] = grown > 0 && seconds > 0 ? (double)grown / seconds : 0;
	}
	row->compared = true;
}

/* Order of two calls, the first to be looked at first; what is not known comes last. */
static double order_of(const struct sl_top_call *x, const struct sl_top_call *y,
	enum sl_top_column by, bool *unknown)
{
	static const char *const keys[SL_TOP_N_COLUMNS] = {[SL_TOP_LOSS] = "loss_percent",
		[SL_TOP_JITTER] = "jitter_ms",
		[SL_TOP_MOS] = "mos"};
	double a, b;

	switch (by) {
	case SL_TOP_STATE:
		return strcmp(text(x->call, "state"), text(y->call, "state"));
	case SL_TOP_AGE:
		return (double)(number(y->call, "age") - number(x->call, "age"));
	case SL_TOP_DROPS:
		return (double)(number(y->call, "drops") - number(x->call, "drops"));
	case SL_TOP_RATE:
		return y->rate[0] + y->rate[1] - x->rate[0] - x->rate[1];
	case SL_TOP_LOSS:
	case SL_TOP_JITTER:
	case SL_TOP_MOS:
		a = sl_top_figure(x->call, keys[by]);
		b = sl_top_figure(y->call, keys[by]);
		*unknown = a < 0 || b < 0;
		if (*unknown)
			return (a < 0) - (b < 0);
		return by == SL_TOP_MOS ? a - b : b - a;
	default:
		return strcmp(x->id, y->id);
	}
}

static int by_order(const void *a, const void *b, void *context)
{
	const struct sl_top_order *order = context;
	const struct sl_top_call *x = a, *y = b;
	bool unknown = false;
	double less = order_of(x, y, order->by, &unknown);

	if (less == 0)
		return strcmp(x->id, y->id);
	if (order->reversed && !unknown)
		less = -less;
	return less < 0 ? -1 : 1;
}

bool sl_top_calls_make(struct sl_top_calls *calls, const json_t *before, const json_t *now,
	double seconds, const struct sl_top_order *order)
{
	size_t n_before = json_array_size(before), i;
	const json_t **index, *call;

	*calls = (struct sl_top_calls){.total = json_array_size(now)};
	calls->row = calloc(calls->total + 1, sizeof(*calls->row));
	if (!calls->row)
		return false;
	index = index_of(before);
	json_array_foreach(now, i, call)
	{
		struct sl_top_call *row = &calls->row[calls->n];
		const json_t **was;

		if (!matches(call, order->filter))
			continue;
		calls->n++;
		row->call = call;
		row->id = text(call, "id");
		was = index ? bsearch(&call, index, n_before, sizeof(const json_t *), by_id) : NULL;
		if (was)
			compare(row, *was, seconds);
	}
	if (calls->n)
		qsort_r(calls->row, calls->n, sizeof(*calls->row), by_order, (void *)order);
	free(index);
	return true;
}

void sl_top_calls_free(struct sl_top_calls *calls)
{
	free(calls->row);
	*calls = (struct sl_top_calls){0};
}

size_t sl_top_calls_find(const struct sl_top_calls *calls, const char *id)
{
	size_t i = 0;

	while (i < calls->n && strcmp(calls->row[i].id, id) != 0)
		i++;
	return i;
}
