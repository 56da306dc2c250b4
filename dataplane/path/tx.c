/* SPDX-License-Identifier: BSD-3-Clause */
/* The last two stages: new headers in front of the payload, and out. */
#include <rte_ethdev.h>
#include <string.h>

#include "dataplane/base/buffer.h"
#include "dataplane/base/clock.h"
#include "dataplane/base/nexthop.h"
#include "dataplane/base/shared.h"
#include "dataplane/path/rewrite.h"
#include "dataplane/path/worker.h"
#include "dataplane/port/ethdev.h"

#include "dataplane/base/packet_path.h"

enum { TX_TRIES = 8 };

sl_nexthop sl_nexthops[SL_MAX_NEXTHOPS + 1];

/* An 802.1Q tag of priority 0: what the network makes of the DSCP is its own business. */
static void put_vlan(uint8_t *tag, uint16_t id)
{
	tag[0] = 0x81;
	tag[1] = 0x00;
	tag[2] = (uint8_t)(id >> 8);
	tag[3] = (uint8_t)id;
}

/* The commit stage has seen to it that it fits and that there is a next hop. */
static void rewrite(struct sl_packet *p)
{
	static const uint8_t types[2][2] = {{0x08, 0x00}, {0x86, 0xdd}}; /* IPv4, IPv6 */
	const struct sl_egress *egress = &p->flow->egress[p->component];
	struct rte_mbuf *m = p->m;
	uint8_t *payload = p->op.data;
	uint16_t len = p->op.len, header_len = egress->header_len;
	uint16_t ether_len = SL_ETHER_LEN + (unlikely(egress->vlan) ? SL_VLAN_LEN : 0);
	uint16_t in_front = ether_len + header_len;
	uint16_t start = m->data_off + p->view.payload;
	uint8_t *ether = payload - in_front;

	sl_rewrite(egress, payload, len);
	memcpy(ether, &p->hop, 6);
	memcpy(ether + 6, sl_ethdevs[egress->port].mac, 6);
	if (unlikely(egress->vlan))
		put_vlan(ether + 12, egress->vlan);
	memcpy(ether + ether_len - 2, types[header_len == 48], 2);
	m->data_off = start - in_front;
	m->data_len = len + in_front;
	m->pkt_len = len + in_front;
	m->ol_flags &= SL_BUFFER_FLAGS;
}

void sl_stage_rewrite(struct sl_worker *w, struct sl_burst *b)
{
	(void)w;
	SL_BURST_FOREACH (p, b)
		rewrite(p);
}

/* What the device did not take. */
static void refuse(struct sl_worker *w, struct sl_tx_queue *q, uint16_t from)
{
	for (uint16_t i = from; i < q->n; i++) {
		if (q->flow[i] && q->flow[i] != SL_TX_GUEST)
			SL_SHARED_ADD(q->flow[i]->count.drops[SL_DROP_TX_FULL], 1);
	}
	SL_SHARED_ADD(w->stats.verdicts[SL_DROP_TX_FULL], q->n - from);
	if (w->tap)
		sl_tap_refused(w, q->m + from, q->n - from);
	rte_pktmbuf_free_bulk(q->m + from, q->n - from);
}

/* Gives what is queued for a port to the device, which may take a few tries. Only then is media
 * counted as forwarded: a counter never takes back what it has said. */
static void send_queue(struct sl_worker *w, uint8_t port)
{
	struct sl_tx_queue *q = &w->tx[port];
	uint16_t done = 0, media;

	for (int tries = 0; done < q->n && tries < TX_TRIES; tries++)
		done += rte_eth_tx_burst(sl_ethdevs[port].dpdk_port, (uint16_t)w->tx_queue[port],
			q->m + done, q->n - done);
	SL_SHARED_ADD(w->stats.tx, done);
	media = done;
	for (uint16_t i = 0; q->kernel && i < done; i++)
		media -= !q->flow[i];
	SL_SHARED_ADD(w->stats.verdicts[SL_FORWARD], media);
	if (unlikely(done < q->n))
		refuse(w, q, done);
	q->n = 0;
	q->kernel = false;
}

void sl_tx_enqueue(struct sl_worker *w, uint8_t port, struct rte_mbuf *m, struct sl_flow *flow)
{
	struct sl_tx_queue *q = &w->tx[port];

	if (q->n == RTE_DIM(q->m))
		send_queue(w, port);
	q->m[q->n] = m;
	q->flow[q->n++] = flow;
	q->kernel |= !flow;
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
	p->verdict = SL_TAKEN;
	p->flow = NULL;
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
	if (p->verdict != SL_TAKEN)
		return;
	count(p, b->now);
	p->flow = NULL;
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

/* Whose latency this turn of the loop shows: any of the packets in the queue, another one each
 * time. NULL: one that no flow of this worker sent. */
static struct sl_flow *pick(struct sl_worker *w, const struct sl_tx_queue *q)
{
	struct sl_flow *flow = q->flow[w->turns++ % q->n];

	return flow == SL_TX_GUEST ? NULL : flow;
}

static void note_latency(struct sl_flow *flow, uint64_t ns)
{
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
		sl_tx_enqueue(w, sl_ethdev_by_dpdk[m[i]->port], m[i], SL_TX_GUEST);
	for (uint8_t port = 0; port < sl_n_ethdevs; port++) {
		struct sl_flow *flow;

		if (!w->tx[port].n)
			continue;
		flow = pick(w, &w->tx[port]);
		send_queue(w, port);
		if (flow) /* then burst.now is of this turn */
			note_latency(flow, sl_clock() - w->burst.now);
	}
}
