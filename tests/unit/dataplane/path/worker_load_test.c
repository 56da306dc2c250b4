/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Workers that are busy while calls come and go: media loses nothing and stays in order, and what
 * is too much is counted where it is dropped. As many packets are on their way as rings have room
 * for, so that a slow machine is as good as a fast one.
 */
#include "tests/unit/dataplane/path/worker_fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "dataplane/handoff/mailbox.h"
#include "dataplane/path/workers.h"
#include "dataplane/port/ethdev.h"

enum {
	CALLS = 16,
	WINDOW = 512,    /* packets on their way */
	PACKETS = 10000, /* at least */
	SETUPS = 400,    /* beside them */
	FREE = 100,      /* ports of calls that come and go begin here */
	PATIENCE = 20000 /* ms without a packet */
};

struct media {
	struct call call[CALLS];
	uint16_t next[CALLS]; /* to be sent, and to come */
	uint16_t expected[CALLS];
	uint64_t sent, came, wrong;
	atomic_bool enough;
};

/* Packets of a call arrive on one queue, of half of the calls on that of the wrong worker. */
static void send_one(struct media *m, unsigned k)
{
	struct endpoint *from = &m->call[k].end[0];
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(sl_mbufs);
	uint8_t p[FRAME_MAX], frame[FRAME_MAX];
	uint16_t len = make_rtp(from, m->next[k]++, PAYLOAD, p);

	m->sent++;
	if (!mbuf)
		return;
	len = make_frame(from, from->port, p, len, frame);
	memcpy(rte_pktmbuf_append(mbuf, len), frame, len);
	if (rte_ring_enqueue(relay.rx[WAN][k / 2 % relay.workers], mbuf) != 0)
		rte_pktmbuf_free(mbuf);
}

/* The next one of its call, as it was sent? */
static bool right(struct media *m, const struct rte_mbuf *mbuf)
{
	uint8_t p[FRAME_MAX];
	struct sl_view v;

	if (sl_parse_frame(rte_pktmbuf_mtod(mbuf, uint8_t *), mbuf->data_len, &v) != SL_FORWARD)
		return false;
	for (unsigned k = 0; k < CALLS; k++) {
		struct call *c = &m->call[k];
		int len = v.payload_len;

		if (v.destination_port != c->end[1].address.port)
			continue;
		memcpy(p, rte_pktmbuf_mtod_offset(mbuf, void *, v.payload), v.payload_len);
		return srtp_unprotect(c->end[1].rx, p, &len) == srtp_err_status_ok &&
		       is_rtp(&c->end[0], p, len, m->expected[k]++, PAYLOAD);
	}
	return false;
}

static unsigned take(struct media *m)
{
	struct rte_mbuf *mbuf;
	unsigned n = 0;

	for (unsigned q = 0; q < relay.workers; q++)
		while (rte_ring_dequeue(relay.tx[LAN][q], (void **)&mbuf) == 0) {
			m->wrong += !right(m, mbuf);
			rte_pktmbuf_free(mbuf);
			n++;
		}
	m->came += n;
	return n;
}

static void *play(void *arg)
{
	struct media *m = arg;
	unsigned idle = 0;

	for (;;) {
		bool enough = atomic_load(&m->enough) && m->sent >= PACKETS;

		while (!enough && m->sent - m->came < WINDOW)
			send_one(m, (unsigned)(m->sent % CALLS));
		idle = take(m) ? 0 : idle + 1;
		if ((enough && m->came == m->sent) || idle == PATIENCE)
			return NULL;
		if (idle)
			nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
}

static void come_and_go(struct media *m)
{
	for (unsigned i = 0; i < SETUPS; i++) {
		struct call c;

		call_open(&c, FREE + i % 300, i % 2 ? CM80 : GCM256, CM80, false, false, i % 3);
		if (i % 4 == 0)
			replace_flow(&m->call[i / 4 % CALLS]);
		call_close(&c);
	}
}

/* Hundreds of calls are set up and ended, and flows that carry media are replaced. */
static void set_ups_cost_no_media(void **state)
{
	static struct media m;
	pthread_t player;
	struct sl_error error = {0};

	memset(&m, 0, sizeof(m));
	for (unsigned i = 0; i < sl_n_workers; i++)
		relay.backend->close(sl_workers[i].crypto);
	sl_workers_stop();
	for (unsigned port = 0; port < PORTS; port++)
		sl_ethdevs[port].adaptive = true; /* a machine of few cores needs them for more */
	if (sl_workers_start(relay.backend, &error) != 0)
		fail_msg("%s", error.text);
	for (unsigned k = 0; k < CALLS; k++)
		call_open(&m.call[k], k, k % 2 ? CM80 : GCM256, CM80, false, false, false);
	assert_int_equal(pthread_create(&player, NULL, play, &m), 0);
	come_and_go(&m);
	atomic_store(&m.enough, true);
	pthread_join(player, NULL);
	assert_int_equal(m.came, m.sent);
	assert_int_equal(m.wrong, 0);
	sl_workers_quiesce(); /* a packet is counted when it has left */
	assert_int_equal(verdicts(SL_FORWARD), m.sent);
	for (enum sl_verdict v = SL_FORWARD + 1; v < SL_VERDICTS; v++)
		assert_int_equal(verdicts(v), 0);
	for (unsigned k = 0; k < CALLS; k++) {
		assert_int_equal(m.call[k].flow[0]->count.packets[SL_RTP], m.next[k]);
		call_close(&m.call[k]);
	}
	sl_workers_stop();
}

/* Packets handed to a worker that does not keep up are dropped and counted there. */
static void handoff_ring_full(void **state)
{
	enum { N = SL_HANDOFF_RING + 500 };
	unsigned fits = 0;
	struct call c;

	call_open(&c, 0, PLAIN, PLAIN, false, false, false);

	uint8_t owner = c.flow[0]->worker, other = !owner, p[FRAME_MAX];
	struct sl_worker *early = &sl_workers[other], *late = &sl_workers[owner];

	for (uint16_t i = 0; i < N; i++) {
		inject(&relay, &c.end[0], other, false, false, p,
			make_rtp(&c.end[0], i, PAYLOAD, p));
		if (i % 64 == 63 || i == N - 1)
			sl_worker_poll(early);
	}
	assert_int_equal(early->stats.rx, N);
	fits = rte_ring_count(late->handoff);
	assert_in_range(fits, SL_HANDOFF_RING - 1, SL_HANDOFF_RING);
	assert_int_equal(early->stats.verdicts[SL_DROP_HANDOFF_FULL], N - fits);
	for (uint16_t i = 0; i < fits;) {
		uint16_t seqs[SL_BURST], n = 0;

		sl_worker_poll(late);
		while (n < SL_BURST && i < fits)
			seqs[n++] = i++;
		expect_rtp(&c, 0, seqs, n);
	}
	assert_int_equal(late->stats.verdicts[SL_FORWARD], fits);
	call_close(&c);
}

/* Before each burst that the device is given, which may be the rest of the last one. */
static uint16_t told_is_taken(
	uint16_t port, uint16_t queue, struct rte_mbuf **m, uint16_t n, void *context)
{
	uint64_t *told = context;

	assert_true(verdicts(SL_FORWARD) <= rte_ring_count(relay.tx[LAN][queue]));
	assert_true(verdicts(SL_FORWARD) >= *told);
	*told = verdicts(SL_FORWARD);
	return n;
}

/* A device that takes no more: nothing is told as forwarded before it is, or taken back. */
static void forwarded_is_what_the_device_took(void **state)
{
	const uint16_t dpdk_port = sl_ethdevs[LAN].dpdk_port;
	uint64_t told = 0, taken, sent = 0;
	const struct rte_eth_rxtx_callback *callback =
		rte_eth_add_tx_callback(dpdk_port, 0, told_is_taken, &told);
	struct rte_mbuf *mbuf;
	struct call c;

	assert_non_null(callback);
	call_open(&c, 0, PLAIN, PLAIN, false, false, false);
	while (!verdicts(SL_DROP_TX_FULL)) {
		for (unsigned i = 0; i < SL_BURST; i++)
			send_rtp(&c, 0, (uint16_t)sent++);
		sl_worker_poll(&sl_workers[0]);
	}
	taken = rte_ring_count(relay.tx[LAN][0]);
	assert_true(taken > 0 && taken < sent);
	assert_int_equal(verdicts(SL_FORWARD), taken);
	assert_int_equal(verdicts(SL_DROP_TX_FULL), sent - taken);
	assert_int_equal(c.flow[0]->count.drops[SL_DROP_TX_FULL], sent - taken);
	while (rte_ring_dequeue(relay.tx[LAN][0], (void **)&mbuf) == 0)
		rte_pktmbuf_free(mbuf);
	assert_int_equal(rte_eth_remove_tx_callback(dpdk_port, 0, callback), 0);
	call_close(&c);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest threads[] = {
		cmocka_unit_test(set_ups_cost_no_media),
	};
	const struct CMUnitTest by_hand[] = {
		CASE(handoff_ring_full),
	};
	const struct CMUnitTest alone[] = {
		CASE(forwarded_is_what_the_device_took),
	};
	int failed;

	arguments(argc, argv);
	failed = cmocka_run_group_tests_name("one worker", threads, start_one, stop);
	failed += cmocka_run_group_tests_name("two workers", threads, start_two, stop);
	failed += cmocka_run_group_tests(alone, start_one, stop);
	return failed + cmocka_run_group_tests(by_hand, start_two, stop);
}
