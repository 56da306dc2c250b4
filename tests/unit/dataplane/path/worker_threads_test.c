/* SPDX-License-Identifier: BSD-3-Clause */
/* Several workers, threads, and a machine that stands still. */
#include "tests/unit/dataplane/path/worker_fixture.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "dataplane/handoff/mailbox.h"
#include "dataplane/path/workers.h"
#include "dataplane/port/ethdev.h"

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
	struct sl_error error = {0};

	for (unsigned i = 0; i < sl_n_workers; i++)
		relay.backend->close(sl_workers[i].crypto);
	sl_workers_stop();
	for (int round = 0; round < 20; round++) {
		pthread_t feeder;

		if (sl_workers_start(relay.backend, &error) != 0)
			fail_msg("%s", error.text);
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
	struct sl_flow_update x = {0};
	pthread_t worker;
	struct call c;
	pid_t child;

	call_open(&c, 1, CM80, CM80, false, false, false);
	x.old = c.flow[0];
	atomic_store(&sl_workers[0].started, true);
	child = stop_for_a_while();
	assert_int_equal(pthread_create(&worker, NULL, answer_late, NULL), 0);
	assert_int_equal(sl_flows_update(&x, 1), 0);
	pthread_join(worker, NULL);
	waitpid(child, NULL, 0);
	atomic_store(&sl_workers[0].started, false);
	call_close(&c);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest one_worker[] = {
		CASE(answered_after_a_stop),
	};
	const struct CMUnitTest two_workers[] = {
		CASE(wrong_queue_is_handed_off),
	};
	const struct CMUnitTest threads[] = {
		cmocka_unit_test(stopped_while_handing_off),
	};
	int failed;

	arguments(argc, argv);
	failed = cmocka_run_group_tests(one_worker, start_one, stop);
	failed += cmocka_run_group_tests(two_workers, start_two, stop);
	return failed + cmocka_run_group_tests(threads, start_two, stop);
}
