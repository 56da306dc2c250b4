/* SPDX-License-Identifier: BSD-3-Clause */
/* The last stage: out by the port's queue, or to whoever has one. */
#include <rte_ethdev.h>

#include "dataplane/base/clock.h"
#include "dataplane/base/nexthop.h"
#include "dataplane/base/shared.h"
#include "dataplane/path/worker.h"
#include "dataplane/port/ethdev.h"

#include "dataplane/base/packet_path.h"

enum { TX_TRIES = 8 };

sl_nexthop sl_nexthops[SL_MAX_NEXTHOPS + 1];

/* Drops what the device did not take. */
static void refuse(
	struct sl_worker *w, struct sl_tx_queue *q, uint16_t from, enum sl_verdict verdict)
{
	for (uint16_t i = from; i < q->n; i++) {
		if (q->flow[i])
			SL_SHARED_ADD(q->flow[i]->count.drops[verdict], 1);
	}
	SL_SHARED_ADD(w->stats.verdicts[verdict], q->n - from);
	if (w->tap)
		sl_tap_refused(w, q->m + from, q->n - from, verdict);
	rte_pktmbuf_free_bulk(q->m + from, q->n - from);
}

/* Gives what is queued for a port to the device, which may take a few tries. Only then is media
 * counted as forwarded: a counter never takes back what it has said. */
static void send_queue(struct sl_worker *w, uint8_t port)
{
	struct sl_tx_queue *q = &w->tx[port];
	uint16_t done = 0, media;
	bool away = w->away[port];

	for (int tries = 0; !away && done < q->n && tries < TX_TRIES; tries++)
		done += rte_eth_tx_burst(sl_ethdevs[port].dpdk_port, (uint16_t)w->tx_queue[port],
			q->m + done, q->n - done);
	SL_SHARED_ADD(w->stats.tx, done);
	media = done;
	for (uint16_t i = 0; i < q->n_kernel; i++)
		media -= q->kernel[i] < done;
	SL_SHARED_ADD(w->stats.verdicts[SL_FORWARD], media);
	if (unlikely(done < q->n))
		refuse(w, q, done, away ? SL_DROP_PORT_RESET : SL_DROP_TX_FULL);
	q->n = q->n_kernel = 0;
}

void sl_tx_enqueue(struct sl_worker *w, uint8_t port, struct rte_mbuf *m, struct sl_flow *flow)
{
	struct sl_tx_queue *q = &w->tx[port];

	if (q->n == RTE_DIM(q->m))
		send_queue(w, port);
	q->m[q->n] = m;
	q->flow[q->n++] = flow;
}

void sl_tx_enqueue_kernel(struct sl_worker *w, uint8_t port, struct rte_mbuf *m)
{
	struct sl_tx_queue *q = &w->tx[port];

	sl_tx_enqueue(w, port, m, NULL);
	q->kernel[q->n_kernel++] = (uint8_t)(q->n - 1);
}

/* To a worker that has a queue on the port, which counts it. Always the same one: a flow stays in
 * order. */
static void be_guest(struct sl_worker *w, uint8_t port, struct sl_packet *p)
{
	struct sl_worker *host =
		&sl_workers[sl_ethdevs[port].workers[w->index % sl_ethdevs[port].n_queues]];

	p->m->port = sl_ethdevs[port].dpdk_port;
	if (rte_ring_mp_enqueue(host->relay_tx, p->m) != 0) {
		p->verdict = SL_DROP_TX_FULL;
		return;
	}
	p->verdict = SL_HANDED_OFF;
	sl_wait_wake(&host->wait);
}

static void count(const struct sl_packet *p, uint64_t now)
{
	struct sl_flow_counters *count = &p->flow->count;

	SL_SHARED_ADD(count->packets[p->component], 1);
	SL_SHARED_ADD(count->bytes[p->component], p->op.len);
	SL_SHARED_SET(count->last, now);
}

/* To another flow of this relay. The worker counts what becomes of it there. */
static void turn_round(const struct sl_worker *w, const struct sl_burst *b, struct sl_packet *p)
{
	p->verdict = sl_hairpin_give(w, b, p);
	if (p->verdict == SL_HANDED_OFF)
		count(p, b->now);
}

void sl_stage_tx(struct sl_worker *w, struct sl_burst *b)
{
	SL_BURST_FOREACH (p, b) {
		uint8_t port = p->flow->egress[p->component].port;

		if (unlikely(port == SL_PORT_HAIRPIN)) {
			turn_round(w, b, p);
			continue;
		}
		count(p, b->now);
		if (likely(w->tx_queue[port] >= 0))
			sl_tx_enqueue(w, port, p->m, p->flow);
		else
			be_guest(w, port, p);
	}
}

static unsigned latency_bucket(uint64_t ns)
{
	unsigned i = 0;

	while (i < SL_LATENCY_BOUNDS && ns > UINT64_C(1000) << i)
		i++;
	return i;
}

static void note_latency(struct sl_worker *w, struct sl_flow *flow, uint64_t ns)
{
	SL_SHARED_ADD(w->stats.latency[latency_bucket(ns)], 1);
	SL_SHARED_ADD(w->stats.latency_ns, ns);
	SL_SHARED_ADD(flow->latency.total, ns);
	SL_SHARED_ADD(flow->latency.packets, 1);
	if (ns > flow->latency.highest)
		SL_SHARED_SET(flow->latency.highest, ns < UINT32_MAX ? (uint32_t)ns : UINT32_MAX);
}

void sl_tx_flush(struct sl_worker *w)
{
	struct rte_mbuf *m[SL_BURST];
	unsigned n = rte_ring_sc_dequeue_burst(w->relay_tx, (void **)m, SL_BURST, NULL);

	for (unsigned i = 0; i < n; i++)
		sl_tx_enqueue(w, sl_ethdev_by_dpdk[m[i]->port], m[i], NULL);
	for (uint8_t port = 0; port < sl_n_ethdevs; port++) {
		struct sl_flow *flow;

		if (!w->tx[port].n)
			continue;
		flow = w->tx[port].flow[w->turns++ % w->tx[port].n]; /* another one each time */
		send_queue(w, port);
		if (flow) /* then burst.now is of this turn */
			note_latency(w, flow, sl_clock() - w->burst.now);
	}
}
