/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/lane.h"

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_memcpy.h>
#include <rte_prefetch.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "dataplane/port/ethdev.h"

static void *queues[SL_MAX_WORKERS];

/* ns that this thread has run. */
static uint64_t own_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void begin(struct lane *lane)
{
	work_rewind(lane->work, lane->worker);
	lane->bursts = lane->packets = lane->sent = lane->n_samples = 0;
	lane->port_cycles = lane->at = 0;
	lane->loss = (struct lane_loss){0};
	lane->left = lane->back = 0;
	lane->cpu = own_clock();
	lane->started = lane->looked = lane->cpu_at = rte_rdtsc();
}

/* Notes what the burst cost that was handed out before this call. */
static void note(struct lane *lane, uint64_t now, unsigned packets)
{
	if (!lane->left || lane->at <= lane->warm)
		return;
	lane->cycles[lane->bursts++] =
		(uint32_t)RTE_MIN(now - lane->left - lane->inside_tx, UINT32_MAX);
	lane->packets += packets;
}

/* Returns the cycles since it looked last that the thread was not on its core for. Asking the
 * system costs some hundred cycles: what is shorter than any burst takes is taken for its own. */
static uint64_t off_core(struct lane *lane, uint64_t now)
{
	double per_ns = (double)rte_get_tsc_hz() * 1e-9;
	uint64_t away = now - lane->looked, all = now - lane->cpu_at, cpu, ran, off;

	if (away < rte_get_tsc_hz() / 20000 && all < rte_get_tsc_hz() / 1000)
		return 0;
	cpu = own_clock();
	ran = (uint64_t)((double)(cpu - lane->cpu) * per_ns);
	off = all - RTE_MIN(ran, all);
	lane->cpu = cpu;
	lane->cpu_at = now;
	return RTE_MIN(off, away);
}

static void look(struct lane *lane, uint64_t now)
{
	struct lane_loss *l = &lane->loss;
	uint64_t off = off_core(lane, now);

	l->off = RTE_MAX(l->off, off);
	l->on = RTE_MAX(l->on, now - lane->looked - off);
	lane->looked = now;
	if (off > rte_get_tsc_hz() / 50000)
		lane->back = now;
	if (lane->own_core)
		lane->started += off;
}

/* How many have come that nobody has fetched; those that found no room are passed over. */
static unsigned waiting(struct lane *lane, uint64_t now)
{
	struct lane_loss *l = &lane->loss;

	look(lane, now);

	double due = (double)(now - lane->started) / lane->gap;
	unsigned all = lane->work->spec.packets, come = due < all ? (unsigned)due : all;
	unsigned wait = come - RTE_MIN(come, lane->at);

	if (wait > lane->ring) {
		l->lost += wait - lane->ring;
		if (lane->back && now - lane->back < rte_get_tsc_hz() / 1000 * LANE_BACK_MS)
			l->back += wait - lane->ring;
		lane->at += wait - lane->ring;
		wait = lane->ring;
	}
	l->deepest = RTE_MAX(l->deepest, wait);
	return wait;
}

static unsigned fetch(struct lane *lane, struct rte_mbuf **m, unsigned n)
{
	const struct work *work = lane->work;

	n = RTE_MIN(n, lane->burst);
	n = RTE_MIN(n, work->spec.packets - lane->at);
	if (n == 0 || rte_pktmbuf_alloc_bulk(sl_mbufs, m, n) != 0)
		return 0;
	for (unsigned i = 0; i < n; i++) {
		const struct work_packet *p = work_packet(work, lane->worker, lane->at + i);

		rte_memcpy(rte_pktmbuf_mtod(m[i], uint8_t *), p->frame, p->len);
		m[i]->data_len = p->len;
		m[i]->pkt_len = p->len;
		m[i]->port = sl_ethdevs[0].dpdk_port;
	}
	lane->at += n;
	return n;
}

static uint16_t receive(void *queue, struct rte_mbuf **m, uint16_t n)
{
	struct lane *lane = queue;
	enum lane_task task = atomic_load_explicit(&lane->task, memory_order_acquire);
	uint64_t now = rte_rdtsc();

	if (task == LANE_REST)
		return 0;
	if (task == LANE_CEILING || task == LANE_CEILING_PREFETCH) {
		begin(lane);
		ceiling_lap(lane, task == LANE_CEILING_PREFETCH);
		atomic_store_explicit(&lane->task, LANE_REST, memory_order_release);
		return 0;
	}
	if (!lane->left) {
		begin(lane);
		now = lane->started;
	}
	if (task == LANE_PATH)
		note(lane, now, lane->burst);
	else
		n = (uint16_t)RTE_MIN(n, waiting(lane, now));

	unsigned got = fetch(lane, m, n);

	if (got == 0 && task == LANE_PACED && lane->at < lane->work->spec.packets) {
		lane->left = now;
		return 0;
	}
	if (got == 0) {
		lane->left = 0;
		atomic_store_explicit(&lane->task, LANE_REST, memory_order_release);
		return 0;
	}
	lane->inside_tx = 0;
	lane->left = rte_rdtsc();
	if (lane->at > lane->warm)
		lane->port_cycles += lane->left - now;
	return (uint16_t)got;
}

/* Keeps a copy of every so many frames. */
static void sample(struct lane *lane, const struct rte_mbuf *m)
{
	unsigned every = lane->work->spec.packets / LANE_SAMPLES;

	if (lane->sent++ % RTE_MAX(every, 1u) != 0 || lane->n_samples == LANE_SAMPLES)
		return;

	struct lane_sample *s = &lane->sample[lane->n_samples++];

	s->len = RTE_MIN(m->data_len, LANE_FRAME);
	rte_memcpy(s->frame, rte_pktmbuf_mtod(m, const uint8_t *), s->len);
}

static uint16_t transmit(void *queue, struct rte_mbuf **m, uint16_t n)
{
	struct lane *lane = queue;
	uint64_t start = rte_rdtsc(), spent;

	for (uint16_t i = 0; i < n; i++)
		sample(lane, m[i]);
	rte_pktmbuf_free_bulk(m, n);
	spent = rte_rdtsc() - start;
	lane->inside_tx += spent;
	if (lane->at > lane->warm)
		lane->port_cycles += spent;
	return n;
}

void lanes_attach(uint16_t dpdk_port, struct lane *lanes, unsigned n)
{
	struct rte_eth_fp_ops *ops = &rte_eth_fp_ops[dpdk_port];

	for (unsigned i = 0; i < n; i++)
		queues[i] = &lanes[i];
	ops->rxq.data = queues;
	ops->txq.data = queues;
	ops->rx_pkt_burst = receive;
	ops->tx_pkt_burst = transmit;
}

void lanes_start(struct lane *lanes, unsigned n, enum lane_task task)
{
	for (unsigned i = 0; i < n; i++) {
		unsigned bursts = lanes[i].work->spec.packets / lanes[i].burst + 1;

		lanes[i].cycles = realloc(lanes[i].cycles, bursts * sizeof(*lanes[i].cycles));
		if (!lanes[i].cycles) {
			fprintf(stderr, "no memory\n");
			exit(1);
		}
	}
	for (unsigned i = 0; i < n; i++)
		atomic_store_explicit(&lanes[i].task, task, memory_order_release);
}

bool lanes_rest(const struct lane *lanes, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (atomic_load_explicit(&lanes[i].task, memory_order_acquire) != LANE_REST)
			return false;
	return true;
}

void lanes_run(struct lane *lanes, unsigned n, enum lane_task task)
{
	lanes_start(lanes, n, task);
	while (!lanes_rest(lanes, n))
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}
