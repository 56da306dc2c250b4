/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The SSRCs that a flow hears: what was received and what was sent under each (RFC 3711 3.2.3).
 * Pure leaf; fixed memory. An SSRC enters only after one of its packets has authenticated (or, on a
 * plain leg, was accepted).
 *
 * The few that were heard last have their windows here. When a new one needs a place, the one
 * silent for longest loses it, and its highest indices go to the histories of the flow's keys
 * (dataplane/crypto/history.h): when it comes back it goes on behind them.
 */
#ifndef SL_DATAPLANE_STREAM_H
#define SL_DATAPLANE_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/crypto/history.h"
#include "dataplane/flow/replay.h"

/* A sender of plain RTP that may have started its sequence numbers anew. */
struct sl_restart {
	uint16_t expected; /* the next one, if it has */
	bool suspected;
};

struct sl_stream {
	union {
		struct sl_replay in;       /* ingress SRTP */
		struct sl_restart restart; /* of plain RTP */
	};
	struct sl_replay out; /* egress SRTP */
	uint64_t last;        /* ns, worker clock: last packet in */
	uint32_t ssrc;        /* host byte order */
	uint16_t shift;       /* added to the sequence number on the way out */
	bool in_use;
};
_Static_assert(sizeof(struct sl_stream) == 64, "one cache line per live SSRC");

/* Room for SSRCs behind a flow's first one. */
struct sl_more_streams {
	struct sl_stream live[SL_LIVE_SSRCS - 1];
	struct sl_replay rtcp[SL_LIVE_SSRCS - 1];
};

/* Most flows have one SSRC, ever. A packet of it touches the first line alone. */
struct sl_streams {
	struct sl_stream first;       /* the live SSRC at place 0 */
	struct sl_replay first_rtcp;  /* ingress SRTCP, of the same SSRC */
	struct sl_more_streams *more; /* the caller's; NULL: there is one place */
	uint8_t n_live;               /* places in use are in use from the front */
};

/* What the keys of a flow know, and pages for more. */
struct sl_stream_keys {
	struct sl_history *in, *out; /* NULL: plain RTP */
	const struct sl_page_source *pages;
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

/* Would one more SSRC cost a live one its place, while there could be more of them? */
static inline bool sl_streams_wants_more(const struct sl_streams *s)
{
	return !s->more && s->n_live;
}

/*
 * What is known of an SSRC that is not live, for check and estimate only; all zero when nothing is.
 * Changes nothing.
 */
void sl_streams_recall(
	const struct sl_history *in, uint32_t ssrc, struct sl_replay *rtp, struct sl_replay *rtcp);

/*
 * The place of `ssrc`, made if need be, at the cost of the one silent for longest. -1: a key has
 * forgotten it, or has no room for its record (SL_DROP_SSRC_LIMIT). Call only for packets that
 * authenticated.
 */
int sl_streams_admit(
	struct sl_streams *s, const struct sl_stream_keys *keys, uint32_t ssrc, uint64_t now);

/* Writes what it knows to the histories: from then on they know better. */
void sl_streams_settle(const struct sl_streams *s, struct sl_history *in, struct sl_history *out);

/* What a flow has in common with the one that it replaces. */
struct sl_stream_heritage {
	bool same_in, same_out; /* the key */
	bool counted;           /* both have an ingress key: indices can be compared */
	bool current;           /* no other flow had the keys since the older one was settled */
};

/*
 * Takes over the live SSRCs of `old`, which is settled, as far as there is room: windows where the
 * key is the same and `current`; where the ingress key is another one and knows nothing, how far
 * the sender was (sl_replay_estimate). The rest comes from the histories.
 */
void sl_streams_inherit(struct sl_streams *s, const struct sl_stream_keys *keys,
	const struct sl_streams *old, struct sl_stream_heritage common);

#endif
