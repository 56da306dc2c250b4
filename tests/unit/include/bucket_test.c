/* SPDX-License-Identifier: BSD-3-Clause */
/* The token bucket beside a model that counts tokens, over simulated time. */
#include "sluice/bucket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000000)

/* Tokens as one learns them: time fills them up to `most`, a packet costs an interval. */
struct model {
	uint64_t tokens, most, last;
};

static bool model_take(struct model *m, const struct sl_rate *rate, uint64_t now)
{
	uint64_t elapsed = now - m->last;

	m->last = now;
	m->tokens = elapsed > m->most - m->tokens ? m->most : m->tokens + elapsed;
	if (m->tokens < rate->interval)
		return false;
	m->tokens -= rate->interval;
	return true;
}

static const struct {
	uint32_t pps, burst;
} rates[] = {{1, 1}, {1, 10}, {50, 50}, {200, 100}, {33333, 1}, {1000000, 64}, {4000000000u, 1000}};

static uint64_t step(const struct sl_rate *rate)
{
	switch (random() % 8) {
	case 0:
		return 0;
	case 1:
		return rate->interval;
	case 2:
		return rate->interval - 1;
	case 3:
		return (uint64_t)random() % (rate->depth + 2 * rate->interval);
	case 4:
		return SECOND * (uint64_t)(random() % 100000);
	default:
		return (uint64_t)random() % (rate->interval + 1);
	}
}

static void as_the_model_says(void **state)
{
	/* The last but one is about to wrap; none may start a bucket that is "full at 0" more than
	 * half a turn ago. */
	static const uint64_t starts[] = {0, 1, SECOND, INT64_MAX - 5, UINT64_MAX - 3 * SECOND};

	for (size_t s = 0; s < sizeof(starts) / sizeof(starts[0]); s++)
		for (size_t r = 0; r < sizeof(rates) / sizeof(rates[0]); r++) {
			struct sl_rate rate = sl_rate_of(rates[r].pps, rates[r].burst);
			uint64_t now = starts[s];
			__u64 full_at = now;
			struct model m = {.most = rate.depth + rate.interval, .last = now};

			m.tokens = m.most;
			for (int i = 0; i < 20000; i++) {
				bool passes = sl_bucket_take(&full_at, &rate, now);

				assert_int_equal(passes, model_take(&m, &rate, now));
				now += step(&rate);
			}
		}
}

static void fresh_bucket_is_full(void **state)
{
	struct sl_rate rate = sl_rate_of(10, 5);
	__u64 full_at = 0;

	for (int i = 0; i < 5; i++)
		assert_true(sl_bucket_take(&full_at, &rate, 1000 * SECOND));
	assert_false(sl_bucket_take(&full_at, &rate, 1000 * SECOND));
	assert_false(sl_bucket_take(&full_at, &rate, 1000 * SECOND + SECOND / 10 - 1));
	assert_true(sl_bucket_take(&full_at, &rate, 1000 * SECOND + SECOND / 10));
	assert_false(sl_bucket_take(&full_at, &rate, 1000 * SECOND + SECOND / 10));
}

static void no_limit(void **state)
{
	struct sl_rate rate = sl_rate_of(0, 0);
	__u64 full_at = 77;

	for (int i = 0; i < 1000; i++)
		assert_true(sl_bucket_take(&full_at, &rate, 5));
}

/* However far the clock jumps back, nobody waits longer than for an empty bucket, and no more
 * passes than the rate and one burst. */
static void clock_goes_back(void **state)
{
	static const uint64_t back[] = {1, 1000, SECOND, 3600 * SECOND, UINT64_C(1) << 62};

	for (size_t b = 0; b < sizeof(back) / sizeof(back[0]); b++)
		for (size_t r = 0; r < sizeof(rates) / sizeof(rates[0]); r++) {
			struct sl_rate rate = sl_rate_of(rates[r].pps, rates[r].burst);
			uint64_t now = UINT64_C(1) << 62, passed = 0;
			__u64 full_at = 0;

			while (sl_bucket_take(&full_at, &rate, now))
				;
			now -= back[b];
			for (uint64_t i = 0; i < rates[r].burst + 5u; i++)
				passed += sl_bucket_take(&full_at, &rate, now);
			assert_int_equal(passed, 0);
			assert_true(
				sl_bucket_take(&full_at, &rate, now + rate.depth + rate.interval));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_the_model_says),
		cmocka_unit_test(fresh_bucket_is_full),
		cmocka_unit_test(no_limit),
		cmocka_unit_test(clock_goes_back),
	};

	srandom(371);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
