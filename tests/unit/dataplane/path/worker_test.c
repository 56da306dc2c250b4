/* SPDX-License-Identifier: BSD-3-Clause */
/* The way of a packet: what is forwarded, and what becomes of it where it cannot be. */
#include "tests/unit/dataplane/path/worker_fixture.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/base/nexthop.h"
#include "dataplane/handoff/mailbox.h"
#include "dataplane/port/ethdev.h"
#include "dataplane/port/exception_port.h"

static void any_suite_to_any_suite(void **state)
{
	for (int a = 0; a < SL_SUITE_COUNT; a++)
		for (int b = 0; b < SL_SUITE_COUNT; b++) {
			uint16_t seqs[100];
			struct call c;

			/* The endpoints' libsrtp gets the key derivation of AES-192 wrong
			 * before 2.8. */
			if (sl_suites[a].key_len == 24 || sl_suites[b].key_len == 24)
				continue;
			call_open(&c, 1, a, b, a % 2, b % 3 == 0, b % 2);
			for (int from = 0; from < 2; from++) {
				for (uint16_t i = 0; i < 100; i++) {
					seqs[i] = 65500 + i; /* wraps */
					send_rtp(&c, from, seqs[i]);
				}
				relay_poll();
				expect_rtp(&c, from, seqs, 100);
			}
			call_close(&c);
		}
}

static void rtcp_both_ways(void **state)
{
	static const enum sl_suite suites[] = {PLAIN, CM80, GCM256};

	for (unsigned k = 0; k < 18; k++) {
		uint8_t sent[FRAME_MAX], got[FRAME_MAX], plain[28];
		struct call c;

		call_open(&c, 2, suites[k % 3], suites[k / 3 % 3], false, false, k / 9);
		for (int from = 0; from < 2; from++)
			for (int i = 0; i < 5; i++) {
				struct endpoint clear = c.end[from];
				uint16_t n = make_rtcp(&c.end[from], sent);

				clear.suite = SL_SUITE_NONE;
				make_rtcp(&clear, plain);
				inject(&relay, &c.end[from], 0, true, c.mux, sent, n);
				inject(&relay, &c.end[from], 0, true, c.mux, sent,
					n); /* replayed */
				relay_poll();
				assert_int_equal(
					receive(&relay, &c.end[!from], true, c.mux, got), 28);
				assert_memory_equal(got, plain, 28);
				if (c.end[from].suite)
					assert_int_equal(
						receive(&relay, &c.end[!from], true, c.mux, got),
						0);
				else
					assert_int_equal(
						receive(&relay, &c.end[!from], true, c.mux, got),
						28);
			}
		call_close(&c);
	}
}

/* Between a VLAN and none; the same address and ports without the tag, or with another, are
 * somebody else's. */
static void calls_into_a_vlan(void **state)
{
	static const uint16_t seqs[] = {7, 8, 9};
	uint8_t p[FRAME_MAX], frame[FRAME_MAX + 64];
	uint64_t before = verdicts(SL_DROP_NOT_MEDIA), closed = verdicts(SL_DROP_CLOSED);
	struct endpoint untagged;
	struct call c;
	uint16_t n;

	call_open_between(&c, 9, CM80, GCM256, VLAN4, LAN4, false);
	for (int i = 0; i < 3; i++) {
		send_rtp(&c, 0, seqs[i]);
		send_rtp(&c, 1, seqs[i]);
	}
	relay_poll();
	expect_rtp(&c, 0, seqs, 3);
	expect_rtp(&c, 1, seqs, 3);
	untagged = c.end[0];
	untagged.slot = WAN4;
	n = make_rtp(&c.end[0], 10, PAYLOAD, p);
	inject(&relay, &untagged, 0, false, false, p, n);
	n = make_frame(&c.end[0], c.end[0].port, p, n, frame);
	frame[15]++;
	inject_frame(&relay, WAN, 0, frame, n);
	relay_poll();
	expect_nothing(&c);
	assert_int_equal(verdicts(SL_DROP_CLOSED), closed + 1);
	assert_int_equal(verdicts(SL_DROP_NOT_MEDIA), before + 1);
	call_close(&c);
}

/* Blocked media does not pass, and silenced media is not heard; RTCP goes on. */
static void blocked_and_silenced(void **state)
{
	static const struct {
		enum sl_pt_action action;
		int length;
		uint8_t payload[3];
	} cases[] = {
		{SL_PT_DISCARD, 0, {0}},
		{SL_PT_SILENCE_PCMU, PAYLOAD, {0xff, 0xff, 0xff}},
		{SL_PT_SILENCE_PCMA, PAYLOAD, {0xd5, 0xd5, 0xd5}},
		{SL_PT_SILENCE_G722, PAYLOAD, {0xfa, 0xfa, 0xfa}},
		{SL_PT_SILENCE_OPUS, 3, {0xf8, 0xff, 0xfe}},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sl_pt_actions actions = {0};
		uint16_t seq = 3;
		uint8_t p[FRAME_MAX];
		struct call c;
		int len;

		call_open(&c, 34, i & 1 ? PLAIN : GCM256, CM80, false, false, false);
		c.flow[0]->actions = &actions;
		c.flow[0]->local[SL_RTP].has_actions = true;
		/* Packets of endpoints. */
		sl_pt_actions_set(&actions, 8, (uint8_t)cases[i].action);
		send_rtp(&c, 0, 1);
		relay_poll();
		len = receive(&relay, &c.end[1], false, false, p);
		assert_int_equal(len, cases[i].length ? 12 + cases[i].length : 0);
		if (len)
			assert_memory_equal(p + 12, cases[i].payload, 3);
		assert_true(len < 100 || p[len - 1] == cases[i].payload[0]);
		send_rtcp(&c, 0);
		assert_int_equal(c.flow[0]->count.drops[SL_DROP_BLOCKED], !len);
		send_rtp(&c, 1, seq); /* the other way as before */
		relay_poll();
		expect_rtp(&c, 1, &seq, 1);
		c.flow[0]->actions = NULL;
		call_close(&c);
	}
}

/*
 * Hold by c=0.0.0.0: neither RTP nor RTCP leaves, and what comes is followed, so that eleven
 * minutes later both sides go on with the same keys.
 */
static void what_leads_nowhere_is_followed(void **state)
{
	static const enum sl_suite suites[] = {CM80, GCM256};

	for (unsigned i = 0; i < 2; i++) {
		uint16_t first = 1, back = 9;
		uint8_t p[FRAME_MAX];
		struct call c;

		call_open(&c, 35, suites[i], CM80, false, false, false);
		send_rtp(&c, 0, first);
		relay_poll();
		expect_rtp(&c, 0, &first, 1);
		c.nowhere = true;
		replace_flow(&c);
		for (unsigned seq = 2; seq < 34000; seq += 500) {
			send_rtp(&c, 0, (uint16_t)seq);
			relay_poll();
		}
		inject(&relay, &c.end[0], 0, true, c.mux, p, make_rtcp(&c.end[0], p));
		relay_poll();
		assert_int_equal(receive(&relay, &c.end[1], true, c.mux, p), 0);
		send_rtp(&c, 1, back); /* music */
		relay_poll();
		expect_rtp(&c, 1, &back, 1);
		assert_int_equal(c.flow[0]->count.drops[SL_DROP_BLOCKED], 69);
		assert_int_equal(c.flow[0]->streams.first.in.top, 33502);
		c.nowhere = false;
		replace_flow(&c);
		send_rtp(&c, 0, 33503);
		relay_poll();
		assert_int_equal(receive(&relay, &c.end[1], false, c.mux, p), 12 + PAYLOAD);
		call_close(&c);
	}
}

static void withdrawn_is_closed_at_once(void **state)
{
	uint64_t before = verdicts(SL_DROP_CLOSED);
	struct call c, other;

	call_open(&c, 10, CM80, CM80, false, false, false);
	call_open(&other, 11, CM80, CM80, false, false, false);
	call_close(&c);
	c.end[0].suite = c.end[1].suite = SL_SUITE_NONE;
	send_rtp(&c, 0, 1);
	send_rtp(&c, 1, 1);
	relay_poll();
	expect_nothing(&c);
	assert_int_equal(verdicts(SL_DROP_CLOSED), before + 2);
	/* A pinhole that another call holds is refused, and nothing changes. */
	struct sl_flow_update taken = {.flow = call_flow(&other, 0)};

	assert_int_equal(sl_flows_update(&taken, 1), -EEXIST);
	sl_flow_free(taken.flow);
	uint16_t seq = 5;

	send_rtp(&other, 0, seq);
	relay_poll();
	expect_rtp(&other, 0, &seq, 1);
	call_close(&other);
}

static void no_neighbour_no_packet(void **state)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 0x99};
	uint16_t seq = 2;
	struct call c;

	call_open(&c, 13, CM80, CM80, false, false, false);
	sl_nexthop_clear(&sl_nexthops[1]);
	send_rtp(&c, 0, 1);
	relay_poll();
	expect_nothing(&c);
	assert_int_equal(c.flow[0]->count.drops[SL_DROP_NEIGHBOUR], 1);
	sl_nexthop_set(&sl_nexthops[1], mac);
	send_rtp(&c, 0, seq);
	relay_poll();
	expect_rtp(&c, 0, &seq, 1);
	call_close(&c);
}

static void sizes_up_to_the_mtu(void **state)
{
	static const uint16_t sizes[] = {0, 1, 20, 1200, 1500 - 28 - 12 - 10};
	uint8_t p[FRAME_MAX];
	struct call c;

	call_open(&c, 14, CM80, CM80, false, false, false);
	for (uint16_t i = 0; i < 5; i++) {
		uint16_t n = make_rtp(&c.end[0], i, sizes[i], p);

		inject(&relay, &c.end[0], 0, false, false, p, n);
		relay_poll();
		assert_true(is_rtp(
			&c.end[0], p, receive(&relay, &c.end[1], false, false, p), i, sizes[i]));
	}
	call_close(&c);
	/* A packet that grows beyond the MTU is dropped under its name. */
	call_open(&c, 15, PLAIN, CM80, false, true, false);
	inject(&relay, &c.end[0], 0, false, false, p, make_rtp(&c.end[0], 1, 1500 - 28 - 12, p));
	relay_poll();
	expect_nothing(&c);
	assert_int_equal(c.flow[0]->count.drops[SL_DROP_MTU], 1);
	call_close(&c);
}

/* A full egress queue: what it refused is counted once, by worker and by flow. */
static void egress_queue_full(void **state)
{
	enum { N = 1200 };
	uint64_t forward = verdicts(SL_FORWARD), full = verdicts(SL_DROP_TX_FULL);
	unsigned out = 0;
	struct call c;
	uint8_t p[FRAME_MAX];

	call_open(&c, 17, CM80, GCM256, false, false, false);
	for (uint16_t i = 0; i < N; i++) {
		send_rtp(&c, 0, i);
		if (i % 60 == 59)
			relay_poll();
	}
	while (receive(&relay, &c.end[1], false, false, p) > 0)
		out++;
	assert_in_range(out, 1, N - 1);
	assert_int_equal(verdicts(SL_FORWARD) - forward, out);
	assert_int_equal(verdicts(SL_DROP_TX_FULL) - full, N - out);
	assert_int_equal(c.flow[0]->count.drops[SL_DROP_TX_FULL], N - out);
	assert_int_equal(c.flow[0]->count.packets[SL_RTP], N);
	call_close(&c);
}

/* A kernel that does not keep up with what is not media loses some of it, by name. */
static void exception_port_full(void **state)
{
	enum { N = 1100 };
	uint64_t full = verdicts(SL_DROP_PUNT_FULL), punted = sl_workers[0].stats.punted;
	struct sl_ethdev *dev = &sl_ethdevs[WAN];
	uint8_t arp[60] = {[12] = 0x08, 0x06};
	struct sl_error error = {0};

	/* Its thread is not started: nobody takes anything from it. */
	if (unshare(CLONE_NEWNET) ||
		sl_exception_open("sl-wan0", dev->mac, dev->mtu, &dev->exception, &error))
		skip();
	for (unsigned i = 0; i < N; i++) {
		inject_frame(&relay, WAN, 0, arp, sizeof(arp));
		relay_poll();
	}
	full = verdicts(SL_DROP_PUNT_FULL) - full;
	assert_in_range(full, 1, N - 1);
	assert_int_equal(sl_workers[0].stats.punted - punted, N - full);
	sl_exception_close(dev->exception);
	dev->exception = NULL;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		CASE(any_suite_to_any_suite),
		CASE(rtcp_both_ways),
		CASE(calls_into_a_vlan),
		CASE(blocked_and_silenced),
		CASE(what_leads_nowhere_is_followed),
		CASE(withdrawn_is_closed_at_once),
		CASE(no_neighbour_no_packet),
		CASE(sizes_up_to_the_mtu),
		CASE(egress_queue_full),
		CASE(exception_port_full),
	};

	arguments(argc, argv);
	return cmocka_run_group_tests(tests, start_one, stop);
}
