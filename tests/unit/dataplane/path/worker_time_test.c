/* SPDX-License-Identifier: BSD-3-Clause */
/* A call over time, with a clock of the test's own: long silences, and how long packets
 * take. */
#include "tests/unit/dataplane/path/worker_fixture.h"

#include "dataplane/handoff/mailbox.h"

#define SECOND UINT64_C(1000000000)

static uint64_t now = 1000 * SECOND, step;

/* In place of the real one: each look at it takes `step`. */
uint64_t __wrap_sl_clock(void);
uint64_t __wrap_sl_clock(void)
{
	return now += step;
}

static void passes(struct call *c, int i, uint16_t seq)
{
	send_rtp(c, i, seq);
	relay_poll();
	expect_rtp(c, i, &seq, 1);
}

static unsigned roc(const struct sl_flow *flow)
{
	const struct sl_stream *s = &flow->streams.first;

	return (unsigned)((s->in.top > s->out.top ? s->in.top : s->out.top) >> 16);
}

/* Until all roll-over counters are at three. Returns the last sequence number. */
static uint16_t talk_for_long(struct call *c)
{
	uint16_t seq = 65000 - 30000;

	for (int i = 0; i < 6; i++) {
		seq = (uint16_t)(seq + 30000);
		for (int end = 0; end < 2; end++)
			passes(c, end, seq);
	}
	for (int end = 0; end < 2; end++) {
		send_rtcp(c, end);
		assert_int_equal(roc(c->flow[end]), 3);
	}
	return seq;
}

static const struct {
	const char *what;
	unsigned seconds;
	uint16_t numbers; /* how far the senders' sequence numbers go on in that time */
} silences[] = {
	{"ten minutes without sending", 600, 1},
	{"ten minutes in which 50 packets a second did not come", 600, 30000},
	{"as far as RFC 3711 reaches", 655, 32767},
	{"longer than a bucket of ticks remembers", 2400, 1},
	{"as long as a call may be on hold", 3600, 1},
};

static void heard_again(struct call *c, uint16_t seq)
{
	for (int end = 0; end < 2; end++) {
		passes(c, end, seq);
		passes(c, end, (uint16_t)(seq + 1));
		send_rtcp(c, end);
		assert_true(roc(c->flow[end]) >= 3);
	}
}

static void silence_costs_no_roll_over_counter(void **state)
{
	static const enum sl_suite suites[][2] = {{CM80, GCM256}, {GCM256, CM80}, {PLAIN, CM80}};

	for (unsigned i = 0; i < sizeof(silences) / sizeof(silences[0]); i++)
		for (unsigned s = 0; s < 3; s++) {
			struct call c;
			uint16_t seq;

			if (s == 0)
				print_message("%s\n", silences[i].what);
			call_open(&c, 1, suites[s][0], suites[s][1], false, false, false);
			seq = talk_for_long(&c);
			now += silences[i].seconds * SECOND;
			heard_again(&c, (uint16_t)(seq + silences[i].numbers));
			call_close(&c);
		}
}

/* While one SSRC is silent others take all places of the flow. */
static void others_speak_meanwhile(void **state)
{
	uint32_t own;
	struct call c;
	uint16_t seq;

	call_open(&c, 2, CM80, CM80, false, false, false);
	seq = talk_for_long(&c);
	own = c.end[0].ssrc;
	now += 300 * SECOND;
	for (uint16_t i = 1; i <= SL_LIVE_SSRCS; i++) {
		c.end[0].ssrc = own + i;
		passes(&c, 0, i);
		now += 6 * SECOND;
	}
	assert_int_equal(sl_streams_find(&c.flow[0]->streams, own), -1);
	now += 300 * SECOND;
	c.end[0].ssrc = own;
	passes(&c, 0, (uint16_t)(seq + 30000));
	call_close(&c);
}

/* On hold the flow is not published; it comes back as another one. */
static void on_hold_for_ten_minutes(void **state)
{
	struct sl_flow_update off, on;
	struct call c;
	uint16_t seq;

	call_open(&c, 3, CM80, GCM256, false, false, false);
	seq = talk_for_long(&c);
	off = (struct sl_flow_update){.old = c.flow[0]};
	assert_int_equal(sl_flows_update(&off, 1), 0);
	now += 600 * SECOND;
	on = (struct sl_flow_update){.flow = call_flow(&c, 0), .parked = c.flow[0]};
	assert_int_equal(sl_flows_update(&on, 1), 0);
	sl_flow_free(c.flow[0]);
	c.flow[0] = on.flow;
	heard_again(&c, (uint16_t)(seq + 30000));
	call_close(&c);
}

/* No receiver can tell it from an old packet: more than half the numbers are missing. A new key
 * ends that. */
static void beyond_half_the_numbers(void **state)
{
	uint8_t p[FRAME_MAX];
	struct sl_key *old;
	struct call c;
	uint16_t seq;

	call_open(&c, 4, CM80, CM80, false, false, false);
	seq = talk_for_long(&c);
	make_rtp(&c.end[0], (uint16_t)(seq + 20000), PAYLOAD, p); /* lost */
	send_rtp(&c, 0, (uint16_t)(seq + 40000));
	relay_poll();
	expect_nothing(&c);
	assert_int_equal(c.flow[0]->count.drops[SL_DROP_REPLAY_OLD], 1);
	old = endpoint_rekey_tx(&c.end[0]);
	replace_flow(&c);
	relay.backend->key_free(old);
	for (uint16_t i = 1; i <= 2; i++)
		send_rtp(&c, 0, i);
	relay_poll();
	for (int i = 0; i < 2; i++) /* numbered on behind what was sent before */
		assert_int_equal(receive(&relay, &c.end[1], false, false, p), 12 + PAYLOAD);
	call_close(&c);
}

/* Both workers' together. */
static struct sl_worker_stats latencies(void)
{
	struct sl_worker_stats sum = {0}, one;

	for (unsigned w = 0; w < sl_workers_count(); w++) {
		sl_worker_stats(w, &one);
		sum.latency_ns += one.latency_ns;
		for (int i = 0; i <= SL_LATENCY_BOUNDS; i++)
			sum.latency[i] += one.latency[i];
	}
	return sum;
}

/* One packet of each turn tells how long it took, on whatever worker. */
static void latency_is_what_passed_between(void **state)
{
	/* 3 us are within 4, 50 within 64, and 5 ms above all bounds. */
	static const uint64_t wanted[SL_LATENCY_BOUNDS + 1] = {
		[2] = 10, [6] = 1, [SL_LATENCY_BOUNDS] = 1};
	struct sl_worker_stats before = latencies(), after;
	uint64_t added[SL_LATENCY_BOUNDS + 1];
	struct sl_latency l;
	struct call c, d;

	call_open(&c, 5, CM80, CM80, false, false, false);
	call_open(&d, 6, CM80, CM80, false, false, false);
	step = 3000;
	for (uint16_t seq = 1; seq <= 10; seq++)
		passes(&c, 0, seq);
	step = 50000;
	passes(&c, 0, 11);
	sl_flow_latency(c.flow[0], &l);
	assert_int_equal(l.packets, 11);
	assert_int_equal(l.total, 10 * 3000 + 50000);
	assert_int_equal(l.highest, 50000);
	step = 5000000;
	passes(&c, 0, 12);
	after = latencies();
	assert_int_equal(after.latency_ns - before.latency_ns, 10 * 3000 + 50000 + 5000000);
	for (int i = 0; i <= SL_LATENCY_BOUNDS; i++)
		added[i] = after.latency[i] - before.latency[i];
	assert_memory_equal(added, wanted, sizeof(wanted));
	step = 1000;
	for (uint16_t seq = 13; seq < 45; seq++) {
		send_rtp(&c, 0, seq);
		send_rtp(&d, 0, seq);
	}
	relay_poll();
	assert_int_equal(c.flow[0]->latency.packets + d.flow[0]->latency.packets, 13);
	assert_int_equal(latencies().latency[0] - after.latency[0], 1);
	replace_flow(&c);
	sl_flow_latency(c.flow[0], &l);
	assert_int_equal(l.highest, 5000000);
	step = 0;
	call_close(&d);
	call_close(&c);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		CASE(silence_costs_no_roll_over_counter),
		CASE(others_speak_meanwhile),
		CASE(on_hold_for_ten_minutes),
		CASE(beyond_half_the_numbers),
		CASE(latency_is_what_passed_between),
	};

	arguments(argc, argv);
	return cmocka_run_group_tests(tests, start_one, stop);
}
