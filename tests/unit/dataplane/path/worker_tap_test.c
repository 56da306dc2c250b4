/* SPDX-License-Identifier: BSD-3-Clause */
/* A tap: who is copied, what is kept of a packet, and where its way is said to have ended. */
#include "tests/unit/dataplane/path/worker_fixture.h"

#include <string.h>

#include "dataplane/base/nexthop.h"
#include "dataplane/handoff/mailbox.h"
#include "dataplane/handoff/tap_new.h"

enum { COOKIE = 77 };

/* A tap on both ports of an end, with the workers. */
static struct sl_tap *tap_on(const struct endpoint *e, bool clear)
{
	const struct sl_tap_port ports[] = {
		{.cookie = COOKIE, .udp_port = e->port, .slot = e->slot},
		{.cookie = COOKIE + 1, .udp_port = e->port + 1, .slot = e->slot},
	};
	struct sl_tap *tap = sl_tap_new(clear);

	assert_non_null(tap);
	sl_tap_watch(tap, ports, 2);
	sl_workers_tap(tap);
	return tap;
}

static void tap_off(struct sl_tap *tap)
{
	sl_workers_tap(NULL);
	sl_tap_free(tap);
}

/* The next record of any worker that is not another's; NULL: none. */
static const struct sl_tap_record *next(struct sl_tap *tap)
{
	static struct sl_tap_record copy;

	for (unsigned i = 0; i < sl_n_workers; i++)
		for (const struct sl_tap_record *r; (r = sl_tap_peek(tap, i));) {
			copy = *r;
			sl_tap_done(tap, i);
			if (!copy.elsewhere)
				return &copy;
		}
	return NULL;
}

static const struct sl_tap_record *expect(
	struct sl_tap *tap, enum sl_stage stage, enum sl_verdict verdict)
{
	const struct sl_tap_record *r = next(tap);

	assert_non_null(r);
	assert_int_equal(r->stage, stage);
	assert_int_equal(r->verdict, verdict);
	assert_true(r->frame[SL_TAP_RECEIVED].len > 0);
	assert_int_equal(r->frame[SL_TAP_SENT].len > 0, verdict == SL_FORWARD);
	return r;
}

static void received_and_sent(void **state)
{
	uint8_t p[FRAME_MAX], frame[FRAME_MAX + 64];
	const struct sl_tap_record *r;
	uint16_t n, len, seq = 4;
	struct sl_tap *tap;
	struct call c;

	call_open(&c, 1, CM80, GCM256, false, true, false);
	tap = tap_on(&c.end[0], false);
	n = make_rtp(&c.end[0], seq, PAYLOAD, p);
	len = make_frame(&c.end[0], c.end[0].port, p, n, frame);
	inject_frame(&relay, WAN, 0, frame, len);
	relay_poll();
	expect_rtp(&c, 0, &seq, 1);
	r = expect(tap, SL_STAGE_TX, SL_FORWARD);
	assert_int_equal(r->cookie, COOKIE);
	assert_int_equal(r->frame[SL_TAP_RECEIVED].len, len);
	assert_memory_equal(r->frame[SL_TAP_RECEIVED].data, frame, len);
	assert_int_equal(r->payload_len, n);
	assert_memory_equal(r->frame[SL_TAP_RECEIVED].data + r->payload, p, n);
	assert_int_equal(r->frame[SL_TAP_CLEAR].len, 0);
	/* 14 + 40 + 8, the header and the payload, a tag of 16. */
	assert_int_equal(r->frame[SL_TAP_SENT].len, 62 + 12 + PAYLOAD + 16);
	assert_true(r->frame[SL_TAP_SENT].at >= r->frame[SL_TAP_RECEIVED].at);
	send_rtcp(&c, 0);
	assert_int_equal(expect(tap, SL_STAGE_TX, SL_FORWARD)->cookie, COOKIE + 1);
	tap_off(tap);
	call_close(&c);
}

/* Nothing else is copied: the other end, other calls, anything once the tap is off. */
static void nobody_else(void **state)
{
	struct call c, other;
	struct sl_tap *tap;
	uint16_t seq = 9;

	call_open(&c, 2, CM80, CM80, false, false, false);
	call_open(&other, 3, CM80, CM80, false, false, false);
	tap = tap_on(&c.end[0], true);
	send_rtp(&c, 1, 1);
	send_rtp(&other, 0, 1);
	send_rtp(&c, 0, seq);
	relay_poll();
	expect(tap, SL_STAGE_TX, SL_FORWARD);
	assert_null(next(tap));
	sl_tap_watch(tap, NULL, 0);
	send_rtp(&c, 0, 10);
	relay_poll();
	assert_null(next(tap));
	tap_off(tap);
	send_rtp(&c, 0, 11);
	relay_poll();
	call_close(&other);
	call_close(&c);
}

/* In clear only when it was asked for; and then what the endpoint had said. */
static void in_clear_on_demand(void **state)
{
	static const enum sl_suite suites[] = {CM80, GCM256, PLAIN};

	for (unsigned i = 0; i < 3; i++) {
		const struct sl_tap_record *r;
		struct sl_tap *tap;
		struct call c;

		call_open(&c, 4, suites[i], GCM256, false, false, false);
		tap = tap_on(&c.end[0], true);
		send_rtp(&c, 0, 5);
		relay_poll();
		r = expect(tap, SL_STAGE_TX, SL_FORWARD);
		assert_true(is_rtp(&c.end[0], r->frame[SL_TAP_CLEAR].data,
			r->frame[SL_TAP_CLEAR].len, 5, PAYLOAD));
		assert_int_equal(memcmp(r->frame[SL_TAP_RECEIVED].data + r->payload + 12,
					 r->frame[SL_TAP_CLEAR].data + 12, PAYLOAD) == 0,
			suites[i] == PLAIN);
		tap_off(tap);
		call_close(&c);
	}
}

/* Each drop with its name and the stage that decided. */
static void where_the_way_ended(void **state)
{
	uint8_t p[FRAME_MAX];
	struct endpoint unknown;
	struct sl_tap *tap;
	struct call c;
	uint16_t n;

	call_open(&c, 6, CM80, CM80, false, false, false);
	tap = tap_on(&c.end[0], true);
	n = make_rtp(&c.end[0], 20, PAYLOAD, p);
	inject(&relay, &c.end[0], 0, false, false, p, n);
	relay_poll();
	expect(tap, SL_STAGE_TX, SL_FORWARD);
	inject(&relay, &c.end[0], 0, false, false, p, n);
	relay_poll();
	expect(tap, SL_STAGE_REPLAY, SL_DROP_REPLAY);
	n = make_rtp(&c.end[0], 21, PAYLOAD, p);
	p[n - 1] ^= 1;
	inject(&relay, &c.end[0], 0, false, false, p, n);
	relay_poll();
	assert_int_equal(expect(tap, SL_STAGE_UNPROTECT, SL_DROP_AUTH)->frame[SL_TAP_CLEAR].len, 0);
	unknown = c.end[0];
	unknown.address.port++;
	inject(&relay, &unknown, 0, false, false, p, n);
	relay_poll();
	expect(tap, SL_STAGE_GUARD, SL_DROP_SOURCE);
	sl_nexthop_clear(&sl_nexthops[1]);
	send_rtp(&c, 0, 22);
	relay_poll();
	expect(tap, SL_STAGE_COMMIT, SL_DROP_NEIGHBOUR);
	sl_nexthop_set(&sl_nexthops[1], (const uint8_t[]){2, 0, 0, 0, 0, 0x99});
	call_close(&c);
	inject(&relay, &unknown, 0, false, false, p, n);
	relay_poll();
	expect(tap, SL_STAGE_PINHOLE, SL_DROP_CLOSED);
	assert_null(next(tap));
	tap_off(tap);
}

/* The first packets of an SSRC take two rounds of a burst; each is told of once. */
static void two_rounds(void **state)
{
	static const uint16_t seqs[] = {65534, 65535, 0, 1};
	struct sl_tap *tap;
	struct call c;

	call_open(&c, 7, CM80, CM80, false, false, false);
	tap = tap_on(&c.end[0], true);
	for (unsigned i = 0; i < 4; i++)
		send_rtp(&c, 0, seqs[i]);
	relay_poll();
	expect_rtp(&c, 0, seqs, 4);
	for (unsigned i = 0; i < 4; i++)
		assert_true(is_rtp(&c.end[0],
			expect(tap, SL_STAGE_TX, SL_FORWARD)->frame[SL_TAP_CLEAR].data,
			12 + PAYLOAD, seqs[i], PAYLOAD));
	assert_null(next(tap));
	tap_off(tap);
	call_close(&c);
}

/* Nobody reads it: what has no room is lost to the tap, and counted; media goes on. */
static void full_ring(void **state)
{
	enum { BEYOND = 32 };
	struct sl_tap *tap;
	struct call c;
	unsigned n = 0;

	call_open(&c, 8, CM80, CM80, false, false, false);
	tap = tap_on(&c.end[0], false);
	for (uint16_t i = 0; i < SL_TAP_RECORDS + BEYOND; i++) {
		send_rtp(&c, 0, i);
		if (i % 32 != 31)
			continue;
		uint16_t seqs[32];

		for (uint16_t k = 0; k < 32; k++)
			seqs[k] = i - 31 + k;
		relay_poll();
		expect_rtp(&c, 0, seqs, 32);
	}
	assert_int_equal(sl_tap_lost(tap), BEYOND);
	while (next(tap))
		n++;
	assert_int_equal(n, SL_TAP_RECORDS);
	send_rtp(&c, 0, 5000);
	relay_poll();
	expect(tap, SL_STAGE_TX, SL_FORWARD);
	tap_off(tap);
	call_close(&c);
}

/* A packet that the device refuses was not sent, though it was ready. */
static void refused_by_the_device(void **state)
{
	enum { N = 1200 };
	uint64_t full = verdicts(SL_DROP_TX_FULL), out = 0, refused = 0;
	struct sl_tap *tap;
	uint8_t p[FRAME_MAX];
	struct call c;

	call_open(&c, 9, CM80, GCM256, false, false, false);
	tap = tap_on(&c.end[0], false);
	for (uint16_t i = 0; i < N; i++) {
		send_rtp(&c, 0, i);
		if (i % 60 != 59)
			continue;
		relay_poll();
		for (const struct sl_tap_record *r; (r = next(tap));) {
			out += r->verdict == SL_FORWARD && r->frame[SL_TAP_SENT].len;
			refused += r->verdict == SL_DROP_TX_FULL && !r->frame[SL_TAP_SENT].len;
		}
	}
	assert_int_equal(verdicts(SL_DROP_TX_FULL) - full, refused);
	assert_int_equal(out + refused, N);
	while (receive(&relay, &c.end[1], false, false, p) > 0)
		out--;
	assert_int_equal(out, 0);
	tap_off(tap);
	call_close(&c);
}

/* On whichever queue a packet arrives, and wherever it leaves: one record, of its owner. */
static void handed_over(void **state)
{
	uint8_t p[FRAME_MAX];

	for (unsigned n = 10; n < 12; n++) {
		struct sl_tap *tap;
		struct call c;

		call_open(&c, n, CM80, CM80, false, false, false);
		tap = tap_on(&c.end[0], false);
		for (unsigned queue = 0; queue < 2; queue++) {
			inject(&relay, &c.end[0], queue, false, false, p,
				make_rtp(&c.end[0], (uint16_t)(queue + 1), PAYLOAD, p));
			relay_poll();
			assert_int_equal(receive(&relay, &c.end[1], false, false, p), 12 + PAYLOAD);
			expect(tap, SL_STAGE_TX, SL_FORWARD);
			assert_null(next(tap));
		}
		tap_off(tap);
		call_close(&c);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest one[] = {
		CASE(received_and_sent),
		CASE(nobody_else),
		CASE(in_clear_on_demand),
		CASE(where_the_way_ended),
		CASE(two_rounds),
		CASE(full_ring),
		CASE(refused_by_the_device),
	};
	const struct CMUnitTest two[] = {
		CASE(handed_over),
	};

	arguments(argc, argv);
	return cmocka_run_group_tests(one, start_one, stop) +
	       cmocka_run_group_tests(two, start_two, stop);
}
