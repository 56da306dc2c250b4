/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/limits/prefix_changes.h"

#include <stdlib.h>
#include <string.h>

static int by_prefix(const void *a, const void *b)
{
	const struct sl_listed *x = a, *y = b;
	int order = memcmp(x->ip, y->ip, sizeof(x->ip));

	return order ? order : x->bits - y->bits;
}

static void sort(const struct sl_guard_config *config, struct sl_listed list[SL_MAX_PREFIXES])
{
	memcpy(list, config->listed, config->n_listed * sizeof(list[0]));
	qsort(list, config->n_listed, sizeof(list[0]), by_prefix);
}

/*
 * Stages, the first to come first. The longest prefix counts: to allow more, or to deny less,
 * refuses nothing. To deny more, or to allow less, refuses only what the new list does once the
 * first two are done.
 */
static int stage(const struct sl_prefix_change *change)
{
	if (change->after == SL_PREFIX_ALLOW)
		return 0;
	if (change->after == SL_PREFIX_DENY)
		return 2;
	return change->before == SL_PREFIX_DENY ? 1 : 3;
}

static int by_stage(const void *a, const void *b)
{
	return stage(a) - stage(b);
}

static int by_room(const void *a, const void *b)
{
	const struct sl_prefix_change *x = a, *y = b;
	int order = (x->after != SL_PREFIX_NONE) - (y->after != SL_PREFIX_NONE);

	return order ? order : by_stage(a, b);
}

unsigned sl_prefix_changes(const struct sl_guard_config *before,
	const struct sl_guard_config *after, struct sl_prefix_change changes[SL_PREFIX_CHANGES])
{
	static struct sl_listed old[SL_MAX_PREFIXES], new[SL_MAX_PREFIXES]; /* large */
	unsigned o = 0, k = 0, n = 0, added = 0;

	sort(before, old);
	sort(after, new);
	while (o < before->n_listed || k < after->n_listed) {
		int order = o == before->n_listed  ? 1
			    : k == after->n_listed ? -1
						   : by_prefix(&old[o], &new[k]);
		struct sl_prefix_change change = {
			.listed = order > 0 ? new[k] : old[o],
			.before = order > 0 ? SL_PREFIX_NONE : old[o].prefix,
			.after = order < 0 ? SL_PREFIX_NONE : new[k].prefix,
		};

		o += order <= 0;
		k += order >= 0;
		added += order > 0;
		change.listed.prefix = change.after;
		if (change.before != change.after)
			changes[n++] = change;
	}
	qsort(changes, n, sizeof(changes[0]),
		before->n_listed + added > SL_MAX_PREFIXES ? by_room : by_stage);
	return n;
}
