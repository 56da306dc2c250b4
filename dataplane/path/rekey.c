/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The stages between the two keys: which index, has it been seen, verify and decrypt, remember,
 * which index to send under, encrypt and authenticate.
 *
 * No index, stream or endpoint of a flow changes before the commit stage, which sees only what
 * authenticated; the buckets of its rates do.
 */
#include <rte_branch_prediction.h>
#include <rte_byteorder.h>
#include <rte_prefetch.h>
#include <string.h>

#include "dataplane/path/spares.h"
#include "dataplane/path/worker.h"
#include "dataplane/port/ethdev.h"

#include "dataplane/base/packet_path.h"

static bool unknown(const struct sl_packet *p)
{
	return p->place < 0 ||
	       (p->component == SL_RTP && p->flow->in_key &&
		       sl_replay_empty(&sl_streams_live(&p->flow->streams, p->place)->in));
}

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

	if (likely(p->place >= 0))
		return check(p, &sl_streams_live(s, p->place)->in, sl_streams_rtcp(s, p->place));
	sl_streams_recall(sl_key_history(p->flow->in_key), p->op.ssrc, &in, &rtcp);
	return check(p, &in, &rtcp);
}

/* What the stages behind unprotect read and write. */
static void prefetch_way_out(const struct sl_packet *p)
{
	rte_prefetch0(p->flow->out_key);
	rte_prefetch0(&p->flow->egress[p->component]);
	rte_prefetch0(&p->flow->quality);
}

/* Of an SSRC that is not heard, while one is. */
static bool intrudes(const struct sl_packet *p)
{
	return p->place < 0 && p->flow->streams.first.in_use;
}

/* Of a packet that would be decrypted next. */
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

	if (unlikely(unknown(p)) && must_wait(b, p))
		return SL_TAKEN;
	if (unlikely(intrudes(p))) {
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
		p->place = (int8_t)sl_streams_find(&p->flow->streams, p->view.ssrc);
		p->verdict = judge(b, p);
		if (p->verdict == SL_FORWARD)
			prefetch_way_out(p);
	}
}

static void note_forged(const struct sl_packet *p, uint64_t now)
{
	struct sl_flow *flow = p->flow;

	if (p->component == SL_RTP && unknown(p))
		sl_roc_search_failed(&flow->search, p->view.ssrc, p->view.seq);
	if (!intrudes(p))
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

/* Remembers the ingress index; false: an earlier packet of this very burst had it. */
static enum sl_verdict commit_ingress(struct sl_packet *p)
{
	struct sl_streams *s = &p->flow->streams;

	if (!p->flow->in_key)
		return SL_FORWARD;
	return sl_replay_commit(p->component == SL_RTP ? &sl_streams_live(s, p->place)->in
						       : sl_streams_rtcp(s, p->place),
		p->op.index);
}

/*
 * Egress index already used: did the sender restart its sequence? What authenticated and was not
 * received before is new, so yes. On a plain leg it takes two in sequence (RFC 3550 A.1), since a
 * single one may be late or a copy.
 */
static bool restarted(const struct sl_packet *p, struct sl_stream *stream, enum sl_verdict refused)
{
	struct sl_restart *restart = &stream->restart;
	bool in_sequence;

	if (p->flow->in_key)
		return true;
	if (refused != SL_DROP_REPLAY_OLD)
		return false;
	in_sequence = restart->suspected && restart->expected == p->view.seq;
	*restart = (struct sl_restart){(uint16_t)(p->view.seq + 1), true};
	return in_sequence;
}

/*
 * Is there a next hop, and will it fit? Asked before an index is taken: were indices used up by
 * packets that stay here, a receiver that has not heard one yet would miss a turn of the roll-over
 * counter and be deaf from then on.
 */
static enum sl_verdict may_leave(struct sl_packet *p)
{
	const struct sl_flow *flow = p->flow;
	const struct sl_egress *egress = &flow->egress[p->component];
	const struct sl_suite_info *suite = &sl_suites[flow->out_suite];
	unsigned len = p->op.len;

	if (flow->out_key)
		len += p->component == SL_RTP ? suite->rtp_tag : suite->rtcp_tag + 4;
	if (unlikely(len + egress->header_len > sl_ethdevs[egress->port].mtu))
		return SL_DROP_MTU;
	p->hop = sl_nexthop_get(&sl_nexthops[egress->nexthop]);
	return likely(p->hop) ? SL_FORWARD : SL_DROP_NEIGHBOUR;
}

/* The index to send under: never one that was sent before under this key (RFC 3711 9.1). */
static enum sl_verdict take_egress(struct sl_packet *p)
{
	struct sl_flow *flow = p->flow;

	p->op.key = flow->out_key;
	if (!flow->out_key)
		return SL_FORWARD;
	if (p->component == SL_RTCP) {
		struct sl_history *sent = sl_key_history(flow->out_key);

		if (sent->rtcp_sent == SL_RTCP_INDEX_MAX)
			return SL_DROP_INDEX_LIMIT;
		p->op.index = ++sent->rtcp_sent; /* from 1, as libsrtp cannot send 0 */
		return SL_FORWARD;
	}

	struct sl_stream *stream = sl_streams_live(&flow->streams, p->place);
	struct sl_replay *out = &stream->out;
	enum sl_verdict v;

	p->op.index = sl_replay_estimate(out, (uint16_t)(p->view.seq + stream->shift), 0);
	if (p->op.index > SL_INDEX_MAX && out->top >> 16 == SL_INDEX_MAX >> 16)
		return SL_DROP_INDEX_LIMIT;
	v = p->op.index > SL_INDEX_MAX ? SL_DROP_REPLAY_OLD : sl_replay_commit(out, p->op.index);
	if (unlikely(v != SL_FORWARD)) {
		if (!restarted(p, stream, v))
			return SL_DROP_INDEX_REUSE;
		if (out->top == SL_INDEX_MAX)
			return SL_DROP_INDEX_LIMIT;
		p->op.index = out->top + 1;
		stream->shift = (uint16_t)(p->op.index - p->view.seq);
		sl_replay_commit(out, p->op.index);
	}
	if (unlikely(stream->shift)) {
		p->op.data[2] = (uint8_t)(p->op.index >> 8);
		p->op.data[3] = (uint8_t)p->op.index;
	}
	return SL_FORWARD;
}

/* After its commit: is there none of this stream with a higher index? */
static bool newest(const struct sl_packet *p)
{
	const struct sl_streams *s = &p->flow->streams;

	return p->op.index == (p->component == SL_RTP ? sl_streams_live(s, p->place)->in.top
						      : sl_streams_rtcp(s, p->place)->top);
}

/* Where the stream is, made if need be. Its place may have gone to another SSRC of this burst. */
static int admit(struct sl_worker *w, const struct sl_packet *p, uint64_t now)
{
	struct sl_streams *s = &p->flow->streams;

	if (likely(p->place >= 0 && sl_streams_live(s, p->place)->ssrc == p->view.ssrc))
		return p->place;
	if (sl_streams_find(s, p->view.ssrc) < 0 && sl_streams_wants_more(s))
		sl_flow_give_more(p->flow, sl_spare_take(w));

	const struct sl_page_source pages = sl_spare_pages(w);
	const struct sl_stream_keys keys = sl_flow_keys(p->flow, &pages);

	return sl_streams_admit(s, &keys, p->view.ssrc, now);
}

static enum sl_verdict treat(struct sl_packet *p)
{
	enum sl_treatment treatment = sl_treatments_get(p->flow->treatment, p->op.data[1] & 0x7f);
	uint16_t len;

	if (treatment == SL_TREAT_PASS)
		return SL_FORWARD;
	len = sl_treatment_silence(treatment, p->op.data, p->op.header_len, p->op.len);
	if (!len)
		return SL_DROP_BLOCKED;
	p->op.len = len;
	return SL_FORWARD;
}

/* The figures of an SSRC go with it when its stream has come to another place. */
static void bring_quality(struct sl_flow *flow, int place, uint32_t ssrc)
{
	struct sl_quality *here = sl_flow_quality_at(flow, place);

	for (int i = 0; i < SL_LIVE_SSRCS && (i == 0 || flow->streams.more); i++) {
		struct sl_quality *there = sl_flow_quality_at(flow, i), other = *here;

		if (i != place && there->packets && there->ssrc == ssrc) {
			sl_quality_set(here, there);
			sl_quality_set(there, &other);
			return;
		}
	}
}

/* What arrived, before it is made ready to leave. */
static void measure(const struct sl_packet *p, uint64_t now)
{
	struct sl_flow *flow = p->flow;
	uint32_t timestamp;

	if (p->component == SL_RTCP) {
		sl_quality_rtcp(&flow->reports, p->op.data, p->op.len, now);
		return;
	}
	memcpy(&timestamp, p->op.data + 4, sizeof(timestamp));

	const struct sl_quality_packet q = {
		.now = now,
		.ssrc = p->view.ssrc,
		.timestamp = rte_be_to_cpu_32(timestamp),
		.seq = p->view.seq,
		.len = p->op.len,
		.type = p->op.data[1] & 0x7f,
	};

	struct sl_quality *quality = sl_flow_quality_at(flow, p->place);

	if (unlikely(quality->ssrc != q.ssrc))
		bring_quality(flow, p->place, q.ssrc);
	sl_quality_rtp(quality, &q, flow->payloads);
}

static enum sl_verdict commit(struct sl_worker *w, struct sl_packet *p, uint64_t now)
{
	enum sl_verdict v;

	if (unlikely(p->learn) && !p->flow->in_key) {
		v = sl_source_commit(w, p, true, now);
		if (v != SL_FORWARD)
			return v;
	}
	p->place = (int8_t)admit(w, p, now);
	if (p->place < 0)
		return SL_DROP_SSRC_LIMIT;
	sl_streams_live(&p->flow->streams, p->place)->last = now;
	v = commit_ingress(p);
	if (v == SL_FORWARD && unlikely(p->learn) && p->flow->in_key)
		v = sl_source_commit(w, p, newest(p), now);
	if (v != SL_FORWARD)
		return v;
	measure(p, now);
	if (unlikely(p->flow->local[p->component].treated))
		v = treat(p);
	if (v == SL_FORWARD)
		v = may_leave(p);
	return v == SL_FORWARD ? take_egress(p) : v;
}

void sl_stage_commit(struct sl_worker *w, struct sl_burst *b)
{
	SL_BURST_FOREACH (p, b)
		p->verdict = commit(w, p, b->now);
}

void sl_stage_protect(struct sl_worker *w, struct sl_burst *b)
{
	run(w, b, w->backend->rtp_protect, w->backend->rtcp_protect);
}
