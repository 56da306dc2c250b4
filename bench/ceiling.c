/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ceiling: verify, decrypt, encrypt, sign and nothing else. The same packets in the same order
 * with the same keys through the backend's burst functions; the clock runs over those calls only.
 */
#include <rte_cycles.h>
#include <rte_memcpy.h>
#include <rte_prefetch.h>

#include "bench/lane.h"
#include "dataplane/ethdev.h"
#include "dataplane/worker.h"

struct batch {
	struct rte_mbuf *m[SL_BURST];
	struct sl_crypto_op op[SL_BURST];
	struct sl_key *out_key[SL_BURST];
	unsigned n;
};

static void fill(struct batch *b, struct lane *lane)
{
	const struct work *work = lane->work;

	b->n = RTE_MIN(lane->burst, work->spec.packets - lane->at);
	for (unsigned i = 0; i < b->n; i++) {
		const struct work_packet *p = work_packet(work, lane->worker, lane->at + i);
		const struct work_flow *wf = &work->flow[p->flow];
		uint8_t *frame = rte_pktmbuf_mtod(b->m[i], uint8_t *);

		rte_memcpy(frame, p->frame, p->len);
		b->out_key[i] = wf->flow->out_key;
		b->op[i] = (struct sl_crypto_op){
			.data = frame + WORK_HEADERS,
			.key = wf->flow->in_key,
			.index = p->seq,
			.ssrc = wf->ssrc,
			.len = p->len - WORK_HEADERS,
			.header_len = WORK_RTP,
		};
	}
	lane->at += b->n;
}

typedef void transform(struct sl_crypto *, struct sl_crypto_op *const *, unsigned);

static void run(struct batch *b, struct sl_crypto *crypto, transform *call)
{
	struct sl_crypto_op *ops[SL_BURST];
	unsigned n = 0;

	for (unsigned i = 0; i < b->n; i++)
		if (b->op[i].key)
			ops[n++] = &b->op[i];
	if (n)
		call(crypto, ops, n);
}

/* The head of each key: what lies behind it is the backend's to fetch. */
static void prefetch_keys(const struct batch *b)
{
	for (unsigned i = 0; i < b->n; i++) {
		if (b->op[i].key)
			rte_prefetch0(b->op[i].key);
		if (b->out_key[i])
			rte_prefetch0(b->out_key[i]);
	}
}

void ceiling_lap(struct lane *lane, bool prefetch)
{
	struct sl_worker *w = &sl_workers[lane->worker];
	static __thread struct batch batch[2];
	struct batch *now = &batch[0], *next = &batch[1];

	if (rte_pktmbuf_alloc_bulk(sl_mbufs, now->m, SL_BURST) != 0 ||
		rte_pktmbuf_alloc_bulk(sl_mbufs, next->m, SL_BURST) != 0)
		rte_exit(1, "no packet buffers\n");
	for (fill(now, lane); now->n;) {
		struct batch *swap = now;

		fill(next, lane);

		uint64_t start = rte_rdtsc();

		if (prefetch)
			prefetch_keys(next);
		run(now, w->crypto, w->backend->rtp_unprotect);
		for (unsigned i = 0; i < now->n; i++)
			now->op[i].key = now->out_key[i];
		run(now, w->crypto, w->backend->rtp_protect);

		uint64_t cycles = rte_rdtsc() - start;

		if (lane->at > lane->warm && now->n == lane->burst) {
			lane->cycles[lane->bursts++] = (uint32_t)RTE_MIN(cycles, UINT32_MAX);
			lane->packets += now->n;
		}
		for (unsigned i = 0; i < now->n; i++)
			lane->sent += now->op[i].verdict == SL_FORWARD;
		now = next;
		next = swap;
	}
	rte_pktmbuf_free_bulk(batch[0].m, SL_BURST);
	rte_pktmbuf_free_bulk(batch[1].m, SL_BURST);
}
