/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The SSRCs that a flow hears: what was received and what was sent under each (RFC 3711 3.2.3).
 * Pure leaf; fixed memory. An SSRC enters only after one of its packets has authenticated (or, on a
 * plain leg, was accepted).
 *
 * The few that were heard last are live: they have their windows here. When there is no room for a
 * new one, the one silent for longest leaves, and its highest indices go to the histories of the
 * flow's keys (dataplane/crypto/history.h): when it comes back it goes on behind them.
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

/* The streams of an SSRC extension (dataplane/flow/ssrc_ext.h): live SSRCs 1 and further. */
struct sl_ext_streams {
	struct sl_stream live[SL_LIVE_SSRCS - 1];
	struct sl_replay rtcp[SL_LIVE_SSRCS - 1];
};

/* Most flows have one SSRC, ever. A packet of it touches the first line alone. */
struct sl_streams {
	struct sl_stream first;      /* live SSRC 0 */
	struct sl_replay first_rtcp; /* ingress SRTCP, of the same SSRC */
	struct sl_ext_streams *ext;  /* the caller's; NULL: room for one SSRC */
	uint8_t n_live;              /* indices below it are in use */
};

/* The histories of the keys of a flow, and pages for them. */
struct sl_stream_keys {
	struct sl_history *in, *out; /* NULL: plain RTP */
	const struct sl_page_source *pages;
};

/* Returns the live SSRC of an index below n_live. */
static inline struct sl_stream *sl_streams_live(const struct sl_streams *s, int index)
{
	return index == 0 ? (struct sl_stream *)&s->first : &s->ext->live[index - 1];
}

static inline struct sl_replay *sl_streams_rtcp(const struct sl_streams *s, int index)
{
	return index == 0 ? (struct sl_replay *)&s->first_rtcp : &s->ext->rtcp[index - 1];
}

/* Returns the index of a live SSRC, or -1. */
static inline int sl_streams_find(const struct sl_streams *s, uint32_t ssrc)
{
	if (s->first.ssrc == ssrc && s->first.in_use)
		return 0;
	for (int i = 1; i < s->n_live; i++)
		if (s->ext->live[i - 1].ssrc == ssrc)
			return i;
	return -1;
}

/* Would one more SSRC end a live one, for want of an SSRC extension? */
static inline bool sl_streams_wants_ext(const struct sl_streams *s)
{
	return !s->ext && s->n_live;
}

/*
 * Fills in what is known of an SSRC that is not live, for check and estimate only; all zero:
 * nothing. Changes nothing.
 */
void sl_streams_recall(
	const struct sl_history *in, uint32_t ssrc, struct sl_replay *rtp, struct sl_replay *rtcp);

/*
 * Returns the index of `ssrc`, made live if need be, at the cost of the one silent for longest. -1:
 * a key has forgotten it, or has no room for its record (SL_DROP_SSRC_LIMIT). Call only for packets
 * that authenticated.
 */
int sl_streams_admit(
	struct sl_streams *s, const struct sl_stream_keys *keys, uint32_t ssrc, uint64_t now);

/* Writes what it knows to the histories: from then on they know better. */
void sl_streams_settle(const struct sl_streams *s, struct sl_history *in, struct sl_history *out);

/* Common properties of a flow and the one that it replaces. */
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
