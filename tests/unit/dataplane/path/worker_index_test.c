/* SPDX-License-Identifier: BSD-3-Clause */
/* Which index a packet has, and that none is sent twice under a key. */
#include "tests/unit/dataplane/path/worker_fixture.h"

#include <errno.h>
#include <string.h>

#include "dataplane/base/nexthop.h"
#include "dataplane/handoff/mailbox.h"
#include "dataplane/path/pool.h"
#include "dataplane/port/ethdev.h"

static void first_burst_may_wrap(void **state)
{
	static const uint16_t seqs[] = {65533, 65534, 65535, 0, 1, 2};
	struct call c;

	call_open(&c, 3, CM80, GCM256, false, false, false);
	for (int i = 0; i < 6; i++)
		send_rtp(&c, 0, seqs[i]);
	relay_poll();
	expect_rtp(&c, 0, seqs, 6);
	call_close(&c);
}

static void duplicates_pass_once(void **state)
{
	uint64_t before = verdicts(SL_DROP_REPLAY);
	uint8_t p[FRAME_MAX];
	struct call c;

	call_open(&c, 4, CM80, CM80, false, false, false);
	for (uint16_t seq = 10; seq < 30; seq++) {
		uint16_t n = make_rtp(&c.end[0], seq, PAYLOAD, p);

		for (int copies = 0; copies < 3; copies++) /* in one burst */
			inject(&relay, &c.end[0], 0, false, false, p, n);
		relay_poll();
		inject(&relay, &c.end[0], 0, false, false, p, n); /* and after it */
		relay_poll();
		expect_rtp(&c, 0, &seq, 1);
	}
	assert_int_equal(verdicts(SL_DROP_REPLAY) - before, 60);
	assert_int_equal(c.flow[0]->count.drops[SL_DROP_REPLAY], 60);
	call_close(&c);
}

/* Plain RTP has no replay rule, its egress has: an index is sent once. */
static void plain_repeats_are_not_sent_twice(void **state)
{
	static const uint16_t seqs[] = {7, 8, 9};
	struct call c;

	call_open(&c, 8, PLAIN, CM80, false, false, false);
	for (int round = 0; round < 3; round++)
		for (int i = 0; i < 3; i++)
			send_rtp(&c, 0, seqs[i]);
	relay_poll();
	expect_rtp(&c, 0, seqs, 3);
	assert_int_equal(c.flow[0]->count.drops[SL_DROP_INDEX_REUSE], 6);
	call_close(&c);
}

/* The packet made for `seq` comes out, numbered `as`. */
static void expect_renumbered(struct call *c, uint16_t seq, uint16_t as)
{
	uint8_t p[FRAME_MAX];
	int len = receive(&relay, &c->end[1], false, c->mux, p);

	if (len <= 0)
		fail_msg("seq %u: length %d", seq, len);
	assert_int_equal(p[2] << 8 | p[3], as);
	p[2] = (uint8_t)(seq >> 8);
	p[3] = (uint8_t)seq;
	assert_true(is_rtp(&c->end[0], p, len, seq, PAYLOAD));
}

/* The same flow again under the same egress key, as after a re-INVITE: indices go on, and a sender
 * that starts anew is numbered behind what was sent. */
static void two_time_pad(void **state)
{
	static const uint16_t fresh[] = {3000, 3001};
	struct sl_key *old_key;
	struct call c;

	call_open(&c, 9, CM80, CM80, false, false, false);
	for (int i = 0; i < 2; i++)
		send_rtp(&c, 0, fresh[i]);
	relay_poll();
	expect_rtp(&c, 0, fresh, 2);
	send_rtcp(&c, 0);

	/* The sender has a new key and resets to an earlier sequence number; the far leg keeps its
	 * key. */
	old_key = endpoint_rekey_tx(&c.end[0]);
	replace_flow(&c);
	relay.backend->key_free(old_key);
	for (uint16_t i = 0; i < 5; i++)
		send_rtp(&c, 0, 3000 + i);
	relay_poll();
	for (uint16_t i = 0; i < 5; i++)
		expect_renumbered(&c, 3000 + i, 3002 + i);
	send_rtcp(&c, 0); /* the far end would refuse an SRTCP index that it has seen */
	assert_int_equal(c.flow[0]->count.drops[SL_DROP_INDEX_REUSE], 0);
	assert_int_equal(c.flow[0]->count.packets[SL_RTP], 7);
	call_close(&c);
}

/* A gateway restarts its numbers under the SSRC that it had: one packet is lost, not minutes. */
static void plain_restart_is_renumbered(void **state)
{
	struct call c;
	uint16_t seq = 40000;

	call_open(&c, 32, PLAIN, GCM256, false, false, false);
	send_rtp(&c, 0, seq);
	relay_poll();
	expect_rtp(&c, 0, &seq, 1);
	for (uint16_t i = 0; i < 10; i++)
		send_rtp(&c, 0, 30000 + i);
	relay_poll();
	for (uint16_t i = 1; i < 10; i++)
		expect_renumbered(&c, 30000 + i, 40000 + i);
	/* A single old packet is no restart. */
	send_rtp(&c, 0, 25000);
	send_rtp(&c, 0, 30010);
	relay_poll();
	expect_renumbered(&c, 30010, 40010);
	expect_nothing(&c);
	assert_int_equal(c.flow[0]->count.drops[SL_DROP_INDEX_REUSE], 2);
	call_close(&c);
}

/* RFC 3711 does not say what becomes of the roll-over counter when the key changes. */
static void new_key_with_or_without_the_old_counter(void **state)
{
	static const enum sl_suite suites[] = {CM80, GCM256};

	for (unsigned k = 0; k < 8; k++) {
		bool keeps = k & 1, odd = k & 2;
		uint8_t p[FRAME_MAX];
		struct sl_key *old_key;
		struct call c;
		unsigned got = 0;

		call_open(&c, 33, suites[k / 4], CM80, false, false, false);
		for (uint16_t i = 0; i < 20; i++) {
			uint16_t seq = 65526 + i;

			send_rtp(&c, 0, seq);
			relay_poll();
			expect_rtp(&c, 0, &seq, 1);
		}
		old_key = endpoint_rekey_tx(&c.end[0]);
		replace_flow(&c);
		relay.backend->key_free(old_key);
		if (keeps) {
			make_rtp(&c.end[0], 9, PAYLOAD, p); /* libsrtp wants to know the stream */
			assert_int_equal(srtp_set_stream_roc(c.end[0].tx, c.end[0].ssrc, 1), 0);
		}
		for (uint16_t i = 0; i < 50; i++) {
			uint16_t seq = 10 + odd + i;

			send_rtp(&c, 0, seq);
			relay_poll();
			int len = receive(&relay, &c.end[1], false, false, p);

			got += is_rtp(&c.end[0], p, len, seq, PAYLOAD);
			assert_true(got || i == 0); /* the second attempt is the other one */
		}
		assert_true(got >= 49);
		assert_int_equal(c.flow[0]->count.drops[SL_DROP_AUTH], 50 - got);
		assert_int_equal(c.flow[0]->streams.first.in.top >> 16, keeps);
		call_close(&c);
	}
}

/* The last index of a key is sent, the next one is not (RFC 3711 9.2). */
static void keys_have_an_end(void **state)
{
	uint8_t p[FRAME_MAX];
	struct call c;

	call_open(&c, 18, PLAIN, CM80, false, false, false);
	send_rtp(&c, 0, 0xfffe);
	relay_poll();
	assert_true(receive(&relay, &c.end[1], false, false, p) > 0);
	c.flow[0]->streams.first.out.top = SL_INDEX_MAX - 1;
	send_rtp(&c, 0, 0xffff);
	send_rtp(&c, 0, 0);
	send_rtp(&c, 0, 1);
	relay_poll();
	assert_int_equal(
		receive(&relay, &c.end[1], false, false, p), -1); /* libsrtp knows no such ROC */
	assert_int_equal(receive(&relay, &c.end[1], false, false, p), 0);
	assert_int_equal(c.flow[0]->count.drops[SL_DROP_INDEX_LIMIT], 2);
	sl_key_history(c.flow[0]->out_key)->rtcp_sent = SL_RTCP_INDEX_MAX - 1;
	for (int i = 0; i < 3; i++)
		inject(&relay, &c.end[0], 0, true, false, p, make_rtcp(&c.end[0], p));
	relay_poll();
	assert_true(receive(&relay, &c.end[1], true, false, p) > 0);
	assert_int_equal(receive(&relay, &c.end[1], true, false, p), 0);
	assert_int_equal(c.flow[0]->count.drops[SL_DROP_INDEX_LIMIT], 4);
	call_close(&c);
}

/* Several SSRCs of one flow, interleaved, each with a roll-over counter of its own; late, wrapped,
 * and back from silence. */
static void ssrcs_keep_their_own_counters(void **state)
{
	static const uint16_t starts[] = {65500, 0, 30000, 65530};
	enum { ROUNDS = 140 };
	struct call c;
	uint32_t own;

	call_open(&c, 19, CM80, GCM256, false, false, false);
	own = c.end[0].ssrc;
	for (uint16_t i = 0; i < ROUNDS; i++) {
		for (uint32_t k = 0; k < 4; k++) {
			c.end[0].ssrc = own + k;
			send_rtp(&c, 0, starts[k] + i);
		}
		relay_poll();
		for (uint32_t k = 0; k < 4; k++) {
			uint8_t p[FRAME_MAX];

			c.end[0].ssrc = own + k;
			assert_true(
				is_rtp(&c.end[0], p, receive(&relay, &c.end[1], false, false, p),
					(uint16_t)(starts[k] + i), PAYLOAD));
		}
	}
	assert_int_equal(c.flow[0]->streams.first.in.top >> 16, 1);
	assert_int_equal(sl_streams_live(&c.flow[0]->streams, 1)->in.top >> 16, 0);
	/* SSRC 0 is silent for longest, a fifth takes its place, and SSRC 0 comes back in its
	 * second roll-over. */
	c.flow[0]->streams.first.last -= 1000;
	c.end[0].ssrc = own + 9;
	uint16_t first = 1, next = (uint16_t)(starts[0] + ROUNDS);

	send_rtp(&c, 0, first);
	relay_poll();
	expect_rtp(&c, 0, &first, 1);
	assert_int_equal(sl_streams_find(&c.flow[0]->streams, own), -1);
	c.end[0].ssrc = own;
	send_rtp(&c, 0, next);
	relay_poll();
	expect_rtp(&c, 0, &next, 1);
	call_close(&c);
}

/* The numbers wrap before there is a neighbour, and while packets are too long: the receiver, which
 * has heard none of that, hears the first that leaves. */
static void what_stays_here_uses_no_index(void **state)
{
	sl_nexthop known = sl_nexthop_get(&sl_nexthops[1]);

	for (int k = 0; k < 4; k++) {
		const enum sl_verdict reason = k & 1 ? SL_DROP_MTU : SL_DROP_NEIGHBOUR;
		uint16_t mtu = sl_ethdevs[LAN].mtu, seq = 65500;
		struct call c;

		call_open(&c, 44, k & 2 ? PLAIN : CM80, k & 2 ? CM80 : GCM256, false, false, false);
		if (reason == SL_DROP_MTU)
			sl_ethdevs[LAN].mtu = 28 + 12 + PAYLOAD + 9; /* one byte short of the tag */
		else
			sl_nexthop_clear(&sl_nexthops[1]);
		for (int i = 0; i < 100; i++) {
			send_rtp(&c, 0, seq++);
			relay_poll();
		}
		assert_int_equal(c.flow[0]->count.drops[reason], 100);
		sl_ethdevs[LAN].mtu = mtu;
		sl_nexthops[1] = known;
		send_rtp(&c, 0, seq);
		relay_poll();
		expect_rtp(&c, 0, &seq, 1);
		call_close(&c);
	}
}

/* Indices belong to the key, and it to one flow at a time; so does a pinhole. */
static void a_key_has_one_flow(void **state)
{
	struct call c, d;
	struct sl_flow *flow;
	struct sl_flow_update x[2];

	call_open(&c, 40, CM80, GCM256, false, false, false);
	call_open(&d, 41, CM80, GCM256, false, false, false);
	for (int own = 0; own < 2; own++) {
		flow = call_flow(&d, 0);
		*(own ? &flow->in_key : &flow->out_key) =
			own ? c.flow[0]->in_key : c.flow[0]->out_key;
		x[0] = (struct sl_flow_update){.flow = flow, .old = d.flow[0]};
		assert_int_equal(sl_flows_update(x, 1), -EBUSY);
		sl_flow_free(flow);
	}
	flow = call_flow(&c, 0);
	x[0] = (struct sl_flow_update){.flow = flow};
	assert_int_equal(sl_flows_update(x, 1), -EEXIST);
	/* Nor two that come at once in place of one. */
	x[0] = (struct sl_flow_update){.flow = flow, .old = c.flow[0]};
	x[1] = (struct sl_flow_update){.flow = call_flow(&c, 0)};
	assert_int_equal(sl_flows_update(x, 2), -EEXIST);
	sl_flow_free(x[1].flow);
	sl_flow_free(flow);
	/* In another's place it goes on behind what that one sent. */
	send_rtp(&c, 0, 7);
	relay_poll();
	expect_rtp(&c, 0, &(uint16_t){7}, 1);
	x[0] = (struct sl_flow_update){.old = c.flow[0]};
	assert_int_equal(sl_flows_update(x, 1), 0);
	assert_int_equal(
		sl_history_find(sl_key_history(c.flow[0]->out_key), c.end[0].ssrc)->next, 8);
	x[0] = (struct sl_flow_update){.flow = call_flow(&c, 0)};
	assert_int_equal(sl_flows_update(x, 1), 0);
	sl_flow_free(c.flow[0]);
	c.flow[0] = x[0].flow;
	send_rtp(&c, 0, 7);
	send_rtp(&c, 0, 8);
	relay_poll();
	expect_rtp(&c, 0, &(uint16_t){8}, 1);
	call_close(&d);
	call_close(&c);
}

/* A queue with an announcement of its own for each caller before, and the caller's own between:
 * SSRCs one after the other, for hours, on every pair of suites; libsrtp receives them. */
static void a_thousand_ssrcs(void **state)
{
	static const enum sl_suite suites[] = {PLAIN, CM80, GCM256};
	enum { SSRCS = 1000, PACKETS = 10 };

	for (unsigned k = 0; k < 9; k++) {
		uint16_t own_seq = 65000;
		uint32_t own;
		struct call c;

		call_open(&c, 42, suites[k / 3], suites[k % 3], false, false, false);
		own = c.end[0].ssrc;
		for (uint32_t i = 0; i < SSRCS; i++) {
			c.end[0].ssrc = own + (i % 10 == 9 ? 0 : 1 + i);
			for (uint16_t n = 0; n < PACKETS; n++) {
				uint16_t seq =
					c.end[0].ssrc == own ? own_seq++ : (uint16_t)(i * 77 + n);

				send_rtp(&c, 0, seq);
				relay_poll();
				expect_rtp(&c, 0, &seq, 1);
			}
			sl_pools_fill();
		}
		assert_int_equal(c.flow[0]->count.packets[SL_RTP], SSRCS * PACKETS);
		/* The very first of them comes back, and goes on. */
		c.end[0].ssrc = own + 1;
		send_rtp(&c, 0, PACKETS);
		relay_poll();
		expect_rtp(&c, 0, &(uint16_t){PACKETS}, 1);
		call_close(&c);
	}
}

/* It comes with a counter that the relay has not seen grow: the first packet of the row that has
 * its turn verifies, and all after it. */
static void a_counter_above_zero_at_first_sight(void **state)
{
	static const uint32_t counters[] = {0, 1, 2, 9, SL_ROC_SEARCH - 1, SL_ROC_SEARCH};

	for (unsigned i = 0; i < 6; i++) {
		bool found = counters[i] < SL_ROC_SEARCH;
		unsigned got = 0;
		uint8_t p[FRAME_MAX];
		struct call c;

		call_open(&c, 43, i & 1 ? GCM256 : CM80, CM80, false, false, false);
		make_rtp(&c.end[0], 99, PAYLOAD, p); /* libsrtp wants to know the stream */
		assert_int_equal(srtp_set_stream_roc(c.end[0].tx, c.end[0].ssrc, counters[i]), 0);
		for (uint16_t n = 0; n < 2 * SL_ROC_SEARCH; n++) {
			uint16_t seq = 100 + n;
			int len;

			send_rtp(&c, 0, seq);
			relay_poll();
			len = receive(&relay, &c.end[1], false, false, p);
			got += is_rtp(&c.end[0], p, len, seq, PAYLOAD);
			assert_int_equal(len > 0, found && n >= counters[i] + (counters[i] > 0));
		}
		assert_int_equal(c.flow[0]->count.drops[SL_DROP_AUTH] + got, 2 * SL_ROC_SEARCH);
		if (found)
			assert_int_equal(c.flow[0]->streams.first.in.top >> 16, counters[i]);
		call_close(&c);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		CASE(first_burst_may_wrap),
		CASE(duplicates_pass_once),
		CASE(plain_repeats_are_not_sent_twice),
		CASE(two_time_pad),
		CASE(plain_restart_is_renumbered),
		CASE(new_key_with_or_without_the_old_counter),
		CASE(keys_have_an_end),
		CASE(ssrcs_keep_their_own_counters),
		CASE(what_stays_here_uses_no_index),
		CASE(a_key_has_one_flow),
		CASE(a_thousand_ssrcs),
		CASE(a_counter_above_zero_at_first_sight),
	};

	arguments(argc, argv);
	return cmocka_run_group_tests(tests, start_one, stop);
}
