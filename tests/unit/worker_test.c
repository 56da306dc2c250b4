/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The packet path from port to port with real keys, one behaviour per test. Every test ends with as
 * many packet buffers free as it began with. Runs with the backend named by the first argument.
 */
#include "relay_fixture.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "dataplane/ethdev.h"
#include "dataplane/mailbox.h"
#include "dataplane/nexthop.h"

#define CM80   SL_SUITE_AES_CM_128_HMAC_SHA1_80
#define GCM256 SL_SUITE_AEAD_AES_256_GCM
#define PLAIN  SL_SUITE_NONE
enum { PAYLOAD = 160 };

static struct relay relay;
static const char *backend = "ipsec-mb";

static void send_rtp(struct call *c, int i, uint16_t seq)
{
	uint8_t p[FRAME_MAX];

	inject(&relay, &c->end[i], 0, false, c->mux, p, make_rtp(&c->end[i], seq, PAYLOAD, p));
}

/* Exactly the packets with these sequence numbers come out at the other end, in this order. */
static void expect_rtp(struct call *c, int from, const uint16_t *seqs, unsigned n)
{
	uint8_t p[FRAME_MAX];

	for (unsigned i = 0; i < n; i++) {
		int len = receive(&relay, &c->end[!from], false, c->mux, p);

		if (!is_rtp(&c->end[from], p, len, seqs[i], PAYLOAD))
			fail_msg("packet %u (seq %u): length %d", i, seqs[i], len);
	}
	assert_int_equal(receive(&relay, &c->end[!from], false, c->mux, p), 0);
}

static void expect_nothing(struct call *c)
{
	expect_rtp(c, 0, NULL, 0);
	expect_rtp(c, 1, NULL, 0);
}

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

/* RTP Inject and ROC poisoning: the right source and SSRC, steps of 0x7fff, bad tags. */
static void forgeries_change_nothing(void **state)
{
	static const enum sl_suite suites[] = {CM80, GCM256};

	for (int k = 0; k < 2; k++) {
		static const uint16_t next = 101;
		struct sl_streams before;
		uint8_t p[FRAME_MAX];
		uint16_t seq = 100;
		struct call c;

		call_open(&c, 5, suites[k], suites[k], false, false, false);
		send_rtp(&c, 0, seq);
		relay_poll();
		expect_rtp(&c, 0, &seq, 1);
		before = c.flow[0]->streams;
		for (int i = 0; i < 200; i++) {
			uint16_t n = make_rtp(&c.end[0], seq, PAYLOAD, p);

			p[2] = (uint8_t)((100 + 0x7fff * (i + 1)) >> 8);
			p[3] = (uint8_t)(100 + 0x7fff * (i + 1));
			if (i % 2)
				p[11] ^= (uint8_t)i; /* another SSRC */
			inject(&relay, &c.end[0], 0, false, false, p, n);
			if (i % 50 == 49)
				relay_poll();
		}
		expect_nothing(&c);
		assert_memory_equal(&before, &c.flow[0]->streams, sizeof(before));
		/* The endpoint's own context has moved on; the genuine next packet comes from a
		 * fresh one. */
		srtp_remove_stream(c.end[0].tx, htonl(c.end[0].ssrc));
		send_rtp(&c, 0, next);
		relay_poll();
		expect_rtp(&c, 0, &next, 1);
		call_close(&c);
	}
}

static void refused_under_their_own_names(void **state)
{
	static const struct {
		enum sl_verdict want;
		const char *what;
	} cases[] = {
		{SL_DROP_SOURCE, "another port"},
		{SL_DROP_SOURCE, "another address"},
		{SL_DROP_CLOSED, "a closed port"},
		{SL_DROP_AUTH, "a flipped bit"},
		{SL_DROP_SHORT, "no room for a tag"},
		{SL_DROP_DEMUX, "STUN"},
		{SL_DROP_DEMUX, "RTCP on the RTP port"},
		{SL_DROP_RTP, "a broken RTP header"},
		{SL_DROP_NOT_MEDIA, "a port outside of the range"},
		{SL_DROP_AUTH, "plain RTP"},
	};
	struct call c;

	call_open(&c, 6, CM80, CM80, false, false, false);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct endpoint from = c.end[0];
		uint64_t before = verdicts(cases[i].want);
		uint8_t p[FRAME_MAX];
		uint16_t n = make_rtp(&c.end[0], (uint16_t)(500 + i), PAYLOAD, p);

		switch (i) {
		case 0:
			from.address.port++;
			break;
		case 1:
			from.address.ip[15]++;
			break;
		case 2:
			from.port += 400;
			break;
		case 3:
			p[40] ^= 1;
			break;
		case 4:
			n = 12 + 9;
			break;
		case 5:
			p[0] = 0;
			break;
		case 6:
			p[1] = 200;
			break;
		case 7:
			p[0] = 0x9f;
			n = 40;
			break;
		case 8:
			from.port = LAST_PORT + 1;
			break;
		default:
			from.suite = SL_SUITE_NONE;
			n = make_rtp(&from, 500, PAYLOAD, p);
		}
		inject(&relay, &from, 0, false, false, p, n);
		relay_poll();
		expect_nothing(&c);
		if (verdicts(cases[i].want) != before + 1)
			fail_msg("%s", cases[i].what);
	}
	call_close(&c);
}

static void clear_and_short_srtcp(void **state)
{
	struct call c;
	uint8_t p[FRAME_MAX];
	uint16_t n;

	call_open(&c, 7, CM80, CM80, false, false, false);
	n = make_rtcp(&c.end[0], p);
	p[n - 14] &= 0x7f; /* E flag */
	inject(&relay, &c.end[0], 0, true, false, p, n);
	inject(&relay, &c.end[0], 0, true, false, p, 8 + 13);
	relay_poll();
	expect_nothing(&c);
	assert_int_equal(c.flow[0]->count.drops[SL_DROP_SRTCP_CLEAR], 1);
	assert_int_equal(c.flow[0]->count.drops[SL_DROP_SHORT], 1);
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

static void send_rtcp(struct call *c, int i)
{
	uint8_t p[FRAME_MAX];

	inject(&relay, &c->end[i], 0, true, c->mux, p, make_rtcp(&c->end[i], p));
	relay_poll();
	assert_int_equal(receive(&relay, &c->end[!i], true, c->mux, p), 28);
}

/* The flow from end 0 again, with the keys of now, in place of the one that is there. */
static void replace_flow(struct call *c)
{
	struct sl_exchange x = {.flow = call_flow(c, 0), .old = c->flow[0]};

	assert_int_equal(sl_flows_exchange(&x, 1), 0);
	sl_flow_free(c->flow[0]);
	c->flow[0] = x.flow;
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
		assert_int_equal(c.flow[0]->streams.live[0].in.top >> 16, keeps);
		call_close(&c);
	}
}

/* What the proxy blocks does not pass, and what it silences is not heard; RTCP goes on. */
static void blocked_and_silenced(void **state)
{
	static const struct {
		enum sl_treatment treatment;
		int length;
		uint8_t payload[3];
	} cases[] = {
		{SL_TREAT_DISCARD, 0, {0}},
		{SL_TREAT_PCMU, PAYLOAD, {0xff, 0xff, 0xff}},
		{SL_TREAT_PCMA, PAYLOAD, {0xd5, 0xd5, 0xd5}},
		{SL_TREAT_G722, PAYLOAD, {0xfa, 0xfa, 0xfa}},
		{SL_TREAT_OPUS, 3, {0xf8, 0xff, 0xfe}},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint16_t seq = 3;
		uint8_t p[FRAME_MAX];
		struct call c;
		int len;

		call_open(&c, 34, i & 1 ? PLAIN : GCM256, CM80, false, false, false);
		c.flow[0]->treated = true;
		c.flow[0]->treatment[8] = (uint8_t)cases[i].treatment; /* what endpoints send */
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
	struct sl_exchange taken = {.flow = call_flow(&other, 0)};

	assert_int_equal(sl_flows_exchange(&taken, 1), -EEXIST);
	sl_flow_free(taken.flow);
	uint16_t seq = 5;

	send_rtp(&other, 0, seq);
	relay_poll();
	expect_rtp(&other, 0, &seq, 1);
	call_close(&other);
}

static void ssrc_flood_evicts_nobody(void **state)
{
	uint16_t seq = 1000;
	uint32_t own;
	struct call c;

	call_open(&c, 12, PLAIN, CM80, false, false, false);
	own = c.end[0].ssrc;
	send_rtp(&c, 0, seq);
	relay_poll();
	expect_rtp(&c, 0, &seq, 1);
	for (uint32_t i = 0; i < 20000; i++) {
		uint8_t p[FRAME_MAX];

		c.end[0].ssrc = i * 7919 + 1;
		send_rtp(&c, 0, 1);
		if (i % 60 == 59) {
			relay_poll();
			while (receive(&relay, &c.end[1], false, false, p) != 0)
				;
		}
	}
	relay_poll();
	assert_true(c.flow[0]->count.drops[SL_DROP_SSRC_LIMIT] >= 20000 - SL_LIVE_SSRCS);
	c.end[0].ssrc = own;
	seq++;
	send_rtp(&c, 0, seq);
	relay_poll();
	expect_rtp(&c, 0, &seq, 1);
	call_close(&c);
}

/* What is sent in the time of one poll: a bucket's worth, then nothing. */
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
	c.flow[0]->gap = 9765;
	n = forwarded(&c, 1, 500);
	assert_in_range(n, 54, 70); /* and what came due while the test ran */
	assert_int_equal(c.flow[0]->count.drops[SL_DROP_RATE], 500 - n);
	assert_int_equal(forwarded(&other, 1, 500), 500);
	c.flow[0]->due -= 2 * SL_FLOW_DEPTH; /* half a second goes by */
	assert_in_range(forwarded(&c, 600, 500), 54, 70);
	/* So long that the clock has turned half: full, not ahead of time. */
	c.flow[0]->due += UINT32_C(1) << 30;
	assert_in_range(forwarded(&c, 1200, 500), 54, 70);
	call_close(&c);
	call_close(&other);
}

/* Whoever spoofs the sender but does not know its SSRC takes nothing from it. */
static void unknown_ssrcs_have_their_own_bucket(void **state)
{
	uint16_t seq = 7;
	uint32_t own;
	struct call c;

	call_open(&c, 22, CM80, CM80, false, false, false);
	c.flow[0]->gap = 9765;
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
	/* What grows beyond the MTU is dropped under its name. */
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

/* The last index of a key is sent, the next one is not (RFC 3711 9.2). */
static void keys_have_an_end(void **state)
{
	uint8_t p[FRAME_MAX];
	struct call c;

	call_open(&c, 18, PLAIN, CM80, false, false, false);
	send_rtp(&c, 0, 0xfffe);
	relay_poll();
	assert_true(receive(&relay, &c.end[1], false, false, p) > 0);
	c.flow[0]->streams.live[0].out.top = SL_INDEX_MAX - 1;
	send_rtp(&c, 0, 0xffff);
	send_rtp(&c, 0, 0);
	send_rtp(&c, 0, 1);
	relay_poll();
	assert_int_equal(
		receive(&relay, &c.end[1], false, false, p), -1); /* libsrtp knows no such ROC */
	assert_int_equal(receive(&relay, &c.end[1], false, false, p), 0);
	assert_int_equal(c.flow[0]->count.drops[SL_DROP_INDEX_LIMIT], 2);
	c.flow[0]->rtcp_out_index = SL_RTCP_INDEX_MAX;
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
	assert_int_equal(c.flow[0]->streams.live[0].in.top >> 16, 1);
	assert_int_equal(c.flow[0]->streams.live[1].in.top >> 16, 0);
	/* SSRC 0 falls silent, a fifth takes its place, and SSRC 0 comes back in its second
	 * roll-over. */
	c.flow[0]->streams.live[0].last -= SL_STREAM_SILENT_NS;
	c.end[0].ssrc = own + 9;
	uint16_t first = 1, next = (uint16_t)(starts[0] + ROUNDS);

	send_rtp(&c, 0, first);
	relay_poll();
	expect_rtp(&c, 0, &first, 1);
	assert_int_equal(c.flow[0]->streams.n_retired, 1);
	c.flow[0]->streams.live[1].last -= SL_STREAM_SILENT_NS;
	c.end[0].ssrc = own;
	send_rtp(&c, 0, next);
	relay_poll();
	expect_rtp(&c, 0, &next, 1);
	call_close(&c);
}

static void random_frames_are_counted(void **state)
{
	uint64_t before = 0, after = 0, punted = sl_workers[0].stats.punted;
	enum { FRAMES = 50000 };
	struct call c;

	for (int v = 0; v < SL_VERDICTS; v++)
		before += verdicts(v);
	call_open(&c, 16, CM80, PLAIN, false, false, true);
	for (int i = 0; i < FRAMES; i++) {
		uint8_t p[FRAME_MAX], frame[FRAME_MAX + 64], out[FRAME_MAX];
		int end = i & 1;
		uint16_t n = make_frame(&c.end[end], c.end[end].port, p,
			make_rtp(&c.end[end], (uint16_t)i, (uint16_t)(random() % 200), p), frame);

		for (int flips = (int)(random() % 4); flips > 0; flips--)
			frame[12 + random() % 50] ^= (uint8_t)(1 << random() % 8);
		if (random() % 4 == 0)
			n = (uint16_t)(random() % n);
		inject_frame(&relay, end, 0, frame, n);
		if (i % 50 == 49) {
			struct rte_mbuf *m;

			relay_poll();
			for (int port = 0; port < PORTS; port++)
				while (rte_ring_dequeue(relay.tx[port][0], (void **)&m) == 0)
					rte_pktmbuf_free(m);
		}
		(void)out;
	}
	relay_poll();
	for (int v = 0; v < SL_VERDICTS; v++)
		after += verdicts(v);
	assert_int_equal(after - before + sl_workers[0].stats.punted - punted, FRAMES);
	call_close(&c);
}

static const struct sl_latch_policy follow = {.mode = SL_LATCH_FOLLOW};

/* The flow from end i again, with another policy. */
static void set_policy(struct call *c, int i, const struct sl_latch_policy *policy)
{
	struct sl_exchange x = {.flow = call_flow_with(c, i, policy), .old = c->flow[i]};

	assert_int_equal(sl_flows_exchange(&x, 1), 0);
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
		/* What was learnt stays when the flow is replaced. */
		set_policy(&c, 0, &follow);
		assert_true(comes_from(&c, 0, SL_RTP, 50002));
		c.end[0].address.port = c.flow[0]->latch[SL_RTP].signalled.port;
		call_close(&c);
	}
}

/* Strangers' tags cost: at most SL_LATCH_TRIES at once from one address, the rest is refused
 * before. */
static void strangers_are_tried_within_bounds(void **state)
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

/* What does not fit into the ring is counted, and still to be seen in the flow. */
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

static int start_one(void **state)
{
	relay_start(&relay, backend, 1);
	return 0;
}

static int stop(void **state)
{
	relay_stop(&relay);
	return 0;
}

static int begin(void **state)
{
	*state = (void *)(uintptr_t)buffers_in_use();
	return 0;
}

static int end(void **state)
{
	for (int port = 0; port < PORTS; port++)
		for (unsigned q = 0; q < relay.workers; q++) {
			struct rte_mbuf *m;

			while (rte_ring_dequeue(relay.tx[port][q], (void **)&m) == 0)
				rte_pktmbuf_free(m);
		}
	return buffers_in_use() != (uintptr_t)*state;
}

/* Two queues and two workers: packets arrive on either queue, flows have one owner, order is kept.
 */
static void wrong_queue_is_handed_off(void **state)
{
	enum { CALLS = 8, N = 60 };
	struct call c[CALLS];
	unsigned owners = 0;

	for (unsigned k = 0; k < CALLS; k++) {
		call_open(&c[k], k, CM80, GCM256, false, false, false);
		owners |= 1u << c[k].flow[0]->worker;
	}
	assert_int_equal(owners, 3);
	for (unsigned k = 0; k < CALLS; k++) {
		const uint64_t *by_owner =
			&sl_workers[c[k].flow[0]->worker].stats.verdicts[SL_FORWARD];
		uint64_t before = *by_owner;
		uint16_t seqs[N];
		uint8_t p[FRAME_MAX];

		for (uint16_t i = 0; i < N; i++) {
			seqs[i] = i;
			inject(&relay, &c[k].end[0], k & 1, false, false, p,
				make_rtp(&c[k].end[0], i, PAYLOAD, p));
		}
		inject(&relay, &c[k].end[0], !(k & 1), true, false, p, make_rtcp(&c[k].end[0], p));
		relay_poll();
		/* One worker sends a flow, so the RTCP packet is in the same queue, after or
		 * between. */
		assert_int_equal(c[k].flow[0]->count.packets[SL_RTCP], 1);
		assert_int_equal(c[k].flow[0]->count.packets[SL_RTP], N);
		assert_int_equal(*by_owner - before, N + 1);
		unsigned next = 0;

		for (int i = 0; i < N + 1; i++) {
			struct rte_mbuf *m = NULL;
			struct sl_view v;
			int queue = -1;

			for (int q = 0; q < 2 && queue < 0; q++)
				if (rte_ring_dequeue(relay.tx[LAN][q], (void **)&m) == 0)
					queue = q;
			assert_true(queue >= 0);
			assert_int_equal(
				sl_parse_frame(rte_pktmbuf_mtod(m, uint8_t *), m->data_len, &v),
				SL_FORWARD);
			if (v.destination_port == c[k].end[1].address.port) {
				int len = v.payload_len;

				memcpy(p, rte_pktmbuf_mtod_offset(m, void *, v.payload),
					v.payload_len);
				assert_int_equal(srtp_unprotect(c[k].end[1].rx, p, &len), 0);
				assert_true(is_rtp(&c[k].end[0], p, len, seqs[next], PAYLOAD));
				next++;
			}
			rte_pktmbuf_free(m);
		}
		assert_int_equal(next, N);
	}
	for (unsigned k = 0; k < CALLS; k++)
		call_close(&c[k]);
}

static atomic_bool feeding;

/* Packets for closed ports, every one of them on the queue of the wrong worker. */
static void *feed(void *arg)
{
	const struct endpoint e = {
		.slot = WAN4, .address = {.ip = {[10] = 0xff, 0xff, 10, 0, 0, 2}, .port = 40000}};
	uint8_t p[40] = {0x80}, frame[FRAME_MAX];

	while (atomic_load(&feeding))
		for (uint16_t port = FIRST_PORT; port < FIRST_PORT + 8; port += 2) {
			uint16_t len = make_frame(&e, port, p, sizeof(p), frame);
			struct rte_mbuf *m = rte_pktmbuf_alloc(sl_mbufs);

			if (!m)
				continue;
			memcpy(rte_pktmbuf_append(m, len), frame, len);
			if (rte_ring_enqueue(relay.rx[WAN][!(port >> 1 & 1)], m) != 0)
				rte_pktmbuf_free(m);
		}
	return NULL;
}

/* Real threads that hand packets to each other are stopped and started again under load. */
static void stopped_while_handing_off(void **state)
{
	uint64_t handed_off = 0;
	char why[SL_WHY];

	for (unsigned i = 0; i < sl_n_workers; i++)
		relay.backend->close(sl_workers[i].crypto);
	sl_workers_stop();
	for (int round = 0; round < 20; round++) {
		pthread_t feeder;

		if (sl_workers_start(relay.backend, why) != 0)
			fail_msg("%s", why);
		atomic_store(&feeding, true);
		assert_int_equal(pthread_create(&feeder, NULL, feed, NULL), 0);
		for (int i = 0; i < 2000 && verdicts(SL_DROP_CLOSED) < 1000; i++)
			nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
		handed_off += verdicts(SL_DROP_CLOSED);
		sl_workers_stop();
		atomic_store(&feeding, false);
		pthread_join(feeder, NULL);
	}
	assert_true(handed_off >= 20000);
}

/* Answers after 300 ms of running, in pieces, so that time at which it was stopped is not among
 * them. */
static void *answer_late(void *arg)
{
	for (int i = 0; i < 30; i++)
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	sl_worker_poll(&sl_workers[0]);
	return NULL;
}

/* Stops the test, worker and all, for longer than ctrl waits for an answer. */
static pid_t stop_for_a_while(void)
{
	pid_t parent = getpid(), child = fork();

	if (child)
		return child;
	nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
	kill(parent, SIGSTOP);
	nanosleep(&(struct timespec){.tv_sec = 1, .tv_nsec = 200000000}, NULL);
	kill(parent, SIGCONT);
	_exit(0);
}

/* A machine that stood still is not a worker that does not answer. */
static void answered_after_a_stop(void **state)
{
	struct sl_exchange x = {0};
	pthread_t worker;
	struct call c;
	pid_t child;

	call_open(&c, 1, CM80, CM80, false, false, false);
	x.old = c.flow[0];
	atomic_store(&sl_workers[0].started, true);
	child = stop_for_a_while();
	assert_int_equal(pthread_create(&worker, NULL, answer_late, NULL), 0);
	assert_int_equal(sl_flows_exchange(&x, 1), 0);
	pthread_join(worker, NULL);
	waitpid(child, NULL, 0);
	atomic_store(&sl_workers[0].started, false);
	call_close(&c);
}

static int start_two(void **state)
{
	relay_start(&relay, backend, 2);
	return 0;
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(int argc, char **argv)
{
	const struct CMUnitTest one_worker[] = {
		CASE(any_suite_to_any_suite),
		CASE(rtcp_both_ways),
		CASE(first_burst_may_wrap),
		CASE(duplicates_pass_once),
		CASE(forgeries_change_nothing),
		CASE(refused_under_their_own_names),
		CASE(clear_and_short_srtcp),
		CASE(plain_repeats_are_not_sent_twice),
		CASE(two_time_pad),
		CASE(plain_restart_is_renumbered),
		CASE(blocked_and_silenced),
		CASE(new_key_with_or_without_the_old_counter),
		CASE(withdrawn_is_closed_at_once),
		CASE(answered_after_a_stop),
		CASE(ssrc_flood_evicts_nobody),
		CASE(flows_are_policed),
		CASE(unknown_ssrcs_have_their_own_bucket),
		CASE(no_neighbour_no_packet),
		CASE(sizes_up_to_the_mtu),
		CASE(egress_queue_full),
		CASE(keys_have_an_end),
		CASE(ssrcs_keep_their_own_counters),
		CASE(random_frames_are_counted),
		CASE(follows_who_authenticates),
		CASE(strangers_are_tried_within_bounds),
		CASE(plain_believes_signalling),
		CASE(events_are_lost_and_counted),
	};
	const struct CMUnitTest two_workers[] = {CASE(wrong_queue_is_handed_off)};
	const struct CMUnitTest threads[] = {cmocka_unit_test(stopped_while_handing_off)};
	int failed;

	if (argc > 1)
		backend = argv[1];
	srandom(3711);
	failed = cmocka_run_group_tests(one_worker, start_one, stop);
	failed += cmocka_run_group_tests(two_workers, start_two, stop);
	return failed + cmocka_run_group_tests(threads, start_two, stop);
}
