/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/stream.h"

#include <string.h>

#include "dataplane/packet_path.h"

static struct sl_retired *find_retired(const struct sl_streams *s, uint32_t ssrc)
{
	for (int i = 0; i < s->n_retired; i++)
		if (s->more->retired[i].ssrc == ssrc)
			return &s->more->retired[i];
	return NULL;
}

static int places(const struct sl_streams *s)
{
	return s->more ? SL_LIVE_SSRCS : 1;
}

static int places_retired(const struct sl_streams *s)
{
	return s->more ? SL_RETIRED_SSRCS : 0;
}

/* A window whose every index up to and including `next` - 1 counts as seen. */
static struct sl_replay closed_window(uint64_t next)
{
	if (!next)
		return (struct sl_replay){0};
	if (next & SL_INDEX_HINT)
		return (struct sl_replay){.top = next & ~SL_INDEX_HINT};
	return (struct sl_replay){.top = next - 1, .seen = {UINT64_MAX, UINT64_MAX}};
}

static uint64_t next_index(const struct sl_replay *r)
{
	if (!sl_replay_empty(r))
		return r->top + 1;
	return r->top ? r->top | SL_INDEX_HINT : 0;
}

void sl_streams_recall(
	const struct sl_streams *s, uint32_t ssrc, struct sl_replay *in, struct sl_replay *rtcp)
{
	const struct sl_retired *old = find_retired(s, ssrc);

	*in = closed_window(old ? old->in_top : 0);
	*rtcp = closed_window(old ? old->rtcp_top : 0);
}

/* The live stream that has been silent longest, if that is long enough; else -1. */
static int silent_longest(const struct sl_streams *s, uint64_t now)
{
	int oldest = 0;

	for (int i = 1; i < s->n_live; i++)
		if (sl_streams_live(s, i)->last < sl_streams_live(s, oldest)->last)
			oldest = i;
	return now - sl_streams_live(s, oldest)->last >= SL_STREAM_SILENT_NS ? oldest : -1;
}

static struct sl_retired retire(const struct sl_streams *s, int i)
{
	const struct sl_stream *live = sl_streams_live(s, i);

	return (struct sl_retired){
		.ssrc = live->ssrc,
		.in_top = next_index(&live->in),
		.out_top = next_index(&live->out),
		.rtcp_top = (uint32_t)next_index(sl_streams_rtcp(s, i)),
	};
}

/* On a leg without keys there is nothing that must not be used twice. */
static bool memorable(const struct sl_retired *r)
{
	return r->in_top || r->out_top || r->rtcp_top;
}

static void enter(
	struct sl_streams *s, int i, uint32_t ssrc, uint64_t now, const struct sl_retired *known)
{
	*sl_streams_live(s, i) = (struct sl_stream){
		.ssrc = ssrc,
		.in_use = true,
		.last = now,
		.in = closed_window(known->in_top),
		.out = closed_window(known->out_top),
	};
	*sl_streams_rtcp(s, i) = closed_window(known->rtcp_top);
}

/* Makes room for one more: the place of the stream silent longest, which is retired; -1: there is
 * none. */
static int make_room(struct sl_streams *s, uint64_t now)
{
	int i = silent_longest(s, now);
	struct sl_retired old;

	if (i < 0)
		return -1;
	old = retire(s, i);
	if (!memorable(&old))
		return i;
	if (s->n_retired == places_retired(s))
		return -1;
	s->more->retired[s->n_retired++] = old;
	return i;
}

int sl_streams_admit(struct sl_streams *s, uint32_t ssrc, uint64_t now)
{
	int i = sl_streams_find(s, ssrc);

	if (i >= 0)
		return i;

	struct sl_retired *back = find_retired(s, ssrc);
	struct sl_retired known = back ? *back : (struct sl_retired){0};

	if (!back && (s->full || sl_streams_wants_more(s)))
		return -1;
	if (s->n_live == places(s) && silent_longest(s, now) < 0)
		return -1;
	if (back)
		*back = s->more->retired[--s->n_retired];
	i = s->n_live < places(s) ? s->n_live++ : make_room(s, now);
	if (i >= 0)
		enter(s, i, ssrc, now, &known);
	return i;
}

/* What was received of one SSRC, in either form. */
struct received {
	uint32_t ssrc;
	uint64_t last;
	struct sl_replay in, rtcp;
};

/* Under a new key all indices are free again, but the sender may go on counting. */
static struct received received(uint32_t ssrc, uint64_t last, const struct sl_replay *in,
	const struct sl_replay *rtcp, bool same_key)
{
	if (same_key)
		return (struct received){ssrc, last, *in, *rtcp};
	return (struct received){ssrc, last, {.top = in->top}, {0}};
}

static void put_received(struct sl_streams *s, const struct received *r)
{
	struct sl_retired *retired = find_retired(s, r->ssrc);
	int i = sl_streams_find(s, r->ssrc);

	if (i < 0 && !retired && !next_index(&r->in) && !next_index(&r->rtcp))
		return;
	if (i < 0 && !retired && s->n_live < places(s)) {
		i = s->n_live++;
		*sl_streams_live(s, i) = (struct sl_stream){.ssrc = r->ssrc, .in_use = true};
	}
	if (i >= 0) {
		sl_streams_live(s, i)->last = r->last;
		sl_streams_live(s, i)->in = r->in;
		*sl_streams_rtcp(s, i) = r->rtcp;
		return;
	}
	if (!retired && s->n_retired == places_retired(s)) {
		s->full = true;
		return;
	}
	if (!retired) {
		retired = &s->more->retired[s->n_retired++];
		*retired = (struct sl_retired){.ssrc = r->ssrc};
	}
	retired->in_top = next_index(&r->in);
	retired->rtcp_top = (uint32_t)next_index(&r->rtcp);
}

/* All of `old`, as far as there is room. */
static void copy(struct sl_streams *s, const struct sl_streams *old)
{
	struct sl_more_streams *more = s->more;

	*s = *old;
	s->more = more;
	if (more && old->more)
		*more = *old->more;
	if (s->n_live > places(s) || s->n_retired > places_retired(s)) {
		s->n_live = 1;
		s->n_retired = 0;
		s->full = true;
	}
}

/* The egress state of `old`, and nothing of ingress, in place of all that `s` was. */
static void take_sent(struct sl_streams *s, const struct sl_streams *old)
{
	copy(s, old);
	for (int i = 0; i < s->n_live; i++) {
		sl_streams_live(s, i)->in = (struct sl_replay){0};
		*sl_streams_rtcp(s, i) = (struct sl_replay){0};
	}
	for (int i = 0; i < s->n_retired; i++)
		s->more->retired[i].in_top = s->more->retired[i].rtcp_top = 0;
}

void sl_streams_inherit(
	struct sl_streams *s, const struct sl_streams *old, bool same_in_key, bool same_out_key)
{
	if (same_out_key)
		take_sent(s, old);
	s->full |= old->full;
	for (int i = 0; i < old->n_live; i++) {
		const struct sl_stream *live = sl_streams_live(old, i);
		struct received r = received(
			live->ssrc, live->last, &live->in, sl_streams_rtcp(old, i), same_in_key);

		put_received(s, &r);
	}
	for (int i = 0; i < old->n_retired; i++) {
		const struct sl_retired *known = &old->more->retired[i];
		struct sl_replay in = closed_window(known->in_top);
		struct sl_replay rtcp = closed_window(known->rtcp_top);
		struct received r = received(known->ssrc, 0, &in, &rtcp, same_in_key);

		put_received(s, &r);
	}
}

static void remember(struct sl_sent_streams *sent, uint32_t ssrc, uint64_t next, uint16_t shift)
{
	if (!next)
		return;
	sent->ssrc[sent->n] = ssrc;
	sent->sent[sent->n++] = (next - 1) << 16 | shift;
}

void sl_streams_remember(const struct sl_streams *s, struct sl_sent_streams *sent)
{
	*sent = (struct sl_sent_streams){.full = s->full};
	for (int i = 0; i < s->n_live; i++) {
		const struct sl_stream *live = sl_streams_live(s, i);

		remember(sent, live->ssrc, next_index(&live->out), live->shift);
	}
	for (int i = 0; i < s->n_retired; i++)
		remember(sent, s->more->retired[i].ssrc, s->more->retired[i].out_top, 0);
}

void sl_streams_resume(struct sl_streams *s, const struct sl_sent_streams *sent)
{
	*s = (struct sl_streams){.more = s->more, .full = sent->full};
	for (int i = 0; i < sent->n; i++) {
		const struct sl_retired known = {
			.ssrc = sent->ssrc[i], .out_top = (sent->sent[i] >> 16) + 1};

		if (s->n_live < places(s)) {
			enter(s, s->n_live, known.ssrc, 0, &known);
			sl_streams_live(s, s->n_live++)->shift = (uint16_t)sent->sent[i];
		} else if (s->n_retired < places_retired(s)) {
			s->more->retired[s->n_retired++] = known;
		} else {
			s->full = true;
		}
	}
}
