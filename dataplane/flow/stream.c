/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/flow/stream.h"

#include "dataplane/base/packet_path.h"

static int capacity(const struct sl_streams *s)
{
	return s->ext ? SL_LIVE_SSRCS : 1;
}

/* A window whose every index below `next` counts as seen. */
static struct sl_replay closed_window(uint64_t next)
{
	if (!next)
		return (struct sl_replay){0};
	return (struct sl_replay){.top = next - 1, .seen = {UINT64_MAX, UINT64_MAX}};
}

static struct sl_replay received_window(const struct sl_record *r)
{
	return r->hint ? (struct sl_replay){.top = r->next - 1} : closed_window(r->next);
}

/* A hint of 0 is none. */
static void keep_received(
	struct sl_record *r, const struct sl_replay *rtp, const struct sl_replay *rtcp)
{
	r->hint = sl_replay_empty(rtp);
	r->next = r->hint && !rtp->top ? 0 : rtp->top + 1;
	r->rtcp_next = sl_replay_empty(rtcp) ? 0 : (uint32_t)rtcp->top + 1;
}

static void keep_sent(struct sl_record *r, const struct sl_stream *live)
{
	r->next = sl_replay_empty(&live->out) ? 0 : live->out.top + 1;
	r->shift = live->shift;
}

void sl_streams_recall(
	const struct sl_history *in, uint32_t ssrc, struct sl_replay *rtp, struct sl_replay *rtcp)
{
	const struct sl_record *r = sl_history_find(in, ssrc);

	*rtp = r ? received_window(r) : (struct sl_replay){0};
	*rtcp = closed_window(r ? r->rtcp_next : 0);
}

static void settle_one(
	const struct sl_streams *s, int index, struct sl_history *in, struct sl_history *out)
{
	const struct sl_stream *live = sl_streams_live(s, index);
	struct sl_record *r = in ? sl_history_find(in, live->ssrc) : NULL;

	if (r) {
		keep_received(r, &live->in, sl_streams_rtcp(s, index));
		r->live = false;
	}
	r = out ? sl_history_find(out, live->ssrc) : NULL;
	if (r) {
		keep_sent(r, live);
		r->live = false;
	}
}

void sl_streams_settle(const struct sl_streams *s, struct sl_history *in, struct sl_history *out)
{
	for (int i = 0; i < s->n_live; i++)
		settle_one(s, i, in, out);
}

static int silent_longest(const struct sl_streams *s)
{
	int oldest = 0;

	for (int i = 1; i < s->n_live; i++)
		if (sl_streams_live(s, i)->last < sl_streams_live(s, oldest)->last)
			oldest = i;
	return oldest;
}

/* An index for an SSRC, as its keys know it, or -1; the caller has found none. */
static int enter(
	struct sl_streams *s, const struct sl_stream_keys *keys, uint32_t ssrc, uint64_t now)
{
	struct sl_record *in = NULL, *out = NULL;
	int i = s->n_live;

	if (keys->in && !(in = sl_history_enter(keys->in, ssrc, keys->pages)))
		return -1;
	if (keys->out && !(out = sl_history_enter(keys->out, ssrc, keys->pages))) {
		if (in)
			in->live = false;
		return -1;
	}
	if (i < capacity(s)) {
		s->n_live++;
	} else {
		i = silent_longest(s);
		settle_one(s, i, keys->in, keys->out);
	}
	*sl_streams_live(s, i) = (struct sl_stream){
		.ssrc = ssrc,
		.in_use = true,
		.last = now,
		.in = in ? received_window(in) : (struct sl_replay){0},
		.out = closed_window(out ? out->next : 0),
		.shift = out ? out->shift : 0,
	};
	*sl_streams_rtcp(s, i) = closed_window(in ? in->rtcp_next : 0);
	return i;
}

int sl_streams_admit(
	struct sl_streams *s, const struct sl_stream_keys *keys, uint32_t ssrc, uint64_t now)
{
	int i = sl_streams_find(s, ssrc);

	return i >= 0 ? i : enter(s, keys, ssrc, now);
}

static void inherit_one(struct sl_streams *s, int index, const struct sl_streams *old, int from,
	struct sl_stream_heritage common)
{
	const struct sl_stream *theirs = sl_streams_live(old, from);
	struct sl_stream *ours = sl_streams_live(s, index);

	if (common.same_in && common.current) {
		ours->in = theirs->in;
		*sl_streams_rtcp(s, index) = *sl_streams_rtcp(old, from);
	} else if (!common.same_in && common.counted && !ours->in.top &&
		   sl_replay_empty(&ours->in)) {
		ours->in.top = theirs->in.top;
	}
	if (common.same_out && common.current) {
		ours->out = theirs->out;
		ours->shift = theirs->shift;
	}
}

void sl_streams_inherit(struct sl_streams *s, const struct sl_stream_keys *keys,
	const struct sl_streams *old, struct sl_stream_heritage common)
{
	for (int i = 0; i < old->n_live && s->n_live < capacity(s); i++) {
		const struct sl_stream *theirs = sl_streams_live(old, i);
		int index = enter(s, keys, theirs->ssrc, theirs->last);

		if (index >= 0)
			inherit_one(s, index, old, i, common);
	}
}
