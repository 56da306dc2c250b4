/* SPDX-License-Identifier: BSD-3-Clause */
/* Refusals: each under its name, and without a trace. */
#include "tests/unit/dataplane/path/worker_fixture.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

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

/* Legs with equal suites and keys are no short cut: every packet is verified. */
static void equal_keys_are_verified(void **state)
{
	enum { SEED = 4 };
	static const enum sl_suite suites[] = {CM80, GCM256};

	for (unsigned i = 0; i < 2; i++) {
		struct sl_key *old[2];
		uint16_t seq = 8;
		uint8_t p[FRAME_MAX];
		struct call c;
		uint16_t n;

		call_open(&c, 18, suites[i], suites[i], false, false, false);
		srandom(SEED);
		old[0] = endpoint_rekey_tx(&c.end[0]);
		srandom(SEED);
		old[1] = endpoint_rekey_rx(&c.end[1]);
		assert_memory_equal(
			&c.end[0].tx_master, &c.end[1].rx_master, sizeof(c.end[0].tx_master));
		replace_flow(&c);
		for (int k = 0; k < 2; k++)
			relay.backend->key_free(old[k]);
		n = make_rtp(&c.end[0], 7, PAYLOAD, p);
		p[40] ^= 1;
		inject(&relay, &c.end[0], 0, false, false, p, n);
		n = make_rtp(&c.end[0], seq, PAYLOAD, p);
		inject(&relay, &c.end[0], 0, false, false, p, n);
		inject(&relay, &c.end[0], 0, false, false, p, n);
		relay_poll();
		expect_rtp(&c, 0, &seq, 1);
		assert_int_equal(c.flow[0]->count.drops[SL_DROP_AUTH], 1);
		assert_int_equal(c.flow[0]->count.drops[SL_DROP_REPLAY], 1);
		call_close(&c);
	}
}

/* How a good packet, `n` bytes of RTP at `p`, becomes one that is refused. Returns its length. */
typedef uint16_t spoil(struct endpoint *from, uint8_t *p, uint16_t n);

static uint16_t from_another_port(struct endpoint *from, uint8_t *p, uint16_t n)
{
	from->address.port++;
	return n;
}

static uint16_t from_another_address(struct endpoint *from, uint8_t *p, uint16_t n)
{
	from->address.ip[15]++;
	return n;
}

static uint16_t to_a_closed_port(struct endpoint *from, uint8_t *p, uint16_t n)
{
	from->port += 400;
	return n;
}

static uint16_t to_no_media_port(struct endpoint *from, uint8_t *p, uint16_t n)
{
	from->port = LAST_PORT + 1;
	return n;
}

static uint16_t to_the_rtcp_port(struct endpoint *from, uint8_t *p, uint16_t n)
{
	from->port++;
	from->address.port++;
	return n;
}

static uint16_t flip_a_bit(struct endpoint *from, uint8_t *p, uint16_t n)
{
	p[40] ^= 1;
	return n;
}

static uint16_t cut_into_the_tag(struct endpoint *from, uint8_t *p, uint16_t n)
{
	return 12 + 9;
}

static uint16_t as_stun(struct endpoint *from, uint8_t *p, uint16_t n)
{
	p[0] = 0;
	return n;
}

static uint16_t as_stun_to_the_rtcp_port(struct endpoint *from, uint8_t *p, uint16_t n)
{
	return to_the_rtcp_port(from, p, as_stun(from, p, n));
}

static uint16_t break_the_header(struct endpoint *from, uint8_t *p, uint16_t n)
{
	p[0] = 0x9f;
	return 40;
}

static uint16_t unprotected(struct endpoint *from, uint8_t *p, uint16_t n)
{
	from->suite = SL_SUITE_NONE;
	return make_rtp(from, 500, PAYLOAD, p);
}

static void refused_under_their_own_names(void **state)
{
	static const struct {
		enum sl_verdict want;
		const char *what;
		spoil *spoil;
	} cases[] = {
		{SL_DROP_SOURCE, "another port", from_another_port},
		{SL_DROP_SOURCE, "another address", from_another_address},
		{SL_DROP_CLOSED, "a closed port", to_a_closed_port},
		{SL_DROP_NOT_MEDIA, "a port outside of the range", to_no_media_port},
		{SL_DROP_AUTH, "a flipped bit", flip_a_bit},
		{SL_DROP_AUTH, "plain RTP", unprotected},
		{SL_DROP_SHORT, "no room for a tag", cut_into_the_tag},
		{SL_DROP_DEMUX, "STUN", as_stun},
		{SL_DROP_DEMUX, "STUN on the RTCP port", as_stun_to_the_rtcp_port},
		{SL_DROP_DEMUX, "RTP on the RTCP port", to_the_rtcp_port},
		{SL_DROP_RTP, "a broken RTP header", break_the_header},
	};
	struct call c;

	call_open(&c, 6, CM80, CM80, false, false, false);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct endpoint from = c.end[0];
		uint64_t before = verdicts(cases[i].want);
		uint8_t p[FRAME_MAX];
		uint16_t n = make_rtp(&c.end[0], (uint16_t)(500 + i), PAYLOAD, p);

		n = cases[i].spoil(&from, p, n);
		inject(&relay, &from, 0, false, false, p, n);
		relay_poll();
		expect_nothing(&c);
		if (verdicts(cases[i].want) != before + 1)
			fail_msg("%s", cases[i].what);
	}
	call_close(&c);
}

/* A frame of end 0, with that byte of the UDP payload wrong; -2, -1: of the checksum. */
static void send_damaged(struct call *c, bool rtcp, uint16_t seq, int at)
{
	const uint16_t to = c->end[0].port + rtcp;
	uint8_t p[FRAME_MAX], frame[FRAME_MAX + 64];
	struct endpoint from = c->end[0];
	uint16_t len = rtcp ? make_rtcp(&c->end[0], p) : make_rtp(&c->end[0], seq, PAYLOAD, p);
	uint16_t n;

	from.address.port += rtcp;
	n = make_frame(&from, to, p, len, frame);
	frame[n - len + at] ^= 0x40;
	inject_frame(&relay, WAN, 0, frame, n);
	relay_poll();
}

/* Nothing of plain RTP but the UDP checksum says that it is as it was sent; a tag says more. */
static void damaged_on_the_way(void **state)
{
	static const enum sl_suite to[] = {PLAIN, CM80};
	static const uint16_t fine[] = {4}, authentic[] = {1, 4};

	for (int v6 = 0; v6 < 2; v6++)
		for (int i = 0; i < 2; i++) {
			uint64_t checksum = verdicts(SL_DROP_CHECKSUM);
			struct call c;

			call_open(&c, 7, PLAIN, to[i], v6, false, false);
			send_damaged(&c, false, 1, -1);
			send_damaged(&c, false, 2, 12); /* of the sound */
			send_damaged(&c, false, 3, 11); /* of the SSRC */
			send_damaged(&c, true, 0, 12);
			send_rtp(&c, 0, 4);
			relay_poll();
			expect_rtp(&c, 0, fine, 1);
			assert_int_equal(verdicts(SL_DROP_CHECKSUM), checksum + 4);
			call_close(&c);

			checksum = verdicts(SL_DROP_CHECKSUM);
			call_open(&c, 7, CM80, to[i], v6, false, false);
			send_damaged(&c, false, 1, -1);
			send_damaged(&c, false, 2, 12);
			send_rtp(&c, 0, 4);
			relay_poll();
			expect_rtp(&c, 0, authentic, 2);
			assert_int_equal(verdicts(SL_DROP_CHECKSUM), checksum);
			call_close(&c);
		}
}

/* RTP or RTCP of end 0 with that second byte, to the port of the one or the other. */
static int as_second_byte(struct call *c, uint8_t second, bool rtcp, uint8_t *out)
{
	struct endpoint plain = c->end[0];
	int len;

	plain.suite = PLAIN;
	len = rtcp ? make_rtcp(&plain, out) : make_rtp(&plain, second, PAYLOAD, out);
	out[1] = second;
	if (c->end[0].suite)
		assert_int_equal((rtcp ? srtp_protect_rtcp : srtp_protect)(c->end[0].tx, out, &len),
			srtp_err_status_ok);
	inject(&relay, &c->end[0], 0, rtcp, c->mux, out, (uint16_t)len);
	relay_poll();
	return receive(&relay, &c->end[1], rtcp, c->mux, out);
}

/* RTP has every payload type with and without the marker, but where RTCP shares its port; and RTCP
 * is told by its type (RFC 5761 4). */
static void every_second_byte(void **state)
{
	static const enum sl_suite from[] = {CM80, PLAIN, GCM256}, to[] = {CM80, PLAIN, PLAIN};

	for (int i = 0; i < 6; i++) {
		struct call c;

		call_open(&c, 21, from[i / 2], to[i / 2], false, false, i & 1);
		for (unsigned second = 0; second < 256; second++) {
			bool is_rtcp = second >= 192 && second < 224;
			uint64_t demux = verdicts(SL_DROP_DEMUX);
			uint8_t p[FRAME_MAX];

			if (!c.mux || !is_rtcp) {
				if (as_second_byte(&c, (uint8_t)second, false, p) != 12 + PAYLOAD ||
					p[1] != second)
					fail_msg("RTP, mux %d, %u", c.mux, second);
			}
			if (!c.mux || is_rtcp) {
				int want = is_rtcp ? 28 : 0;

				if (as_second_byte(&c, (uint8_t)second, true, p) != want)
					fail_msg("RTCP, mux %d, %u", c.mux, second);
				demux += !is_rtcp;
			}
			assert_int_equal(verdicts(SL_DROP_DEMUX), demux);
		}
		call_close(&c);
	}
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

static void random_frames_are_counted(void **state)
{
	uint64_t before = 0, after = 0, punted = sl_workers[0].stats.punted;
	enum { FRAMES = 50000 };
	struct call c;

	for (int v = 0; v < SL_VERDICTS; v++)
		before += verdicts(v);
	call_open(&c, 16, CM80, PLAIN, false, false, true);
	for (int i = 0; i < FRAMES; i++) {
		uint8_t p[FRAME_MAX], frame[FRAME_MAX + 64];
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
	}
	relay_poll();
	for (int v = 0; v < SL_VERDICTS; v++)
		after += verdicts(v);
	assert_int_equal(after - before + sl_workers[0].stats.punted - punted, FRAMES);
	call_close(&c);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		CASE(forgeries_change_nothing),
		CASE(equal_keys_are_verified),
		CASE(refused_under_their_own_names),
		CASE(damaged_on_the_way),
		CASE(every_second_byte),
		CASE(clear_and_short_srtcp),
		CASE(random_frames_are_counted),
	};

	arguments(argc, argv);
	return cmocka_run_group_tests(tests, start_one, stop);
}
