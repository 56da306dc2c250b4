/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Per-SSRC state of a flow: what was received and what was sent under each SSRC (RFC 3711 3.2.3).
 * Pure leaf; fixed memory. An SSRC enters only after one of its packets has authenticated (or, on a
 * plain leg, was accepted).
 *
 * SSRCs that fell silent are retired, not forgotten: their highest indices stay, so that an SSRC
 * that comes back goes on with its roll-over counter and no egress index is ever used twice under
 * one key.
 */
#ifndef SL_DATAPLANE_STREAM_H
#define SL_DATAPLANE_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/replay.h"

/* A stream silent for this long may be retired when its place is wanted, ns. */
#define SL_STREAM_SILENT_NS UINT64_C(5000000000)

struct sl_stream {
	struct sl_replay in;  /* ingress SRTP */
	struct sl_replay out; /* egress SRTP */
	uint64_t last;        /* ns, worker clock: last packet in */
	uint32_t ssrc;        /* host byte order */
	uint16_t shift;       /* added to the sequence number on the way out */
	bool in_use;
};
_Static_assert(sizeof(struct sl_stream) == 64, "one cache line per live SSRC");

/* In sl_retired.in_top: the index was reached under an earlier key (sl_replay_estimate). */
#define SL_INDEX_HINT (UINT64_C(1) << 63)

struct sl_retired {
	uint64_t in_top, out_top; /* highest index + 1; 0: none; in_top may be SL_INDEX_HINT */
	uint32_t rtcp_top;        /* highest SRTCP index received + 1; 0: none */
	uint32_t ssrc;
};

/* Room for SSRCs behind a flow's first one. */
struct sl_more_streams {
	struct sl_stream live[SL_LIVE_SSRCS - 1];
	struct sl_replay rtcp[SL_LIVE_SSRCS - 1];
	struct sl_retired retired[SL_RETIRED_SSRCS];
};

/* Most flows have one SSRC, ever. A packet of it touches the first line alone. */
struct sl_streams {
	struct sl_stream first;       /* the live SSRC at place 0 */
	struct sl_replay first_rtcp;  /* ingress SRTCP, of the same SSRC */
	struct sl_more_streams *more; /* the caller's; NULL: there is no place for a second SSRC */
	uint8_t n_live, n_retired;    /* places in use are in use from the front */
	bool full; /* something had to be forgotten: no SSRC that is not known may enter */
};

/* What is at a place that is in use. */
static inline struct sl_stream *sl_streams_live(const struct sl_streams *s, int place)
{
	return place == 0 ? (struct sl_stream *)&s->first : &s->more->live[place - 1];
}

static inline struct sl_replay *sl_streams_rtcp(const struct sl_streams *s, int place)
{
	return place == 0 ? (struct sl_replay *)&s->first_rtcp : &s->more->rtcp[place - 1];
}

/* The place of a live SSRC, or -1. */
static inline int sl_streams_find(const struct sl_streams *s, uint32_t ssrc)
{
	if (s->first.ssrc == ssrc && s->first.in_use)
		return 0;
	for (int i = 1; i < s->n_live; i++)
		if (s->more->live[i - 1].ssrc == ssrc)
			return i;
	return -1;
}

/* Would an SSRC that is not known enter, were there more room? */
static inline bool sl_streams_wants_more(const struct sl_streams *s)
{
	return !s->more && s->n_live && !s->full;
}

/*
 * What is known of an SSRC that is not live, for check and estimate only; all zero when nothing is.
 * Changes nothing.
 */
void sl_streams_recall(
	const struct sl_streams *s, uint32_t ssrc, struct sl_replay *in, struct sl_replay *rtcp);

/*
 * The place of `ssrc`, made if need be: a free one, else that of the stream silent longest if it is
 * silent since SL_STREAM_SILENT_NS and the retired table has room. -1: no place
 * (SL_DROP_SSRC_LIMIT). Call only for packets that authenticated.
 */
int sl_streams_admit(struct sl_streams *s, uint32_t ssrc, uint64_t now);

/*
 * Takes over from the flow that this one replaces (what of it finds no room makes `s` full): egress
 * state while the egress key is the same, else it stays as it was; ingress state while the ingress
 * key is the same, else only how far the sender was (sl_replay_estimate).
 */
void sl_streams_inherit(
	struct sl_streams *s, const struct sl_streams *old, bool same_in_key, bool same_out_key);

/* What was sent under one egress key, without a flow: 12 bytes for an SSRC. */
struct sl_sent_streams {
	uint64_t sent[SL_LIVE_SSRCS + SL_RETIRED_SSRCS]; /* highest index << 16 | shift */
	uint32_t ssrc[SL_LIVE_SSRCS + SL_RETIRED_SSRCS];
	uint8_t n;
	bool full;
};

void sl_streams_remember(const struct sl_streams *s, struct sl_sent_streams *sent);

/* Goes on behind it, in place of all that `s` was but its room: what was not sent by then is not
 * sent late. */
void sl_streams_resume(struct sl_streams *s, const struct sl_sent_streams *sent);

#endif
