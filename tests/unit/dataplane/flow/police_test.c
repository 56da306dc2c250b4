/* SPDX-License-Identifier: BSD-3-Clause */
/* Rates of a flow, beside a model that counts tokens, over hours of simulated time. */
#include "dataplane/flow/police.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000000)
#define TURN   ((UINT64_C(1) << 32) * SL_POLICE_TICK_NS) /* of the 32 bits: 73 minutes */

/* Tokens are ticks; time fills them up. */
struct model {
	int64_t tokens, most;
	uint64_t last;
};

static bool model_take(struct model *m, uint32_t cost, uint64_t now)
{
	uint64_t tick = now / SL_POLICE_TICK_NS;
	int64_t elapsed = (int64_t)(tick - m->last);

	m->last = tick;
	m->tokens = elapsed > m->most - m->tokens ? m->most : m->tokens + elapsed;
	if (m->tokens < 0) /* half a second's worth is owed */
		return false;
	m->tokens -= cost;
	return true;
}

static uint64_t step(uint64_t usual)
{
	switch (random() % 64) {
	case 0:
		return SECOND * (uint64_t)(random() % 3);
	case 1:
		return SECOND * (uint64_t)(random() % 2000); /* less than half a turn */
	default:
		return (uint64_t)random() % usual;
	}
}

static const uint64_t starts[] = {
	0, SECOND, TURN / 2 - SECOND, TURN - SECOND, TURN - SECOND / 4, 5 * TURN - 1};

static void packets_as_the_model_says(void **state)
{
	static const uint32_t rates[] = {15, 50, 220, 1000, 100000};

	for (size_t s = 0; s < sizeof(starts) / sizeof(starts[0]); s++)
		for (size_t r = 0; r < sizeof(rates) / sizeof(rates[0]); r++) {
			struct model m = {.most = SL_POLICE_DEPTH, .tokens = SL_POLICE_DEPTH};
			uint64_t now = starts[s];
			struct sl_police p;

			sl_police_start(&p, &(struct sl_police_rates){.rtp_pps = rates[r]});
			m.last = now / SL_POLICE_TICK_NS;
			for (int i = 0; i < 50000; i++) {
				bool passes = sl_police_rtp(&p, 172, now);

				assert_int_equal(passes, model_take(&m, p.rtp_gap, now));
				now += step(SECOND / rates[r]);
			}
		}
}

static void bytes_as_the_model_says(void **state)
{
	static const uint32_t rates[] = {1000, 10000, 250000, 100000000};

	for (size_t s = 0; s < sizeof(starts) / sizeof(starts[0]); s++)
		for (size_t r = 0; r < sizeof(rates) / sizeof(rates[0]); r++) {
			struct model m = {.most = SL_POLICE_DEPTH, .tokens = SL_POLICE_DEPTH};
			uint64_t now = starts[s];
			struct sl_police p;

			sl_police_start(&p, &(struct sl_police_rates){.rtp_bytes = rates[r]});
			m.last = now / SL_POLICE_TICK_NS;
			for (int i = 0; i < 50000; i++) {
				uint16_t len = (uint16_t)(random() % 1460 + 12);
				uint32_t cost = (uint32_t)len * p.byte_gap / 64;
				bool passes = sl_police_rtp(&p, len, now);

				assert_int_equal(passes, model_take(&m, cost, now));
				now += step(SECOND * 700 / rates[r]);
			}
		}
}

/* In the long run what was asked for passes, and half a second of it at once. */
static void rates_are_met(void **state)
{
	static const struct sl_police_rates rates = {
		.rtp_pps = 100, .rtp_bytes = 10000, .rtcp_pps = 50, .learn_pps = 20};
	unsigned rtp = 0, bytes = 0, rtcp = 0, learn = 0;
	struct sl_police p;

	sl_police_start(&p, &rates);
	for (uint64_t ms = 0; ms < 100000; ms++) {
		uint64_t now = TURN - SECOND * 50 + ms * 1000000;

		rtp += sl_police_rtp(&p, 20, now);
		rtcp += sl_police_rtcp(&p, now);
		learn += sl_police_learn(&p, now);
	}
	assert_in_range(rtp, 10000, 10110);
	assert_in_range(rtcp, 5000, 5060);
	assert_in_range(learn, 2000, 2030);
	sl_police_start(&p, &rates);
	for (uint64_t ms = 0; ms < 100000; ms++)
		bytes += sl_police_rtp(&p, 1000, TURN - SECOND * 50 + ms * 1000000) ? 1000 : 0;
	assert_in_range(bytes, 990000, 1010000);
}

/* Passes packets of all kinds as long as they are let; how many in all. */
static unsigned burst(struct sl_police *p, uint64_t now)
{
	unsigned n = 0;

	while (sl_police_rtp(p, 20, now))
		n++;
	while (sl_police_rtcp(p, now))
		n++;
	while (sl_police_learn(p, now))
		n++;
	return n;
}

/* Whenever a flow begins, and however long nothing came, half a second of it passes at once. */
static void a_flow_that_rested_is_full(void **state)
{
	static const struct sl_police_rates rates = {
		.rtp_pps = 100, .rtp_bytes = 100000, .rtcp_pps = 50, .learn_pps = 20};
	static const uint64_t rests[] = {3 * SECOND, 9 * SECOND, TURN / 2, TURN - 3 * SECOND};
	const unsigned full = 52 + 28 + 12;

	for (uint64_t at = 0; at < 3 * SECOND; at += SECOND / 100) {
		for (unsigned turn = 0; turn < 4; turn++) {
			uint64_t now = turn * TURN + TURN - 2 * SECOND + at;
			struct sl_police p;

			sl_police_start(&p, &rates);
			assert_in_range(burst(&p, now), full - 2, full + 1);
			for (size_t r = 0; r < sizeof(rests) / sizeof(rests[0]); r++) {
				now += rests[r] + (r == 3 ? at : 0);
				assert_in_range(burst(&p, now), full - 2, full + 1);
				assert_in_range(burst(&p, now), 0, 1);
			}
		}
	}
}

static void no_limit(void **state)
{
	struct sl_police p;

	sl_police_start(&p, &(struct sl_police_rates){0});
	for (int i = 0; i < 100000; i++)
		assert_true(sl_police_rtp(&p, 1460, 7) && sl_police_rtcp(&p, 7) &&
			    sl_police_learn(&p, 7));
}

/* However far the clock jumps back, no more passes than a burst, and soon. */
static void clock_goes_back(void **state)
{
	static const uint64_t back[] = {
		1000, SECOND, 16 * SECOND, 60 * SECOND, 3600 * SECOND, 10 * TURN};

	for (size_t b = 0; b < sizeof(back) / sizeof(back[0]); b++) {
		uint64_t now = 20 * TURN;
		struct sl_police p;
		unsigned passed = 0;

		sl_police_start(&p, &(struct sl_police_rates){.rtp_pps = 100});
		while (sl_police_rtp(&p, 20, now))
			;
		now -= back[b];
		for (int i = 0; i < 1000; i++)
			passed += sl_police_rtp(&p, 20, now);
		assert_true(passed <= 55);
		assert_true(sl_police_rtp(&p, 20, now + SECOND));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_as_the_model_says),
		cmocka_unit_test(bytes_as_the_model_says),
		cmocka_unit_test(rates_are_met),
		cmocka_unit_test(a_flow_that_rested_is_full),
		cmocka_unit_test(no_limit),
		cmocka_unit_test(clock_goes_back),
	};

	srandom(1890);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
