/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The commit stage: remembers ingress index and source of what authenticated, measures it, and
 * takes the index to send it under. No index, stream or endpoint of a flow changes before; the
 * buckets of its rates do.
 */
#include <rte_branch_prediction.h>
#include <rte_byteorder.h>
#include <string.h>

#include "dataplane/path/pool.h"
#include "dataplane/path/worker.h"
#include "dataplane/port/ethdev.h"

#include "dataplane/base/packet_path.h"

/* Remembers the ingress index; false: an earlier packet of this very burst had it. */
static enum sl_verdict commit_ingress(struct sl_packet *p)
{
	struct sl_streams *s = &p->flow->streams;

	if (!p->flow->in_key)
		return SL_FORWARD;
	return sl_replay_commit(p->component == SL_RTP ? &sl_streams_live(s, p->stream)->in
						       : sl_streams_rtcp(s, p->stream),
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

	struct sl_stream *stream = sl_streams_live(&flow->streams, p->stream);
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

	return p->op.index == (p->component == SL_RTP ? sl_streams_live(s, p->stream)->in.top
						      : sl_streams_rtcp(s, p->stream)->top);
}

/* Returns the index of the stream, made if need be: another SSRC of this burst may have taken it.
 */
static int admit(struct sl_worker *w, const struct sl_packet *p, uint64_t now)
{
	struct sl_streams *s = &p->flow->streams;

	if (likely(p->stream >= 0 && sl_streams_live(s, p->stream)->ssrc == p->view.ssrc))
		return p->stream;
	if (sl_streams_find(s, p->view.ssrc) < 0 && sl_streams_wants_ext(s))
		sl_flow_give_ext(p->flow, sl_pool_ext(w));

	const struct sl_page_source pages = sl_pool_pages(w);
	const struct sl_stream_keys keys = sl_flow_keys(p->flow, &pages);

	return sl_streams_admit(s, &keys, p->view.ssrc, now);
}

static enum sl_verdict act(struct sl_packet *p)
{
	enum sl_pt_action action = sl_pt_actions_get(p->flow->actions, p->op.data[1] & 0x7f);
	uint16_t len;

	if (action == SL_PT_PASS)
		return SL_FORWARD;
	len = sl_pt_silence(action, p->op.data, p->op.header_len, p->op.len);
	if (!len)
		return SL_DROP_BLOCKED;
	p->op.len = len;
	return SL_FORWARD;
}

/* Takes the figures of an SSRC along when its stream has got another index. */
static void bring_quality(struct sl_flow *flow, int index, uint32_t ssrc)
{
	struct sl_quality *here = sl_flow_quality_at(flow, index);

	for (int i = 0; i < SL_LIVE_SSRCS && (i == 0 || flow->streams.ext); i++) {
		struct sl_quality *there = sl_flow_quality_at(flow, i), other = *here;

		if (i != index && there->packets && there->ssrc == ssrc) {
			sl_quality_set(here, there);
			sl_quality_set(there, &other);
			return;
		}
	}
}

/* Measures a packet as it arrived, before it is made ready to leave. */
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

	struct sl_quality *quality = sl_flow_quality_at(flow, p->stream);

	if (unlikely(quality->ssrc != q.ssrc))
		bring_quality(flow, p->stream, q.ssrc);
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
	p->stream = (int8_t)admit(w, p, now);
	if (p->stream < 0)
		return SL_DROP_SSRC_LIMIT;
	sl_streams_live(&p->flow->streams, p->stream)->last = now;
	v = commit_ingress(p);
	if (v == SL_FORWARD && unlikely(p->learn) && p->flow->in_key)
		v = sl_source_commit(w, p, newest(p), now);
	if (v != SL_FORWARD)
		return v;
	measure(p, now);
	if (unlikely(p->flow->local[p->component].has_actions))
		v = act(p);
	if (v == SL_FORWARD)
		v = may_leave(p);
	return v == SL_FORWARD ? take_egress(p) : v;
}

void sl_stage_commit(struct sl_worker *w, struct sl_burst *b)
{
	SL_BURST_FOREACH (p, b)
		p->verdict = commit(w, p, b->now);
}
