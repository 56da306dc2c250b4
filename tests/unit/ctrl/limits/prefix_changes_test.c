/* SPDX-License-Identifier: BSD-3-Clause */
/* From any list to any other: the end is right, and nothing is refused on the way that both let in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/limits/prefix_changes.h"
#include "tests/unit/unit_random.h"

enum { ROUNDS = 2000, MOST = 8, SPACE = 16 };

static struct sl_guard_config before, after, now;
static struct sl_prefix_change changes[SL_PREFIX_CHANGES];

/* From a small space, so that prefixes meet: 10.0.0.0/28 and what is in it. */
static struct sl_listed prefix(unsigned seed)
{
	struct sl_listed listed = {.ip = {[10] = 0xff, [11] = 0xff, [12] = 10}};
	unsigned bits = seed % 5;

	listed.bits = (uint8_t)(124 + bits);
	listed.ip[15] = (uint8_t)((seed / 5 % SPACE) >> (4 - bits) << (4 - bits));
	return listed;
}

static void add(struct sl_guard_config *config, struct sl_listed listed, enum sl_prefix list)
{
	sl_guard_config_forget(config, &listed);
	listed.prefix = (uint8_t)list;
	if (list != SL_PREFIX_NONE)
		config->listed[config->n_listed++] = listed;
}

static void random_list(struct sl_guard_config *config)
{
	config->n_listed = 0;
	for (unsigned n = unit_below(MOST); n > 0; n--)
		add(config, prefix(unit_random()),
			unit_below(2) ? SL_PREFIX_ALLOW : SL_PREFIX_DENY);
}

static bool denies(const struct sl_guard_config *config, unsigned host)
{
	uint8_t ip[16] = {[10] = 0xff, [11] = 0xff, [12] = 10, [15] = (uint8_t)host};

	return sl_guard_config_denies(config, ip);
}

static bool same(const struct sl_guard_config *a, const struct sl_guard_config *b)
{
	unsigned found = 0;

	for (unsigned i = 0; i < a->n_listed; i++)
		for (unsigned k = 0; k < b->n_listed; k++)
			found += !memcmp(&a->listed[i], &b->listed[k], sizeof(a->listed[i]));
	return found == a->n_listed && found == b->n_listed;
}

static void nothing_is_refused_on_the_way(void **state)
{
	unit_seed = 1;
	for (int round = 0; round < ROUNDS; round++) {
		unsigned n;

		random_list(&before);
		random_list(&after);
		now = before;
		n = sl_prefix_changes(&before, &after, changes);
		for (unsigned i = 0; i < n; i++) {
			assert_int_not_equal(changes[i].before, changes[i].after);
			add(&now, changes[i].listed, (enum sl_prefix)changes[i].after);
			for (unsigned host = 0; host < SPACE; host++)
				if (!denies(&before, host) && !denies(&after, host) &&
					denies(&now, host))
					fail_msg("round %d, change %u: 10.0.0.%u", round, i, host);
		}
		if (!same(&now, &after))
			fail_msg("round %d: another list at the end", round);
	}
}

static void fill(struct sl_guard_config *config, uint8_t net)
{
	config->n_listed = SL_MAX_PREFIXES;
	for (unsigned i = 0; i < SL_MAX_PREFIXES; i++)
		config->listed[i] = (struct sl_listed){.ip = {[10] = 0xff,
							       [11] = 0xff,
							       [12] = net,
							       [14] = (uint8_t)(i >> 8),
							       [15] = (uint8_t)i},
			.bits = 128,
			.prefix = i % 2 ? SL_PREFIX_DENY : SL_PREFIX_ALLOW};
}

/* A full list for another: never more than there is room for. */
static void there_is_room_on_the_way(void **state)
{
	unsigned n, used = SL_MAX_PREFIXES;

	fill(&before, 10);
	fill(&after, 11);
	n = sl_prefix_changes(&before, &after, changes);
	assert_int_equal(n, SL_PREFIX_CHANGES);
	for (unsigned i = 0; i < n; i++) {
		used += changes[i].before == SL_PREFIX_NONE;
		used -= changes[i].after == SL_PREFIX_NONE;
		assert_true(used <= SL_MAX_PREFIXES);
	}
	assert_int_equal(used, SL_MAX_PREFIXES);
	assert_int_equal(sl_prefix_changes(&before, &before, changes), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_refused_on_the_way),
		cmocka_unit_test(there_is_room_on_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
