/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls in a row: what one call sends to a pinhole of another. */
#include "tests/unit/dataplane/path/worker_fixture.h"

#include <string.h>

#include "dataplane/handoff/mailbox.h"
#include "dataplane/path/hairpin.h"
#include "dataplane/path/pinhole.h"

static struct sl_endpoint pinhole_of(const struct endpoint *e)
{
	struct sl_endpoint at = {.port = e->port};

	memcpy(at.ip, sl_addresses[e->slot].ip, 16);
	return at;
}

/* Replaced, and freed once no published flow has them. */
static struct sl_key *old_keys[64];

static void free_old_keys(void)
{
	for (unsigned i = 0; i < 64; i++) {
		if (!old_keys[i] || sl_key_history(old_keys[i])->user)
			continue;
		sl_workers[0].backend->key_free(old_keys[i]);
		old_keys[i] = NULL;
	}
}

static void same_key(struct sl_key **key, const struct sl_master *master)
{
	const struct sl_crypto_backend *backend = sl_workers[0].backend;
	unsigned i = 0;

	while (old_keys[i])
		assert_true(++i < 64);
	old_keys[i] = *key;
	*key = NULL;
	if (master->suite)
		assert_int_equal(backend->key_new(key, master), 0);
}

static void republish(struct call *c, const struct sl_latch_policy *policy)
{
	for (int i = 0; i < 2; i++) {
		struct sl_flow_update x = {.flow = call_flow_with(c, i, policy), .old = c->flow[i]};

		assert_int_equal(sl_flows_update(&x, 1), 0);
		sl_flow_free(c->flow[i]);
		c->flow[i] = x.flow;
	}
	free_old_keys();
}

/* Each is the far end of the other there, and has its keys the other way round. */
static void join(struct endpoint *a, struct endpoint *b)
{
	a->address = pinhole_of(b);
	b->address = pinhole_of(a);
	same_key(&b->in_key, &a->rx_master);
	same_key(&b->out_key, &a->tx_master);
}

/* The far end of `first` is `second`: from A = first->end[0] to B = second->end[1]. */
static void chain(struct call *first, struct call *second)
{
	static const struct sl_latch_policy strict;

	join(&first->end[1], &second->end[0]);
	republish(first, &strict);
	republish(second, &strict);
}

static uint64_t received(void)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < sl_n_workers; i++)
		n += sl_workers[i].stats.rx;
	return n;
}

static uint64_t dropped(void)
{
	uint64_t n = 0;

	for (int v = SL_FORWARD + 1; v < SL_VERDICTS; v++)
		n += verdicts(v);
	return n;
}

/* N packets and a report from `from`, at one end of the chain, to `to`; each counted once. */
static void talks(struct call *near, int i, struct call *far)
{
	enum { N = 100 };
	uint64_t before = verdicts(SL_FORWARD), drops = dropped(), rx = received();
	struct endpoint *from = &near->end[i], *to = &far->end[!i];
	uint8_t p[FRAME_MAX];

	for (unsigned k = 0; k < N; k++)
		send_rtp(near, i, (uint16_t)(65500 + k)); /* wraps */
	relay_poll();
	for (unsigned k = 0; k < N; k++)
		assert_true(is_rtp(from, p, receive(&relay, to, false, far->mux, p),
			(uint16_t)(65500 + k), PAYLOAD));
	inject(&relay, from, 0, true, near->mux, p, make_rtcp(from, p));
	relay_poll();
	assert_int_equal(receive(&relay, to, true, far->mux, p), 28);
	assert_int_equal(receive(&relay, to, false, far->mux, p), 0);
	assert_int_equal(received() - rx, N + 1);
	assert_int_equal(verdicts(SL_FORWARD) - before, N + 1);
	assert_int_equal(dropped(), drops);
	for (int k = 0; k < 2; k++) {
		const struct sl_flow_counters *count = &(k ? far : near)->flow[i]->count;

		assert_int_equal(count->packets[SL_RTP], N);
		assert_int_equal(count->packets[SL_RTCP], 1);
		assert_true(count->last);
	}
	assert_int_equal(far->flow[i]->count.bytes[SL_RTP],
		N * (12 + PAYLOAD + sl_suites[to->suite].rtp_tag));
}

/* Both ways, re-keyed at each, whatever network and family the two meet in. */
static void two_calls_in_a_row(void **state)
{
	static const struct {
		enum sl_suite a, between, b;
		uint8_t slot_a, out, in, slot_b; /* A; between the two, as either sees it; B */
		bool mux;
	} cases[] = {
		{CM80, GCM256, PLAIN, WAN4, LAN4, LAN4, WAN4, false},
		{GCM256, CM80, CM80, WAN4, LAN4, LAN4, LAN6, true},
		{PLAIN, CM80, GCM256, WAN6, LAN4, WAN4, LAN4, false},
		{CM80, PLAIN, CM80, WAN4, LAN6, LAN6, WAN6, true},
		{PLAIN, PLAIN, PLAIN, LAN4, WAN6, LAN6, VLAN4, false},
		{CM80, CM80, CM80, LAN4, VLAN4, VLAN4, LAN4, false},
		{GCM256, GCM256, GCM256, LAN4, LAN6, WAN6, WAN4, true},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (unsigned n = 0; n < 2; n++) { /* of one worker, and of two if there are */
			struct call first, second;

			call_open_between(&first, 40, cases[i].a, cases[i].between, cases[i].slot_a,
				cases[i].out, cases[i].mux);
			call_open_between(&second, 41 + n, cases[i].between, cases[i].b,
				cases[i].in, cases[i].slot_b, cases[i].mux);
			chain(&first, &second);
			talks(&first, 0, &second);
			talks(&second, 1, &first);
			call_close(&first);
			call_close(&second);
		}
}

/* As many in a row as may be; one more and it ends, under its name. */
static void many_in_a_row(void **state)
{
	enum { CALLS = SL_MAX_HAIRPINS + 2 };
	static const struct sl_latch_policy strict;
	struct call c[CALLS];
	uint8_t p[FRAME_MAX];

	for (unsigned i = 0; i < CALLS; i++)
		call_open_between(
			&c[i], 50 + i, CM80, CM80, i & 1 ? LAN4 : WAN4, i & 1 ? WAN4 : LAN4, false);
	for (unsigned i = 0; i + 1 < CALLS; i++)
		join(&c[i].end[1], &c[i + 1].end[0]);
	for (unsigned i = 0; i < CALLS; i++)
		republish(&c[i], &strict);
	/* From the second call's near end it would be one hop less. */
	send_rtp(&c[0], 0, 1);
	relay_poll();
	expect_nothing(&c[CALLS - 1]);
	assert_int_equal(c[CALLS - 2].flow[0]->count.drops[SL_DROP_LOOP], 1);
	assert_int_equal(c[CALLS - 2].flow[0]->count.packets[SL_RTP], 0);
	call_close(&c[CALLS - 1]);
	for (unsigned i = 0; i + 1 < CALLS; i++)
		assert_int_equal(c[i].flow[0]->count.packets[SL_RTP], i + 2 < CALLS);
	/* Without the last: B is where that one was. */
	c[CALLS - 2].end[1].address.ip[15] = 2;
	republish(&c[CALLS - 2], &strict);
	send_rtp(&c[0], 0, 2);
	relay_poll();
	assert_true(is_rtp(&c[0].end[0], p, receive(&relay, &c[CALLS - 2].end[1], false, false, p),
		2, PAYLOAD));
	for (unsigned i = 0; i + 1 < CALLS; i++)
		call_close(&c[i]);
}

/* Two calls that are each other's both ends: whoever gets something in sees it die, and does not
 * keep others waiting. */
static void circle_dies(void **state)
{
	enum { N = 500 };
	static const struct sl_latch_policy strict,
		anybody = {.mode = SL_LATCH_ONCE, .any_ip = true};
	uint64_t loops = verdicts(SL_DROP_LOOP), forward = verdicts(SL_FORWARD);
	struct call first, second, bystander;
	struct endpoint intruder;
	unsigned turns = 0;
	uint16_t seq = 9;

	call_open(&bystander, 62, CM80, GCM256, false, false, false);
	call_open(&first, 60, PLAIN, PLAIN, false, false, false);
	call_open(&second, 61, PLAIN, PLAIN, false, false, false);
	intruder = first.end[0];
	join(&first.end[1], &second.end[0]);
	join(&first.end[0], &second.end[1]);
	republish(&first, &anybody);
	republish(&second, &strict);
	for (unsigned i = 0; i < N; i++) {
		uint8_t p[FRAME_MAX];

		inject(&relay, &intruder, 0, false, false, p,
			make_rtp(&intruder, (uint16_t)i, PAYLOAD, p));
	}
	send_rtp(&bystander, 0, seq);
	/* The queue in bursts, and of those that came first five turns for each. */
	for (; sl_worker_poll(&sl_workers[0]) || turns < 2; turns++)
		for (unsigned i = 1; i < sl_n_workers; i++)
			sl_worker_poll(&sl_workers[i]);
	relay_poll();
	assert_true(turns <= 5 * (N / SL_BURST + 1));
	expect_rtp(&bystander, 0, &seq, 1);
	expect_nothing(&first);
	expect_nothing(&second);
	assert_int_equal(verdicts(SL_FORWARD) - forward, 1);
	assert_in_range(verdicts(SL_DROP_LOOP) - loops, 1, N);
	assert_int_equal(first.flow[0]->count.drops[SL_DROP_LOOP], verdicts(SL_DROP_LOOP) - loops);
	assert_int_equal(
		second.flow[0]->count.packets[SL_RTP], first.flow[0]->count.packets[SL_RTP]);
	call_close(&first);
	call_close(&second);
	call_close(&bystander);
}

/* The other call's very address and port, its SSRC and its keys: but off the wire. */
static void spoofed_from_the_wire(void **state)
{
	static const enum sl_suite suites[] = {PLAIN, CM80};
	static const struct sl_latch_policy policies[] = {{.mode = SL_LATCH_STRICT},
		{.mode = SL_LATCH_ONCE, .any_ip = true}, {.mode = SL_LATCH_FOLLOW}};

	for (unsigned i = 0; i < 6; i++) {
		uint64_t martians = verdicts(SL_DROP_MARTIAN);
		struct call first, second;
		struct endpoint forged;
		uint8_t p[FRAME_MAX];

		call_open(&first, 70, CM80, suites[i % 2], false, false, false);
		call_open_between(&second, 71, suites[i % 2], CM80, LAN4, WAN4, false);
		chain(&first, &second);
		republish(&second, &policies[i / 2]);
		forged = second.end[0];
		for (int genuine = 0; genuine < 2; genuine++) {
			uint16_t n = make_rtp(&forged, (uint16_t)genuine, PAYLOAD, p);

			inject(&relay, &forged, 0, false, false, p, n);
			inject(&relay, &forged, 0, true, false, p, make_rtcp(&forged, p));
			relay_poll();
			expect_nothing(&second);
			assert_int_equal(
				verdicts(SL_DROP_MARTIAN) - martians, 2 * (uint64_t)(genuine + 1));
			assert_int_equal(second.flow[0]->count.packets[SL_RTP], (uint64_t)genuine);
			/* And of the real one nothing is lost. */
			send_rtp(&first, 0, (uint16_t)(100 + genuine));
			relay_poll();
			assert_true(is_rtp(&first.end[0], p,
				receive(&relay, &second.end[1], false, false, p),
				(uint16_t)(100 + genuine), PAYLOAD));
		}
		call_close(&first);
		call_close(&second);
	}
}

/* A call that names the pinhole of one it has nothing to do with. */
static void unknown_sources_pinhole(void **state)
{
	static const enum sl_suite suites[] = {PLAIN, CM80};
	static const struct sl_latch_policy policies[] = {{.mode = SL_LATCH_STRICT},
		{.mode = SL_LATCH_ONCE, .any_ip = true}, {.mode = SL_LATCH_FOLLOW}};

	for (unsigned i = 0; i < 6; i++) {
		struct sl_latch_policy policy = policies[i / 2];
		struct sl_latch_report report;
		struct call attacker, call;
		uint16_t seq = 3;

		call_open(&attacker, 80, PLAIN, PLAIN, false, false, false);
		call_open_between(&call, 81, suites[i % 2], CM80, LAN4, WAN4, false);
		/* Even where signalling came from one of our addresses. */
		memcpy(policy.hint, sl_addresses[LAN4].ip, 16);
		republish(&call, &policy);
		attacker.end[1].address = pinhole_of(&call.end[0]);
		republish(&attacker, &policies[0]);
		for (uint16_t k = 0; k < 30; k++)
			send_rtp(&attacker, 0, k);
		relay_poll();
		expect_nothing(&call);
		assert_int_equal(attacker.flow[0]->count.packets[SL_RTP], 30);
		assert_int_equal(call.flow[0]->count.drops[SL_DROP_SOURCE], 30);
		sl_flow_source(call.flow[0], SL_RTP, &report);
		assert_int_equal(report.moves, 0);
		assert_true(sl_endpoint_equal(&report.current, &call.end[0].address));
		send_rtp(&call, 0, seq);
		relay_poll();
		expect_rtp(&call, 0, &seq, 1);
		call_close(&attacker);
		call_close(&call);
	}
}

/* Nobody there: said so, once. */
static void closed_pinhole(void **state)
{
	uint64_t closed = verdicts(SL_DROP_CLOSED);
	static const struct sl_latch_policy strict;
	struct call c;

	call_open(&c, 90, CM80, GCM256, false, false, false);
	c.end[1].address = pinhole_of(&c.end[0]);
	c.end[1].address.port += 2;
	republish(&c, &strict);
	send_rtp(&c, 0, 1);
	relay_poll();
	assert_int_equal(verdicts(SL_DROP_CLOSED), closed + 1);
	assert_int_equal(c.flow[0]->count.packets[SL_RTP], 1);
	call_close(&c);
}

/* A worker that does not come to it: what its ring cannot hold is lost by name, the rest arrives.
 */
static void other_worker_is_late(void **state)
{
	enum { N = SL_HANDOFF_RING + 100 };
	uint64_t full = verdicts(SL_DROP_HANDOFF_FULL), forward = verdicts(SL_FORWARD);
	struct call first, second;
	unsigned heard = 0;
	uint8_t p[FRAME_MAX];

	call_open(&first, 94, CM80, PLAIN, false, false, false);
	call_open_between(&second, 95, PLAIN, CM80, LAN4, WAN4, false);
	chain(&first, &second);
	assert_int_equal(first.flow[0]->worker, 0);
	assert_int_equal(second.flow[0]->worker, 1);
	for (unsigned i = 0; i < N; i++) {
		send_rtp(&first, 0, (uint16_t)i);
		if (i % 60 == 59)
			sl_worker_poll(&sl_workers[0]);
	}
	while (sl_worker_poll(&sl_workers[0]))
		;
	assert_int_equal(verdicts(SL_DROP_HANDOFF_FULL) - full, 101);
	assert_int_equal(first.flow[0]->count.drops[SL_DROP_HANDOFF_FULL], 101);
	assert_int_equal(first.flow[0]->count.packets[SL_RTP], N - 101);
	while (sl_worker_poll(&sl_workers[1]))
		while (receive(&relay, &second.end[1], false, false, p) > 0)
			heard++;
	assert_int_equal(heard, N - 101);
	assert_int_equal(verdicts(SL_FORWARD) - forward, N - 101);
	call_close(&first);
	call_close(&second);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest one_worker[] = {
		CASE(two_calls_in_a_row),
		CASE(many_in_a_row),
		CASE(circle_dies),
		CASE(spoofed_from_the_wire),
		CASE(unknown_sources_pinhole),
		CASE(closed_pinhole),
	};
	const struct CMUnitTest two_workers[] = {
		CASE(two_calls_in_a_row),
		CASE(many_in_a_row),
		CASE(circle_dies),
		CASE(spoofed_from_the_wire),
		CASE(unknown_sources_pinhole),
		CASE(other_worker_is_late),
	};
	int failed;

	arguments(argc, argv);
	failed = cmocka_run_group_tests(one_worker, start_one, stop);
	return failed + cmocka_run_group_tests(two_workers, start_two, stop);
}
