/* SPDX-License-Identifier: BSD-3-Clause */
/* A port has one owner at a time, rests before its next one, and always comes back. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/call/portpool.h"

enum { REST = 1000 };

/* xorshift32: the same run every time */
static uint32_t random_bits(void *context)
{
	uint32_t *state = context;

	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static uint32_t seed;

/* Exactly the size asked for, so that an overrun is seen by the sanitizer and by malloc's checks.
 */
static struct sl_portpool *make(uint16_t min, uint16_t max, uint64_t rest)
{
	void *memory = malloc(sl_portpool_size(min, max));

	assert_non_null(memory);
	memset(memory, 0xa5, sl_portpool_size(min, max));
	seed = 1;
	return sl_portpool_init(memory, min, max, rest, random_bits, &seed);
}

static void whole_pairs_only(void **state)
{
	static const struct {
		uint16_t min, max;
		unsigned pairs;
		uint16_t lowest, highest;
	} cases[] = {
		{20000, 20001, 1, 20000, 20000},
		{20000, 20000, 0, 0, 0},
		{20001, 20001, 0, 0, 0},
		{20001, 20002, 0, 0, 0},
		{20001, 20003, 1, 20002, 20002},
		{20001, 20004, 1, 20002, 20002},
		{20000, 20004, 2, 20000, 20002},
		{20002, 20001, 0, 0, 0},
		{1024, 65535, 32256, 1024, 65534},
		{0, 65535, 32768, 0, 65534},
		{65534, 65535, 1, 65534, 65534},
		{65535, 65535, 0, 0, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint16_t port, lowest = UINT16_MAX, highest = 0;
		struct sl_portpool *pool;

		assert_int_equal(
			sl_portpool_size(cases[i].min, cases[i].max) > 0, cases[i].pairs > 0);
		if (!cases[i].pairs)
			continue;
		pool = make(cases[i].min, cases[i].max, REST);
		assert_int_equal(sl_portpool_counts(pool, 0).total, cases[i].pairs);
		for (unsigned n = 0; n < cases[i].pairs; n++) {
			assert_int_equal(sl_portpool_take(pool, 0, &port), 0);
			lowest = port < lowest ? port : lowest;
			highest = port > highest ? port : highest;
		}
		assert_int_equal(sl_portpool_take(pool, 0, &port), -ENOSPC);
		assert_int_equal(lowest, cases[i].lowest);
		assert_int_equal(highest, cases[i].highest);
		free(pool);
	}
}

static void only_a_taken_port_is_given_back(void **state)
{
	struct sl_portpool *pool = make(20000, 20003, REST);
	uint16_t port;

	assert_int_equal(sl_portpool_give(pool, 0, 20000), -EINVAL);
	assert_int_equal(sl_portpool_take(pool, 0, &port), 0);
	assert_int_equal(sl_portpool_give(pool, 0, (uint16_t)(port + 1)), -EINVAL);
	assert_int_equal(sl_portpool_give(pool, 0, port ^ 2), -EINVAL);
	assert_int_equal(sl_portpool_give(pool, 0, 19998), -EINVAL);
	assert_int_equal(sl_portpool_give(pool, 0, 20004), -EINVAL);
	assert_int_equal(sl_portpool_give(pool, 0, 0), -EINVAL);
	assert_int_equal(sl_portpool_give(pool, 0, 65534), -EINVAL);
	assert_int_equal(sl_portpool_counts(pool, 0).taken, 1);
	assert_int_equal(sl_portpool_give(pool, 0, port), 0);
	assert_int_equal(sl_portpool_give(pool, 0, port), -EINVAL);
	assert_int_equal(sl_portpool_counts(pool, 0).taken, 0);
	assert_int_equal(sl_portpool_counts(pool, 0).resting, 1);
	free(pool);
}

static void a_given_port_rests(void **state)
{
	struct sl_portpool *pool = make(20000, 20001, REST);
	uint16_t port;

	assert_int_equal(sl_portpool_take(pool, 5, &port), 0);
	assert_int_equal(sl_portpool_take(pool, 5, &port), -ENOSPC);
	assert_int_equal(sl_portpool_give(pool, 10, port), 0);
	assert_int_equal(sl_portpool_take(pool, 10, &port), -ENOSPC);
	assert_int_equal(sl_portpool_take(pool, 10 + REST - 1, &port), -ENOSPC);
	assert_int_equal(sl_portpool_take(pool, 10 + REST, &port), 0);
	assert_int_equal(port, 20000);
	free(pool);
}

static void without_rest_a_port_is_back_at_once(void **state)
{
	struct sl_portpool *pool = make(20000, 20001, 0);
	uint16_t port;

	for (int i = 0; i < 3; i++) {
		assert_int_equal(sl_portpool_take(pool, 7, &port), 0);
		assert_int_equal(sl_portpool_give(pool, 7, port), 0);
	}
	free(pool);
}

/* Every port is as likely as any other, also after many rounds, and neighbours do not follow each
 * other. */
static void ports_are_drawn_evenly(void **state)
{
	enum { PAIRS = 16, ROUNDS = 16000 };
	struct sl_portpool *pool = make(20000, 20000 + 2 * PAIRS - 1, 0);
	unsigned drawn[PAIRS] = {0}, next = 0;
	uint16_t port, last = 0;

	for (int i = 0; i < ROUNDS; i++) {
		assert_int_equal(sl_portpool_take(pool, 0, &port), 0);
		drawn[(port - 20000) / 2]++;
		next += port == last + 2;
		last = port;
		assert_int_equal(sl_portpool_give(pool, 0, port), 0);
	}
	for (int i = 0; i < PAIRS; i++)
		assert_in_range(drawn[i], ROUNDS / PAIRS * 8 / 10, ROUNDS / PAIRS * 12 / 10);
	assert_in_range(next, ROUNDS / PAIRS / 2, ROUNDS / PAIRS * 2);
	free(pool);
}

/* Random life against a plain model: who owns which port, and since when the others rest. */
static void one_owner_and_all_come_back(void **state)
{
	enum { PAIRS = 200, FIRST = 30000, STEPS = 300000 };
	struct sl_portpool *pool = make(FIRST, FIRST + 2 * PAIRS - 1, REST);
	uint64_t now = 0, given[PAIRS] = {0};
	uint8_t owned[PAIRS] = {0}, used[PAIRS] = {0};
	uint32_t life = 99;
	unsigned n_owned = 0, exhausted = 0;
	uint16_t port;

	for (int step = 0; step < STEPS; step++) {
		unsigned pair = random_bits(&life) % PAIRS;

		now += random_bits(&life) % 16;
		if (random_bits(&life) % 100 < 55) {
			unsigned available = 0;

			for (int i = 0; i < PAIRS; i++)
				available += !owned[i] && (!used[i] || given[i] + REST <= now);
			if (sl_portpool_take(pool, now, &port)) {
				assert_int_equal(available, 0);
				exhausted++;
				continue;
			}
			assert_true(available > 0);
			assert_in_range(port, FIRST, FIRST + 2 * PAIRS - 2);
			assert_int_equal(port & 1, 0);
			pair = (port - FIRST) / 2;
			assert_false(owned[pair]);
			assert_true(!used[pair] || given[pair] + REST <= now);
			owned[pair] = used[pair] = 1;
			n_owned++;
		} else {
			int ret = sl_portpool_give(pool, now, (uint16_t)(FIRST + 2 * pair));

			assert_int_equal(ret, owned[pair] ? 0 : -EINVAL);
			if (owned[pair]) {
				owned[pair] = 0;
				given[pair] = now;
				n_owned--;
			}
		}
		assert_int_equal(sl_portpool_counts(pool, now).taken, n_owned);
	}
	assert_true(exhausted > 100);
	for (int i = 0; i < PAIRS; i++) {
		if (owned[i])
			assert_int_equal(sl_portpool_give(pool, now, (uint16_t)(FIRST + 2 * i)), 0);
	}
	now += REST;
	assert_int_equal(sl_portpool_counts(pool, now).taken, 0);
	assert_int_equal(sl_portpool_counts(pool, now).resting, 0);
	for (int i = 0; i < PAIRS; i++)
		assert_int_equal(sl_portpool_take(pool, now, &port), 0);
	assert_int_equal(sl_portpool_take(pool, now, &port), -ENOSPC);
	free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_pairs_only),
		cmocka_unit_test(only_a_taken_port_is_given_back),
		cmocka_unit_test(a_given_port_rests),
		cmocka_unit_test(without_rest_a_port_is_back_at_once),
		cmocka_unit_test(ports_are_drawn_evenly),
		cmocka_unit_test(one_owner_and_all_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
