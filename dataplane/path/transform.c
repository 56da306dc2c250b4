/* SPDX-License-Identifier: BSD-3-Clause */
/* The stages unprotect and protect: cryptography, over a whole burst at once. */
#include <rte_branch_prediction.h>

#include "dataplane/path/known.h"
#include "dataplane/path/worker.h"

#include "dataplane/base/packet_path.h"

static void note_forged(const struct sl_packet *p, uint64_t now)
{
	struct sl_flow *flow = p->flow;

	if (p->component == SL_RTP && sl_is_unknown(p))
		sl_roc_search_failed(&flow->search, p->view.ssrc, p->view.seq);
	if (!sl_intrudes(p))
		sl_police_forged(&flow->police, p->component == SL_RTCP, p->view.payload_len, now);
}

typedef void transform(struct sl_crypto *, struct sl_crypto_op *const *, unsigned);

/* Runs the two transforms over the packets whose op has a key, and takes their verdicts over. */
static void run(struct sl_worker *w, struct sl_burst *b, transform *rtp, transform *rtcp)
{
	struct sl_crypto_op *ops[SL_COMPONENTS][SL_BURST];
	unsigned n[SL_COMPONENTS] = {0};

	SL_BURST_FOREACH (p, b) {
		if (!p->op.key)
			continue;
		p->op.verdict = SL_FORWARD;
		ops[p->component][n[p->component]++] = &p->op;
	}
	if (n[SL_RTP])
		rtp(w->crypto, ops[SL_RTP], n[SL_RTP]);
	if (n[SL_RTCP])
		rtcp(w->crypto, ops[SL_RTCP], n[SL_RTCP]);
	SL_BURST_FOREACH (p, b) {
		if (p->op.key)
			p->verdict = p->op.verdict;
		if (unlikely(p->verdict == SL_DROP_AUTH))
			note_forged(p, b->now);
	}
}

void sl_stage_unprotect(struct sl_worker *w, struct sl_burst *b)
{
	run(w, b, w->backend->rtp_unprotect, w->backend->rtcp_unprotect);
}

void sl_stage_protect(struct sl_worker *w, struct sl_burst *b)
{
	run(w, b, w->backend->rtp_protect, w->backend->rtcp_protect);
}
