/* SPDX-License-Identifier: BSD-3-Clause */
/* The last two stages: new headers in front of the payload, and out. */
#include <rte_ethdev.h>
#include <string.h>

#include "dataplane/ethdev.h"
#include "dataplane/nexthop.h"
#include "dataplane/rewrite.h"
#include "dataplane/worker.h"

#include "dataplane/packet_path.h"

enum { TX_TRIES = 8 };

sl_nexthop sl_nexthops[SL_MAX_NEXTHOPS];

static enum sl_verdict rewrite(struct sl_packet *p)
{
	const struct sl_egress *egress = &p->flow->egress[p->component];
	const struct sl_ethdev *dev = &sl_ethdevs[egress->port];
	uint16_t in_front = SL_ETHER_LEN + egress->header_len;
	uint16_t start = p->m->data_off + p->view.payload;
	uint8_t *ether = p->op.data - in_front;

	if (p->op.len + egress->header_len > dev->mtu || start < in_front)
		return SL_DROP_MTU;
	sl_rewrite(egress, p->op.data, p->op.len);
	if (!sl_nexthop_get(&sl_nexthops[egress->nexthop], ether))
		return SL_DROP_NEIGHBOUR;
	memcpy(ether + 6, dev->mac, 6);
	ether[12] = egress->header_len == 48 ? 0x86 : 0x08;
	ether[13] = egress->header_len == 48 ? 0xdd : 0x00;
	p->m->data_off = start - in_front;
	p->m->data_len = p->op.len + in_front;
	p->m->pkt_len = p->m->data_len;
	p->m->ol_flags = 0;
	return SL_FORWARD;
}

void sl_stage_rewrite(struct sl_worker *w, struct sl_burst *b)
{
	(void)w;
	SL_BURST_FOREACH (p, b)
		p->verdict = rewrite(p);
}

/* Gives what is queued for a port to the device; what it does not take after a few tries is dropped
 * and counted. */
static void send_queue(struct sl_worker *w, uint8_t port)
{
	struct sl_tx_queue *q = &w->tx[port];
	uint16_t done = 0;

	for (int tries = 0; done < q->n && tries < TX_TRIES; tries++)
		done += rte_eth_tx_burst(sl_ethdevs[port].dpdk_port, (uint16_t)w->tx_queue[port],
			q->m + done, q->n - done);
	w->stats.tx += done;
	if (unlikely(done < q->n)) {
		w->stats.verdicts[SL_DROP_TX_FULL] += q->n - done;
		rte_pktmbuf_free_bulk(q->m + done, q->n - done);
	}
	q->n = 0;
}

void sl_tx_enqueue(struct sl_worker *w, uint8_t port, struct rte_mbuf *m)
{
	if (likely(w->tx_queue[port] >= 0)) {
		struct sl_tx_queue *q = &w->tx[port];

		if (q->n == RTE_DIM(q->m))
			send_queue(w, port);
		q->m[q->n++] = m;
		return;
	}
	/* No queue of this worker on that port: one that has one sends it. One choice keeps a flow
	 * in order. */
	struct sl_worker *other =
		&sl_workers[sl_ethdevs[port].workers[w->index % sl_ethdevs[port].n_queues]];

	m->port = sl_ethdevs[port].dpdk_port;
	if (rte_ring_mp_enqueue(other->relay_tx, m) != 0) {
		w->stats.verdicts[SL_DROP_TX_FULL]++;
		rte_pktmbuf_free(m);
		return;
	}
	sl_wait_wake(&other->wait);
}

void sl_stage_tx(struct sl_worker *w, struct sl_burst *b)
{
	SL_BURST_FOREACH (p, b) {
		struct sl_flow_counters *count = &p->flow->count;

		count->packets[p->component]++;
		count->bytes[p->component] += p->op.len;
		count->last = b->now;
		sl_tx_enqueue(w, p->flow->egress[p->component].port, p->m);
	}
}

void sl_tx_flush(struct sl_worker *w)
{
	struct rte_mbuf *m[SL_BURST];
	unsigned n = rte_ring_sc_dequeue_burst(w->relay_tx, (void **)m, SL_BURST, NULL);

	for (unsigned i = 0; i < n; i++)
		sl_tx_enqueue(w, sl_ethdev_by_dpdk[m[i]->port], m[i]);
	for (uint8_t port = 0; port < sl_n_ethdevs; port++)
		if (w->tx[port].n)
			send_queue(w, port);
}
