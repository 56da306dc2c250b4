/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is believed, and how much is taken from whom. */
#include "tests/unit/dataplane/path/worker_fixture.h"

#include <string.h>

#include "arpa/inet.h"
#include "dataplane/handoff/mailbox.h"
#include "dataplane/path/event.h"
#include "dataplane/path/pool.h"

/* From the address of a plain leg, so its SSRCs cannot be told from real ones, but for their rate.
 */
static void ssrc_flood_evicts_nobody(void **state)
{
	uint16_t seq = 1000;
	uint32_t own;
	struct call c;

	call_open(&c, 12, PLAIN, CM80, false, false, false);
	own = c.end[0].ssrc;
	sl_police_start(&c.flow[0]->police, &(struct sl_police_rates){.learn_pps = 50});
	send_rtp(&c, 0, seq);
	relay_poll();
	expect_rtp(&c, 0, &seq, 1);
	for (uint32_t i = 0; i < 20000; i++) {
		uint8_t p[FRAME_MAX];

		c.end[0].ssrc = i * 7919 + 1;
		send_rtp(&c, 0, 1);
		if (i % 60 == 59 || i == 19999) {
			relay_poll();
			while (receive(&relay, &c.end[1], false, false, p) != 0)
				;
		}
	}
	/* 26 at once, and what came due while the test ran, is as many records. */
	assert_in_range(sl_key_history(c.flow[0]->out_key)->n, 27, 27 + 50 * 60);
	assert_int_equal(c.flow[0]->count.drops[SL_DROP_UNPROVEN],
		20000 - (sl_key_history(c.flow[0]->out_key)->n - 1));
	c.end[0].ssrc = own;
	c.flow[0]->police.learn_due -= 2 * SL_POLICE_DEPTH; /* half a second goes by */
	seq++;
	send_rtp(&c, 0, seq);
	relay_poll();
	expect_rtp(&c, 0, &seq, 1);
	call_close(&c);
}

/* Another SSRC needs no more than its record. Room for both at once, which a worker has to give,
 * spares the first its place; without it they take turns. */
static void second_ssrc_without_room(void **state)
{
	struct sl_ssrc_ext *taken[SL_POOL_SIZE];
	uint16_t seq = 1;
	unsigned n = 0;
	uint32_t own;
	struct call c;

	call_open(&c, 36, CM80, GCM256, false, false, false);
	own = c.end[0].ssrc;
	sl_pools_fill();
	while (n < SL_POOL_SIZE && (taken[n] = sl_pool_ext(&sl_workers[0])))
		n++;
	assert_int_equal(n, SL_POOL_SIZE);
	for (int with = 0; with < 2; with++, seq++) {
		for (uint32_t k = 0; k < 2; k++) {
			c.end[0].ssrc = own + k;
			send_rtp(&c, 0, seq);
			relay_poll();
			expect_rtp(&c, 0, &seq, 1);
		}
		assert_int_equal(sl_flow_has_ext(c.flow[0]), with);
		assert_int_equal(c.flow[0]->streams.n_live, 1 + with);
		while (n)
			sl_ssrc_ext_free(taken[--n]);
		sl_pools_fill();
	}
	call_close(&c);
}

/* Within the time of one poll a bucket's worth passes, then nothing. */
static unsigned forwarded(struct call *c, uint16_t first, unsigned n)
{
	uint64_t before = verdicts(SL_FORWARD);
	uint8_t p[FRAME_MAX];

	for (unsigned i = 0; i < n; i++) {
		send_rtp(c, 0, (uint16_t)(first + i));
		if (i % 32 == 31)
			relay_poll();
	}
	relay_poll();
	while (receive(&relay, &c->end[1], false, false, p) != 0)
		;
	return (unsigned)(verdicts(SL_FORWARD) - before);
}

/* 100 a second: half of that at once, and one flow's excess is its own. */
static void flows_are_policed(void **state)
{
	struct call c, other;
	unsigned n;

	call_open(&c, 20, CM80, CM80, false, false, false);
	call_open(&other, 21, CM80, CM80, false, false, false);
	sl_police_start(&c.flow[0]->police, &(struct sl_police_rates){.rtp_pps = 100});
	n = forwarded(&c, 1, 500);
	assert_in_range(n, 54, 70); /* and what came due while the test ran */
	assert_int_equal(c.flow[0]->count.drops[SL_DROP_RATE], 500 - n);
	assert_int_equal(forwarded(&other, 1, 500), 500);
	c.flow[0]->police.rtp_due -= 2 * SL_POLICE_DEPTH; /* half a second goes by */
	assert_in_range(forwarded(&c, 600, 500), 54, 70);
	/* So long that the clock has turned half: full, not ahead of time. */
	c.flow[0]->police.rtp_due += UINT32_C(1) << 30;
	assert_in_range(forwarded(&c, 1200, 500), 54, 70);
	call_close(&c);
	call_close(&other);
}

/* Bytes have their own bucket, and RTCP has, which takes nothing from RTP. */
static void bytes_and_rtcp_are_policed(void **state)
{
	uint8_t p[FRAME_MAX];
	struct call c;
	unsigned n;

	call_open(&c, 23, CM80, CM80, false, false, false);
	sl_police_start(&c.flow[0]->police,
		&(struct sl_police_rates){.rtp_bytes = 100 * (12 + PAYLOAD + 10), .rtcp_pps = 20});
	for (int i = 0; i < 100; i++) {
		inject(&relay, &c.end[0], 0, true, false, p, make_rtcp(&c.end[0], p));
		if (i % 32 == 31)
			relay_poll();
	}
	relay_poll();
	n = c.flow[0]->count.drops[SL_DROP_RTCP_RATE];
	assert_in_range(n, 80, 89);
	assert_int_equal(c.flow[0]->count.packets[SL_RTCP], 100 - n);
	while (receive(&relay, &c.end[1], true, false, p) != 0)
		;
	n = forwarded(&c, 1, 500);
	assert_in_range(n, 51, 70);
	assert_int_equal(c.flow[0]->count.drops[SL_DROP_RATE], 500 - n);
	call_close(&c);
}

/* Nor does whoever knows it: what does not verify is paid back, RTP and RTCP. */
static void forgeries_are_not_policed_as_the_sender(void **state)
{
	uint8_t p[FRAME_MAX];
	struct call c;
	unsigned forged = 0;

	call_open(&c, 24, CM80, CM80, false, false, false);
	sl_police_start(&c.flow[0]->police,
		&(struct sl_police_rates){.rtp_pps = 100, .rtp_bytes = 30000, .rtcp_pps = 20});
	for (uint16_t seq = 1; seq <= 40; seq++) {
		for (unsigned i = 0; i < 80; i++, forged++) {
			bool rtcp = i & 1;
			uint16_t n =
				rtcp ? make_rtcp(&c.end[0], p)
				     : make_rtp(&c.end[0], (uint16_t)(seq + 1 + i), PAYLOAD, p);

			p[n - 1 - (rtcp ? 14 : 0)] ^= 1;
			inject(&relay, &c.end[0], 0, rtcp, false, p, n);
			if (i % 16 == 15)
				relay_poll();
		}
		assert_int_equal(forwarded(&c, seq, 1), 1);
	}
	assert_int_equal(c.flow[0]->count.drops[SL_DROP_AUTH], forged);
	assert_int_equal(c.flow[0]->count.drops[SL_DROP_RATE], 0);
	assert_int_equal(c.flow[0]->count.drops[SL_DROP_RTCP_RATE], 0);
	call_close(&c);
}

/* Whoever spoofs the sender but does not know its SSRC takes nothing from it. */
static void unknown_ssrcs_have_their_own_bucket(void **state)
{
	uint16_t seq = 7;
	uint32_t own;
	struct call c;

	call_open(&c, 22, CM80, CM80, false, false, false);
	sl_police_start(
		&c.flow[0]->police, &(struct sl_police_rates){.rtp_pps = 100, .learn_pps = 50});
	own = c.end[0].ssrc;
	send_rtp(&c, 0, seq);
	relay_poll();
	expect_rtp(&c, 0, &seq, 1);
	for (uint32_t i = 0; i < 5000; i++) {
		uint8_t p[FRAME_MAX];
		uint16_t n = make_rtp(&c.end[0], (uint16_t)i, PAYLOAD, p);

		p[11] ^= (uint8_t)(1 + i % 255); /* SSRC: the tag is wrong now */
		inject(&relay, &c.end[0], 0, false, false, p, n);
		if (i % 32 == 31)
			relay_poll();
	}
	relay_poll();
	assert_true(c.flow[0]->count.drops[SL_DROP_AUTH] < 100);
	assert_true(c.flow[0]->count.drops[SL_DROP_UNPROVEN] > 4900);
	assert_int_equal(c.flow[0]->count.drops[SL_DROP_RATE], 0);
	c.end[0].ssrc = own;
	seq = 20000;
	send_rtp(&c, 0, seq);
	relay_poll();
	expect_rtp(&c, 0, &seq, 1);
	call_close(&c);
}

static const struct sl_latch_policy follow = {.mode = SL_LATCH_FOLLOW};

/* The flow from end i again, with another policy. */
static void set_policy(struct call *c, int i, const struct sl_latch_policy *policy)
{
	struct sl_flow_update x = {.flow = call_flow_with(c, i, policy), .old = c->flow[i]};

	assert_int_equal(sl_flows_update(&x, 1), 0);
	sl_flow_free(c->flow[i]);
	c->flow[i] = x.flow;
}

/* How many moves ctrl is told of, all of this call's flow i. */
static unsigned told(const struct call *c, int i)
{
	struct sl_event events[64];
	unsigned n = sl_events_take(events, 64);

	for (unsigned k = 0; k < n; k++) {
		assert_int_equal(events[k].cookie, c->flow[i]->cookie);
		assert_int_equal(events[k].type, SL_EVENT_SOURCE);
	}
	return n;
}

static bool comes_from(const struct call *c, int i, enum sl_component component, uint16_t port)
{
	struct sl_latch_report report;

	sl_flow_source(c->flow[i], component, &report);
	return report.current.port == port && c->flow[i]->source[component].port == port;
}

/* An endpoint behind a NAT that moves in mid-call, and an attacker who was there first. */
static void follows_who_authenticates(void **state)
{
	for (int mux = 0; mux < 2; mux++) {
		struct endpoint attacker;
		uint8_t p[FRAME_MAX];
		uint16_t seq = 1000;
		struct call c;

		call_open(&c, 20, CM80, GCM256, false, false, mux);
		set_policy(&c, 0, &follow);
		for (uint16_t port = 50000; port < 50003; port++) {
			for (int i = 0; i < 20; i++) {
				attacker = c.end[0];
				attacker.address.ip[15] = 66;
				attacker.address.port = port;
				uint16_t n = make_rtp(&c.end[0], seq + 100, PAYLOAD, p);

				p[50] ^= 1;
				inject(&relay, &attacker, 0, false, mux, p, n);
				relay_poll();
			}
			expect_nothing(&c);
			assert_int_equal(told(&c, 0), 0);
			c.end[0].address.port = port;
			/* A step back in time is no replay for the endpoint's libsrtp. */
			srtp_remove_stream(c.end[0].tx, htonl(c.end[0].ssrc));
			seq++;
			send_rtp(&c, 0, seq);
			relay_poll();
			expect_rtp(&c, 0, &seq, 1);
			if (port == 50000) {
				assert_int_equal(told(&c, 0), 1);
				assert_true(comes_from(&c, 0, SL_RTP, port));
				assert_true(comes_from(&c, 0, SL_RTCP,
					mux ? port : c.flow[0]->latch[SL_RTCP].signalled.port));
			} else if (!told(&c, 0)) { /* two moves at once: the second one waits */
				assert_true(comes_from(&c, 0, SL_RTP, port - 1));
				c.flow[0]->latch[SL_RTP].moved -= SL_LATCH_HOLD_NS;
				seq++;
				send_rtp(&c, 0, seq);
				relay_poll();
				expect_rtp(&c, 0, &seq, 1);
				assert_int_equal(told(&c, 0), 1);
			}
			assert_true(comes_from(&c, 0, SL_RTP, port));
		}
		/* A late copy of what was not received yet, from the old address. */
		c.flow[0]->latch[SL_RTP].moved -= SL_LATCH_HOLD_NS;
		c.end[0].address.port--;
		seq -= 5;
		send_rtp(&c, 0, seq);
		relay_poll();
		expect_rtp(&c, 0, &seq, 1);
		assert_int_equal(told(&c, 0), 0);
		c.end[0].address.port++;
		assert_true(comes_from(&c, 0, SL_RTP, c.end[0].address.port));
		/* A learnt address stays when the flow is replaced. */
		set_policy(&c, 0, &follow);
		assert_true(comes_from(&c, 0, SL_RTP, 50002));
		c.end[0].address.port = c.flow[0]->latch[SL_RTP].signalled.port;
		call_close(&c);
	}
}

/* Unknown sources' tags cost: at most SL_LATCH_TRIES at once from one address, the rest is refused
 * before. */
static void unknown_sources_are_tried_within_bounds(void **state)
{
	uint64_t auth = verdicts(SL_DROP_AUTH), source = verdicts(SL_DROP_SOURCE);
	struct endpoint attacker;
	uint8_t p[FRAME_MAX];
	uint16_t seq = 7;
	struct call c;

	call_open(&c, 21, CM80, CM80, false, false, false);
	set_policy(&c, 0, &follow);
	attacker = c.end[0];
	attacker.address.ip[15] = 66;
	for (int i = 0; i < 1000; i++) {
		uint16_t n = make_rtp(&c.end[0], 1, PAYLOAD, p);

		p[50] ^= 1;
		inject(&relay, &attacker, 0, false, false, p, n);
		if (i % 60 == 59)
			relay_poll();
	}
	relay_poll();
	auth = verdicts(SL_DROP_AUTH) - auth;
	assert_int_equal(auth + verdicts(SL_DROP_SOURCE) - source, 1000);
	assert_true(auth >= SL_LATCH_TRIES && auth < 4 * SL_LATCH_TRIES);
	srtp_remove_stream(c.end[0].tx, htonl(c.end[0].ssrc));
	send_rtp(&c, 0, seq);
	relay_poll();
	expect_rtp(&c, 0, &seq, 1);
	call_close(&c);
}

/* On plain RTP the attacker may come first, and get nothing: neither believed nor forwarded. */
static void plain_believes_signalling(void **state)
{
	const struct sl_latch_policy once = {.mode = SL_LATCH_ONCE};
	static const uint16_t heard[] = {103, 104, 105};
	struct endpoint phone, attacker;
	uint8_t p[FRAME_MAX];
	struct call c;

	call_open(&c, 22, PLAIN, CM80, false, false, false);
	set_policy(&c, 0, &once);
	attacker = phone = c.end[0];
	attacker.address.ip[15] = 66;
	phone.address.port += 10; /* not where SDP says, but from the same address */
	for (uint16_t i = 0; i < 200; i++) {
		inject(&relay, &attacker, 0, false, false, p,
			make_rtp(&attacker, 1000 + i, PAYLOAD, p));
		relay_poll();
	}
	expect_nothing(&c);
	for (uint16_t i = 0; i < 5; i++)
		inject(&relay, &phone, 0, false, false, p, make_rtp(&phone, 101 + i, PAYLOAD, p));
	relay_poll();
	expect_rtp(&c, 0, heard, 3);
	assert_int_equal(told(&c, 0), 1);
	assert_true(comes_from(&c, 0, SL_RTP, phone.address.port));
	call_close(&c);
}

/* Events that do not fit into the ring are counted, and still to be seen in the flow. */
static void events_are_lost_and_counted(void **state)
{
	uint64_t before = sl_events_lost();
	struct sl_event event = {.cookie = 1}, events[64];
	unsigned n, taken = 0;

	for (unsigned i = 0; i < 2 * SL_EVENT_RING; i++) {
		event.cookie = i;
		sl_event_post(&sl_workers[0], &event);
	}
	while ((n = sl_events_take(events, 64)) > 0) {
		for (unsigned i = 0; i < n; i++)
			assert_int_equal(events[i].cookie, taken + i);
		taken += n;
	}
	assert_true(taken > 0 && taken < 2 * SL_EVENT_RING);
	assert_int_equal(sl_events_lost() - before, 2 * SL_EVENT_RING - taken);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		CASE(ssrc_flood_evicts_nobody),
		CASE(second_ssrc_without_room),
		CASE(flows_are_policed),
		CASE(bytes_and_rtcp_are_policed),
		CASE(forgeries_are_not_policed_as_the_sender),
		CASE(unknown_ssrcs_have_their_own_bucket),
		CASE(follows_who_authenticates),
		CASE(unknown_sources_are_tried_within_bounds),
		CASE(plain_believes_signalling),
		CASE(events_are_lost_and_counted),
	};

	arguments(argc, argv);
	return cmocka_run_group_tests(tests, start_one, stop);
}
