/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/stream.h"

#include <string.h>

#include "dataplane/packet_path.h"

static struct sl_retired *find_retired(const struct sl_streams *s, uint32_t ssrc)
{
	for (int i = 0; i < s->n_retired; i++)
		if (s->retired[i].ssrc == ssrc)
			return (struct sl_retired *)&s->retired[i];
	return NULL;
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
		if (s->live[i].last < s->live[oldest].last)
			oldest = i;
	return now - s->live[oldest].last >= SL_STREAM_SILENT_NS ? oldest : -1;
}

static struct sl_retired retire(const struct sl_streams *s, int i)
{
	return (struct sl_retired){
		.ssrc = s->live[i].ssrc,
		.in_top = next_index(&s->live[i].in),
		.out_top = next_index(&s->live[i].out),
		.rtcp_top = (uint32_t)next_index(&s->rtcp[i]),
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
	s->live[i] = (struct sl_stream){
		.ssrc = ssrc,
		.in_use = true,
		.last = now,
		.in = closed_window(known->in_top),
		.out = closed_window(known->out_top),
	};
	s->rtcp[i] = closed_window(known->rtcp_top);
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
	if (s->n_retired == SL_RETIRED_SSRCS)
		return -1;
	s->retired[s->n_retired++] = old;
	return i;
}

int sl_streams_admit(struct sl_streams *s, uint32_t ssrc, uint64_t now)
{
	int i = sl_streams_find(s, ssrc);

	if (i >= 0)
		return i;

	struct sl_retired *back = find_retired(s, ssrc);
	struct sl_retired known = back ? *back : (struct sl_retired){0};

	if (!back && s->full)
		return -1;
	if (s->n_live == SL_LIVE_SSRCS && silent_longest(s, now) < 0)
		return -1;
	if (back)
		*back = s->retired[--s->n_retired];
	i = s->n_live < SL_LIVE_SSRCS ? s->n_live++ : make_room(s, now);
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
	if (i < 0 && !retired && s->n_live < SL_LIVE_SSRCS) {
		i = s->n_live++;
		s->live[i] = (struct sl_stream){.ssrc = r->ssrc, .in_use = true};
	}
	if (i >= 0) {
		s->live[i].last = r->last;
		s->live[i].in = r->in;
		s->rtcp[i] = r->rtcp;
		return;
	}
	if (!retired && s->n_retired == SL_RETIRED_SSRCS) {
		s->full = true;
		return;
	}
	if (!retired) {
		retired = &s->retired[s->n_retired++];
		*retired = (struct sl_retired){.ssrc = r->ssrc};
	}
	retired->in_top = next_index(&r->in);
	retired->rtcp_top = (uint32_t)next_index(&r->rtcp);
}

/* The egress state of `old`, and nothing of ingress, in place of all that `s` was. */
static void take_sent(struct sl_streams *s, const struct sl_streams *old)
{
	*s = *old;
	for (int i = 0; i < s->n_live; i++)
		s->live[i].in = s->rtcp[i] = (struct sl_replay){0};
	for (int i = 0; i < s->n_retired; i++)
		s->retired[i].in_top = s->retired[i].rtcp_top = 0;
}

void sl_streams_inherit(
	struct sl_streams *s, const struct sl_streams *old, bool same_in_key, bool same_out_key)
{
	if (same_out_key)
		take_sent(s, old);
	s->full |= old->full;
	for (int i = 0; i < old->n_live; i++) {
		struct received r = received(old->live[i].ssrc, old->live[i].last, &old->live[i].in,
			&old->rtcp[i], same_in_key);

		put_received(s, &r);
	}
	for (int i = 0; i < old->n_retired; i++) {
		const struct sl_retired *known = &old->retired[i];
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
	for (int i = 0; i < s->n_live; i++)
		remember(sent, s->live[i].ssrc, next_index(&s->live[i].out), s->live[i].shift);
	for (int i = 0; i < s->n_retired; i++)
		remember(sent, s->retired[i].ssrc, s->retired[i].out_top, 0);
}

void sl_streams_resume(struct sl_streams *s, const struct sl_sent_streams *sent)
{
	*s = (struct sl_streams){.full = sent->full};
	for (int i = 0; i < sent->n; i++) {
		const struct sl_retired known = {
			.ssrc = sent->ssrc[i], .out_top = (sent->sent[i] >> 16) + 1};

		if (s->n_live == SL_LIVE_SSRCS) {
			s->retired[s->n_retired++] = known;
			continue;
		}
		enter(s, s->n_live, known.ssrc, 0, &known);
		s->live[s->n_live++].shift = (uint16_t)sent->sent[i];
	}
}
