/* SPDX-License-Identifier: BSD-3-Clause */
/* The poll loop and the way of a packet. */
#include "dataplane/path/worker.h"

#include <rte_ethdev.h>

#include "dataplane/base/clock.h"
#include "dataplane/base/shared.h"
#include "dataplane/path/probe.h"
#include "dataplane/port/ethdev.h"
#include "dataplane/port/exception_port.h"

#include "dataplane/base/packet_path.h"

/* Behind a stage. `watched` is a constant wherever this is called: without a tap or a probe there
 * is nothing here. */
static __rte_always_inline void seen(
	struct sl_worker *w, struct sl_burst *b, enum sl_stage stage, const bool watched)
{
	if (watched)
		sl_tap_stage(w, b, stage);
}

/* From the frame to the flow. */
static __rte_always_inline void find(struct sl_worker *w, struct sl_burst *b, const bool watched)
{
	sl_stage_parse(w, b);
	if (watched)
		sl_tap_begin(w, b);
	seen(w, b, SL_STAGE_PARSE, watched);
	sl_stage_lists(w, b);
	seen(w, b, SL_STAGE_LISTS, watched);
	sl_stage_steer(w, b);
	seen(w, b, SL_STAGE_STEER, watched);
	sl_stage_pinhole(w, b);
	seen(w, b, SL_STAGE_PINHOLE, watched);
	sl_stage_guard(w, b);
	seen(w, b, SL_STAGE_GUARD, watched);
}

/* One round of the pipeline over packets that have one. */
static __rte_always_inline void rekey(struct sl_worker *w, struct sl_burst *b, const bool watched)
{
	sl_stage_replay(w, b);
	seen(w, b, SL_STAGE_REPLAY, watched);
	sl_stage_unprotect(w, b);
	seen(w, b, SL_STAGE_UNPROTECT, watched);
	sl_stage_commit(w, b);
	seen(w, b, SL_STAGE_COMMIT, watched);
	sl_stage_protect(w, b);
	seen(w, b, SL_STAGE_PROTECT, watched);
	sl_stage_rewrite(w, b);
	seen(w, b, SL_STAGE_REWRITE, watched);
	sl_stage_tx(w, b);
	seen(w, b, SL_STAGE_TX, watched);
}

static void count_drop(struct sl_worker *w, const struct sl_burst *b, const struct sl_packet *p)
{
	SL_SHARED_ADD(w->stats.verdicts[p->verdict], 1);
	if (!b->hairpin) /* it is nobody's on the wire */
		sl_drop_sample(w, p);
	if (p->flow)
		SL_SHARED_ADD(p->flow->count.drops[p->verdict], 1);
}

/* Counts what became of each packet, frees what was dropped; keeps, as the next round, those that
 * were deferred. */
static void settle(struct sl_worker *w, struct sl_burst *b)
{
	unsigned waiting = 0;

	for (unsigned i = 0; i < b->n; i++) {
		struct sl_packet *p = &b->packet[i];

		if (p->verdict == SL_PUNT)
			p->verdict = sl_punt(p, b->now);
		switch (p->verdict) {
		case SL_FORWARD: /* sl_tx_flush counts it */
		case SL_HANDED_OFF:
			break;
		case SL_PUNT:
			SL_SHARED_ADD(w->stats.punted, 1);
			break;
		case SL_DEFERRED:
			p->verdict = SL_FORWARD;
			b->packet[waiting++] = *p;
			break;
		default:
			count_drop(w, b, p);
			rte_pktmbuf_free(p->m);
		}
	}
	b->n = waiting;
	b->first_round = false;
}

/* Both rounds. */
static __rte_always_inline void run_stages(
	struct sl_worker *w, struct sl_burst *b, const bool watched)
{
	find(w, b, watched);
	rekey(w, b, watched);
	settle(w, b);
	if (b->n) {
		rekey(w, b, watched);
		settle(w, b);
	}
}

static __rte_noinline void run_watched(struct sl_worker *w, struct sl_burst *b)
{
	run_stages(w, b, true);
}

/* `hairpin`: sent by this relay, and not off the wire. */
static void run_burst(
	struct sl_worker *w, struct rte_mbuf **m, unsigned n, uint64_t now, bool hairpin)
{
	struct sl_burst *b = &w->burst;

	b->now = now;
	b->n = n;
	b->first_round = true;
	b->hairpin = hairpin;
	for (unsigned i = 0; i < n; i++) {
		b->packet[i].m = m[i];
		b->packet[i].flow = NULL;
		b->packet[i].verdict = SL_FORWARD;
	}
	if (unlikely(w->tap || sl_probes_on()))
		run_watched(w, b);
	else
		run_stages(w, b, false);
}

/* Packets that the kernel sends by an exception port of one of this worker's first queues. */
static unsigned relay_exception_ports(struct sl_worker *w)
{
	struct rte_mbuf *m[SL_BURST];
	unsigned total = 0;

	for (uint8_t i = 0; i < w->n_rx; i++) {
		struct sl_exception_port *exception = sl_ethdevs[w->rx[i].port].exception;

		if (!exception || w->rx[i].queue != 0)
			continue;

		unsigned n = sl_exception_take(exception, m, SL_BURST);

		for (unsigned k = 0; k < n; k++)
			sl_tx_enqueue_kernel(w, w->rx[i].port, m[k]);
		total += n;
	}
	return total;
}

/* As much of it as the queues can bring in a turn. What goes round in a circle has to wait for the
 * next turns with everything else. */
static unsigned run_hairpins(struct sl_worker *w, uint64_t now)
{
	struct rte_mbuf *m[SL_BURST];
	unsigned total = 0;

	for (unsigned i = 0; i <= w->n_rx; i++) {
		unsigned n = rte_ring_sc_dequeue_burst(w->hairpins, (void **)m, SL_BURST, NULL);

		if (!n)
			break;
		run_burst(w, m, n, now, true);
		total += n;
	}
	return total;
}

unsigned sl_worker_poll(struct sl_worker *w)
{
	struct rte_mbuf *m[SL_BURST];
	unsigned total = 0;

	sl_mailbox_poll(w);

	/* Not before: a flow that comes from another worker brings that worker's stamps. */
	uint64_t now = sl_clock();

	for (uint8_t i = 0; i < w->n_rx; i++) {
		unsigned n;

		if (unlikely(w->away[w->rx[i].port]))
			continue;
		n = rte_eth_rx_burst(
			sl_ethdevs[w->rx[i].port].dpdk_port, w->rx[i].queue, m, SL_BURST);
		if (!n)
			continue;
		SL_SHARED_ADD(w->stats.rx, n);
		for (unsigned k = 0; k < n; k++) /* not every driver says so */
			m[k]->port = sl_ethdevs[w->rx[i].port].dpdk_port;
		run_burst(w, m, n, now, false);
		total += n;
	}

	unsigned n = rte_ring_sc_dequeue_burst(w->handoff, (void **)m, SL_BURST, NULL);

	if (n)
		run_burst(w, m, n, now, false);
	total += n + run_hairpins(w, now) + relay_exception_ports(w);
	sl_tx_flush(w);
	if (unlikely(w->tap))
		sl_tap_publish(w);
	return total;
}
