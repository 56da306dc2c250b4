/* SPDX-License-Identifier: BSD-3-Clause */
/* Whatever buffers a driver delivers, they go back where they are from, and none that is not the
 * worker's alone is written to. */
#include "tests/unit/dataplane/path/worker_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "dataplane/port/ethdev.h"

enum { ROOM = 2048 };

/* Somebody's memory, with room in front of the frame and behind it. */
struct foreign {
	struct rte_mbuf_ext_shared_info info;
	uint8_t bytes[ROOM];
	unsigned back; /* times it was given back */
};

static void given_back(void *memory, void *context)
{
	struct foreign *f = context;

	assert_ptr_equal(memory, f->bytes);
	f->back++;
}

/* The frame in `f`, with that room. */
static struct rte_mbuf *external(
	struct foreign *f, const uint8_t *frame, uint16_t len, uint16_t before, uint16_t behind)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(sl_mbufs);

	assert_non_null(m);
	memset(f, 0, sizeof(*f));
	f->info.free_cb = given_back;
	f->info.fcb_opaque = f;
	rte_mbuf_ext_refcnt_set(&f->info, 1);
	memcpy(f->bytes + before, frame, len);
	rte_pktmbuf_attach_extbuf(
		m, f->bytes, RTE_BAD_IOVA, (uint16_t)(before + len + behind), &f->info);
	m->data_off = before;
	m->data_len = len;
	m->pkt_len = len;
	return m;
}

static void receive_mbuf(struct rte_mbuf *m)
{
	m->port = sl_ethdevs[WAN].dpdk_port;
	assert_int_equal(rte_ring_enqueue(relay.rx[WAN][0], m), 0);
	relay_poll();
}

static uint16_t frame_of(struct call *c, uint16_t seq, uint8_t *frame)
{
	uint8_t p[FRAME_MAX];

	return make_frame(
		&c->end[0], c->end[0].port, p, make_rtp(&c->end[0], seq, PAYLOAD, p), frame);
}

/* No buffer of the pool has memory that is not its own. */
static void pool_is_sound(void)
{
	struct rte_mbuf *m[512];

	for (unsigned i = 0; i < 512; i++) {
		m[i] = rte_pktmbuf_alloc(sl_mbufs);
		assert_non_null(m[i]);
		assert_ptr_equal(m[i]->buf_addr, rte_mbuf_to_baddr(m[i]));
		assert_int_equal(m[i]->ol_flags, 0);
	}
	rte_pktmbuf_free_bulk(m, 512);
}

static void external_memory_goes_back(void **state)
{
	static const enum sl_suite suites[] = {CM80, PLAIN, GCM256};
	static struct foreign f;

	for (unsigned i = 0; i < 9; i++) {
		uint8_t frame[FRAME_MAX];
		uint16_t seq = 7, n;
		struct call c;

		call_open(&c, 30, suites[i / 3], suites[i % 3], false, i & 1, false);
		n = frame_of(&c, seq, frame);
		receive_mbuf(external(&f, frame, n, RTE_PKTMBUF_HEADROOM, 128));
		assert_int_equal(f.back, 0);
		expect_rtp(&c, 0, &seq, 1); /* the device has sent it */
		assert_int_equal(f.back, 1);
		call_close(&c);
	}
	pool_is_sound();
}

/* The least room that does, and a byte less. */
static void room_in_front_and_behind(void **state)
{
	static const struct {
		enum sl_suite from, to;
		bool v6;
		uint16_t before, behind;
	} cases[] = {
		{PLAIN, PLAIN, false, 0, 0},
		{CM80, PLAIN, false, 0, 0},
		{PLAIN, PLAIN, true, 20, 0},
		{CM80, PLAIN, true, 20, 0},
		{PLAIN, CM80, false, 0, SL_CRYPTO_TAILROOM},
		{CM80, GCM256, true, 20, SL_CRYPTO_TAILROOM},
	};
	static struct foreign f;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t dropped = verdicts(SL_DROP_BUFFER);
		uint8_t frame[FRAME_MAX];
		uint16_t n, seqs[2] = {1, 2};
		struct call c;

		call_open(&c, 31, cases[i].from, cases[i].to, false, cases[i].v6, false);
		n = frame_of(&c, 1, frame);
		receive_mbuf(external(&f, frame, n, cases[i].before, cases[i].behind));
		expect_rtp(&c, 0, seqs, 1);
		assert_int_equal(f.back, 1);
		if (cases[i].before) {
			n = frame_of(&c, 2, frame);
			receive_mbuf(external(&f, frame, n, cases[i].before - 1, cases[i].behind));
			assert_int_equal(verdicts(SL_DROP_BUFFER), ++dropped);
			assert_int_equal(f.back, 1);
		}
		if (cases[i].behind) {
			n = frame_of(&c, 2, frame);
			receive_mbuf(external(&f, frame, n, cases[i].before, cases[i].behind - 1));
			assert_int_equal(verdicts(SL_DROP_BUFFER), ++dropped);
			assert_int_equal(f.back, 1);
		}
		/* A refused packet has used no index up. */
		n = frame_of(&c, 2, frame);
		receive_mbuf(external(&f, frame, n, cases[i].before, cases[i].behind));
		expect_rtp(&c, 0, seqs + 1, 1);
		call_close(&c);
	}
	pool_is_sound();
}

static struct rte_mbuf *internal(const uint8_t *frame, uint16_t len)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(sl_mbufs);

	assert_non_null(m);
	memcpy(rte_pktmbuf_append(m, len), frame, len);
	return m;
}

/* Refused, and not a byte of it is another one. */
static void refused_untouched(
	struct rte_mbuf *m, const uint8_t *bytes, const uint8_t *frame, uint16_t n)
{
	uint64_t dropped = verdicts(SL_DROP_BUFFER);

	receive_mbuf(m);
	assert_int_equal(verdicts(SL_DROP_BUFFER), dropped + 1);
	assert_memory_equal(bytes, frame, n);
}

static void what_others_read_is_not_written_to(void **state)
{
	static struct foreign f;
	uint8_t frame[FRAME_MAX];
	struct rte_mbuf *m, *clone;
	uint16_t n, seq = 1;
	struct call c;

	call_open(&c, 32, CM80, CM80, false, false, false);
	n = frame_of(&c, seq, frame);

	m = internal(frame, n);
	rte_mbuf_refcnt_update(m, 1);
	refused_untouched(m, rte_pktmbuf_mtod(m, uint8_t *), frame, n);
	assert_int_equal(rte_mbuf_refcnt_read(m), 1);
	rte_pktmbuf_free(m);

	m = internal(frame, n);
	clone = rte_pktmbuf_clone(m, sl_mbufs);
	assert_non_null(clone);
	refused_untouched(clone, rte_pktmbuf_mtod(m, uint8_t *), frame, n);
	refused_untouched(rte_pktmbuf_clone(m, sl_mbufs), rte_pktmbuf_mtod(m, uint8_t *), frame, n);
	rte_pktmbuf_free(m);

	m = external(&f, frame, n, 128, 128);
	rte_mbuf_ext_refcnt_update(&f.info, 1);
	refused_untouched(m, f.bytes + 128, frame, n);
	assert_int_equal(f.back, 0);
	assert_int_equal(rte_mbuf_ext_refcnt_read(&f.info), 1);

	expect_nothing(&c);
	receive_mbuf(internal(frame, n)); /* what was refused can still come */
	expect_rtp(&c, 0, &seq, 1);
	call_close(&c);
	pool_is_sound();
}

static void pieces_are_refused(void **state)
{
	uint8_t frame[FRAME_MAX];
	struct rte_mbuf *m, *rest;
	uint16_t n;
	struct call c;

	call_open(&c, 33, PLAIN, PLAIN, false, false, false);
	n = frame_of(&c, 1, frame);
	m = internal(frame, n - 40);
	rest = internal(frame + n - 40, 40);
	assert_int_equal(rte_pktmbuf_chain(m, rest), 0);
	refused_untouched(m, rte_pktmbuf_mtod(m, uint8_t *), frame, n - 40);
	expect_nothing(&c);
	call_close(&c);
	pool_is_sound();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		CASE(external_memory_goes_back),
		CASE(room_in_front_and_behind),
		CASE(what_others_read_is_not_written_to),
		CASE(pieces_are_refused),
	};

	arguments(argc, argv);
	return cmocka_run_group_tests(tests, start_one, stop);
}
