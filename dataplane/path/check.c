/* SPDX-License-Identifier: BSD-3-Clause */
/* The replay stage: the index of a packet, whether it has been seen, and the rates of its flow. */
#include <rte_branch_prediction.h>
#include <rte_prefetch.h>

#include "dataplane/path/known.h"
#include "dataplane/path/worker.h"

#include "dataplane/base/packet_path.h"

/*
 * Two packets of an SSRC that nothing is known of: the index of the second depends on whether the
 * first was genuine (it may have wrapped in between), so it waits for the second round. On a plain
 * leg it waits so that one SSRC is admitted once.
 */
static bool must_wait(const struct sl_burst *b, const struct sl_packet *p)
{
	if (!b->first_round)
		return false;
	for (const struct sl_packet *q = b->packet; q < p; q++)
		if (q->verdict == SL_FORWARD && q->flow == p->flow &&
			q->component == p->component && q->op.ssrc == p->op.ssrc)
			return true;
	return false;
}

static enum sl_verdict check(
	struct sl_packet *p, const struct sl_replay *in, const struct sl_replay *rtcp)
{
	if (p->component == SL_RTCP) {
		p->op.index =
			sl_srtcp_trailer(p->flow->in_suite, p->op.data, p->op.len) & 0x7fffffff;
		return sl_replay_check(rtcp, p->op.index);
	}
	p->op.index = sl_replay_estimate(in, p->view.seq,
		likely(!sl_replay_empty(in))
			? 0
			: sl_roc_search_get(&p->flow->search, p->view.ssrc, p->view.seq));
	if (p->op.index > SL_INDEX_MAX)
		return SL_DROP_REPLAY_OLD;
	return sl_replay_check(in, p->op.index);
}

static enum sl_verdict index_and_check(struct sl_packet *p)
{
	const struct sl_streams *s = &p->flow->streams;
	struct sl_replay in, rtcp;

	if (likely(p->stream >= 0))
		return check(p, &sl_streams_live(s, p->stream)->in, sl_streams_rtcp(s, p->stream));
	sl_streams_recall(sl_key_history(p->flow->in_key), p->op.ssrc, &in, &rtcp);
	return check(p, &in, &rtcp);
}

/* The stages behind unprotect read and write these lines. */
static void prefetch_way_out(const struct sl_packet *p)
{
	rte_prefetch0(p->flow->out_key);
	rte_prefetch0(&p->flow->egress[p->component]);
	rte_prefetch0(&p->flow->quality);
}

/* Counts a packet that would be decrypted next against the rates of its flow. */
static enum sl_verdict police(const struct sl_packet *p, uint64_t now)
{
	struct sl_flow *flow = p->flow;

	if (p->component == SL_RTCP)
		return sl_police_rtcp(&flow->police, now) ? SL_FORWARD : SL_DROP_RTCP_RATE;
	return sl_police_rtp(&flow->police, p->view.payload_len, now) ? SL_FORWARD : SL_DROP_RATE;
}

/* The search of a history is for those that may be tried at all. */
static enum sl_verdict judge(const struct sl_burst *b, struct sl_packet *p)
{
	enum sl_verdict v;

	if (unlikely(sl_is_unknown(p)) && must_wait(b, p))
		return SL_DEFERRED;
	if (unlikely(sl_intrudes(p))) {
		if (!sl_police_learn(&p->flow->police, b->now))
			return SL_DROP_UNPROVEN;
		return p->flow->in_key ? index_and_check(p) : SL_FORWARD;
	}
	v = p->flow->in_key ? index_and_check(p) : SL_FORWARD;
	return v == SL_FORWARD ? police(p, b->now) : v;
}

void sl_stage_replay(struct sl_worker *w, struct sl_burst *b)
{
	(void)w;
	SL_BURST_FOREACH (p, b) {
		p->op = (struct sl_crypto_op){
			.data = rte_pktmbuf_mtod_offset(p->m, uint8_t *, p->view.payload),
			.key = p->flow->in_key,
			.ssrc = p->view.ssrc,
			.len = p->view.payload_len,
			.header_len = p->view.header_len,
		};
		p->stream = (int8_t)sl_streams_find(&p->flow->streams, p->view.ssrc);
		p->verdict = judge(b, p);
		if (p->verdict == SL_FORWARD)
			prefetch_way_out(p);
	}
}
