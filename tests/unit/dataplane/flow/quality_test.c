/* SPDX-License-Identifier: BSD-3-Clause */
/* Loss, order, duplicates, jitter and round trip, of streams told in sequence numbers and times. */
#include "dataplane/flow/quality.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MS = 1000000, MAX = 24 };

static const struct sl_payload payloads[SL_PAYLOADS] = {
	{.hz = 8000, .type = 0}, {.hz = 48000, .type = 111}};

static const struct {
	const char *name;
	unsigned n;
	uint16_t seqs[MAX];
	unsigned packets, lost, reordered, duplicates;
} orders[] = {
	{"one", 1, {7}, 1, 0, 0, 0},
	{"in order", 5, {1, 2, 3, 4, 5}, 5, 0, 0, 0},
	{"two lost", 4, {1, 2, 5, 6}, 4, 2, 0, 0},
	{"late, but there", 5, {1, 3, 4, 2, 5}, 5, 0, 1, 0},
	{"twice", 6, {1, 2, 2, 3, 1, 4}, 4, 0, 0, 2},
	{"late, twice", 5, {1, 3, 2, 2, 4}, 4, 0, 1, 1},
	{"over the end", 6, {65533, 65534, 65535, 0, 1, 2}, 6, 0, 0, 0},
	{"lost over the end", 4, {65533, 65535, 1, 2}, 4, 2, 0, 0},
	{"late over the end", 5, {65534, 0, 65535, 1, 2}, 5, 0, 1, 0},
	{"before the first", 3, {5, 4, 6}, 3, 0, 1, 0},
	{"before the first, over the end", 3, {0, 65535, 1}, 3, 0, 1, 0},
	{"a jump ahead within the gap", 3, {1, 2, 3002}, 3, 2999, 0, 0},
	{"a jump beyond it: started anew", 4, {1, 3, 30000, 30001}, 4, 1, 0, 0},
	{"back to the start", 4, {1000, 1002, 1, 2}, 4, 1, 0, 0},
	{"far behind, not to be told from twice", 3, {1, 80, 2}, 3, 77, 1, 0},
};

static struct sl_quality_packet packet(uint16_t seq, uint64_t now)
{
	return (struct sl_quality_packet){
		.now = now, .ssrc = 99, .timestamp = seq * 160u, .seq = seq, .len = 172};
}

static void every_order_is_counted(void **state)
{
	for (unsigned i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		struct sl_quality q = {0};
		struct sl_quality_report r;

		for (unsigned k = 0; k < orders[i].n; k++) {
			struct sl_quality_packet p = packet(orders[i].seqs[k], k * 20 * MS);

			sl_quality_rtp(&q, &p, payloads);
		}
		sl_quality_read(&q, &r);
		if (r.packets != orders[i].packets || r.lost != orders[i].lost ||
			r.reordered != orders[i].reordered || r.duplicates != orders[i].duplicates)
			fail_msg("%s: %u packets, %u lost, %u reordered, %u duplicates",
				orders[i].name, r.packets, r.lost, r.reordered, r.duplicates);
		assert_int_equal(r.bytes, 172 * r.packets);
	}
}

/* The formula of RFC 3550 6.4.1 with real numbers, beside ours. */
static void jitter_is_that_of_the_rfc(void **state)
{
	static const uint32_t rates[] = {8000, 48000};
	static const uint8_t types[] = {0, 111};

	for (int k = 0; k < 2; k++) {
		double jitter = 0, before = 0;
		struct sl_quality q = {0};
		struct sl_quality_report r;

		srandom(8);
		for (uint16_t i = 0; i < 2000; i++) {
			uint64_t now = UINT64_C(3000000000000) + i * UINT64_C(20000000) +
				       (uint64_t)random() % (5 * MS);
			struct sl_quality_packet p = packet(i, now);
			double transit = (double)now / 1e9 * rates[k];

			p.type = types[k];
			p.timestamp = i * (rates[k] / 50);
			transit -= p.timestamp;
			if (i) {
				double d = transit > before ? transit - before : before - transit;

				jitter += (d - jitter) / 16;
			}
			before = transit;
			sl_quality_rtp(&q, &p, payloads);
		}
		sl_quality_read(&q, &r);
		jitter = jitter / rates[k] * 1e6;
		if (r.jitter_us < jitter - 130 || r.jitter_us > jitter + 130)
			fail_msg("%u Hz: %u us, not %.0f", rates[k], r.jitter_us, jitter);
		assert_true(r.jitter_us > 1000 && r.jitter_us < 3000);
	}
}

/* Music on hold, a transfer: the same SSRC, its numbers and its timestamps from elsewhere. */
static void no_jitter_where_a_sender_starts_anew(void **state)
{
	struct sl_quality q = {0};
	struct sl_quality_report r;

	for (uint16_t i = 0; i < 200; i++) {
		struct sl_quality_packet p = packet(i, i * UINT64_C(20000000));

		if (i >= 100) {
			p.seq += 30000;
			p.timestamp += 0x80000000;
		}
		sl_quality_rtp(&q, &p, payloads);
	}
	sl_quality_read(&q, &r);
	assert_int_equal(r.packets, 200);
	assert_int_equal(r.lost, 0);
	assert_in_range(r.jitter_us, 0, 130);
}

static void no_jitter_without_a_clock_or_across_clocks(void **state)
{
	struct sl_quality q = {0};
	struct sl_quality_report r;

	for (uint16_t i = 0; i < 100; i++) {
		struct sl_quality_packet p = packet(i, i * 20 * MS);

		p.type = i < 50 ? 0 : 111;
		p.timestamp = i < 50 ? i * 160u : i * 960u;
		sl_quality_rtp(&q, &p, payloads);
	}
	sl_quality_read(&q, &r);
	assert_int_equal(r.jitter_us, 0);
	assert_int_equal(r.type, 111);
	for (uint16_t i = 100; i < 110; i++) {
		struct sl_quality_packet p = packet(i, (uint64_t)random());

		p.type = 77;
		sl_quality_rtp(&q, &p, payloads);
	}
	sl_quality_read(&q, &r);
	assert_int_equal(r.jitter_us, 0);
	assert_int_equal(r.packets, 110);
}

static void another_ssrc_is_another_stream(void **state)
{
	struct sl_quality q = {0};
	struct sl_quality_report r;
	struct sl_quality_packet p = packet(1, 0);

	sl_quality_rtp(&q, &p, payloads);
	p.ssrc = 100;
	p.seq = 50;
	sl_quality_rtp(&q, &p, payloads);
	sl_quality_read(&q, &r);
	assert_int_equal(r.ssrc, 100);
	assert_int_equal(r.packets, 1);
	assert_int_equal(r.lost, 0);
}

static void put(uint8_t *at, uint32_t word)
{
	at[0] = (uint8_t)(word >> 24);
	at[1] = (uint8_t)(word >> 16);
	at[2] = (uint8_t)(word >> 8);
	at[3] = (uint8_t)word;
}

/* RR with a block about `about`; SR before it when `ntp` is not 0. */
static uint16_t report(
	uint8_t *out, uint32_t from, uint64_t ntp, uint32_t about, uint32_t last, uint32_t delay)
{
	unsigned info = ntp ? 20 : 0, len = 8 + info + 24;

	memset(out, 0, len);
	out[0] = 0x81;
	out[1] = ntp ? 200 : 201;
	out[3] = (uint8_t)(len / 4 - 1);
	put(out + 4, from);
	put(out + 8, (uint32_t)(ntp >> 32));
	if (ntp)
		put(out + 12, (uint32_t)ntp);
	put(out + 8 + info, about);
	out[8 + info + 4] = 13; /* of 256 lost */
	put(out + 8 + info + 16, last);
	put(out + 8 + info + 20, delay);
	return (uint16_t)len;
}

static void round_trip(void **state)
{
	const uint64_t ntp = UINT64_C(0x1122334455667788);
	struct sl_reports there = {0}, back = {0}, copy;
	uint8_t p[128];
	uint16_t n;

	n = report(p, 1, ntp, 2, 0, 0);
	sl_quality_rtcp(&there, p, n, 1000 * MS);
	assert_int_equal(sl_reports_round_trip(&there, &back, 1), 0);
	/* 80 ms later, of which the receiver held it for 1/16 s. */
	n = report(p, 2, 0, 1, 0x33445566, 65536 / 16);
	sl_quality_rtcp(&back, p, n, 1080 * MS);
	assert_int_equal(sl_reports_round_trip(&there, &back, 1), 80 * MS - 62500000);
	assert_int_equal(sl_reports_round_trip(&there, &back, 2), 0);
	sl_reports_read(&back, &copy);
	assert_int_equal(copy.heard[0].ssrc, 1);
	/* A report on something that never passed, or that was held for longer than it took. */
	n = report(p, 2, 0, 1, 0x33445567, 0);
	sl_quality_rtcp(&back, p, n, 1090 * MS);
	assert_int_equal(sl_reports_round_trip(&there, &back, 1), 0);
	n = report(p, 2, 0, 1, 0x33445566, 65536);
	sl_quality_rtcp(&back, p, n, 1100 * MS);
	assert_int_equal(sl_reports_round_trip(&there, &back, 1), 0);
}

/* All that RFC 3550 6.4.1 has in a report is kept for who wants to pass it on. */
static void a_report_is_kept_whole(void **state)
{
	struct sl_reports r = {0}, copy;
	uint8_t p[128];
	uint16_t n = report(p, 7, UINT64_C(0x1122334455667788), 9, 0x33445566, 77);

	put(p + 16, 0xa0a1a2a3);
	put(p + 20, 1234);
	put(p + 24, 123400);
	put(p + 32, UINT32_C(13) << 24 | 0xfffffe); /* 13 of 256; 2 more than were expected */
	put(p + 36, 0x10042);
	put(p + 40, 160);
	sl_quality_rtcp(&r, p, n, 5 * MS);
	sl_reports_read(&r, &copy);
	assert_int_equal(copy.info.at, 5 * MS);
	assert_int_equal(copy.info.ssrc, 7);
	assert_int_equal(copy.info.ntp_s, 0x11223344);
	assert_int_equal(copy.info.ntp_fraction, 0x55667788);
	assert_int_equal(copy.info.timestamp, 0xa0a1a2a3);
	assert_int_equal(copy.info.packets, 1234);
	assert_int_equal(copy.info.bytes, 123400);
	assert_int_equal(copy.heard[0].at, 5 * MS);
	assert_int_equal(copy.heard[0].by, 7);
	assert_int_equal(copy.heard[0].ssrc, 9);
	assert_int_equal(copy.heard[0].loss, UINT32_C(13) << 24 | 0xfffffe);
	assert_int_equal(copy.heard[0].highest, 0x10042);
	assert_int_equal(copy.heard[0].jitter, 160);
	assert_int_equal(copy.heard[0].last, 0x33445566);
	assert_int_equal(copy.heard[0].delay, 77);
	/* A receiver's has no sender information. */
	n = report(p, 8, 0, 9, 0, 0);
	sl_quality_rtcp(&r, p, n, 6 * MS);
	sl_reports_read(&r, &copy);
	assert_int_equal(copy.info.at, 5 * MS);
	assert_int_equal(copy.heard[0].by, 8);
}

static void the_highest_number_counts_its_cycles(void **state)
{
	static const uint16_t seqs[] = {65534, 65535, 1, 0, 2};
	struct sl_quality_report r;
	struct sl_quality q = {0};

	for (unsigned i = 0; i < sizeof(seqs) / sizeof(seqs[0]); i++) {
		struct sl_quality_packet p = packet(seqs[i], i * 20 * MS);

		sl_quality_rtp(&q, &p, payloads);
		sl_quality_read(&q, &r);
		if (!i)
			assert_int_equal(r.highest, 65534);
	}
	assert_int_equal(r.highest, 65536 + 2);
}

/* Any bytes are read without harm, and what they claim is bounded. */
static void malformed_reports(void **state)
{
	struct sl_reports r = {0};

	for (int i = 0; i < 200000; i++) {
		uint16_t len = (uint16_t)(random() % 128);
		uint8_t *p = malloc(len ? len : 1); /* its end is watched by the sanitizer */

		for (uint16_t k = 0; k < len; k++)
			p[k] = (uint8_t)random();
		if (len > 3 && i % 2) {
			p[0] = (uint8_t)(0x80 | (random() & 0x1f));
			p[1] = (uint8_t)(200 + random() % 2);
			p[2] = 0;
			p[3] = (uint8_t)(random() % 32);
		}
		sl_quality_rtcp(&r, p, len, (uint64_t)i + 1);
		free(p);
	}
	assert_int_equal(r.version % 2, 0);
	assert_true(r.next < SL_REPORTS_SENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_order_is_counted),
		cmocka_unit_test(jitter_is_that_of_the_rfc),
		cmocka_unit_test(no_jitter_where_a_sender_starts_anew),
		cmocka_unit_test(no_jitter_without_a_clock_or_across_clocks),
		cmocka_unit_test(another_ssrc_is_another_stream),
		cmocka_unit_test(round_trip),
		cmocka_unit_test(a_report_is_kept_whole),
		cmocka_unit_test(the_highest_number_counts_its_cycles),
		cmocka_unit_test(malformed_reports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
