/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How well each stream of a call is heard, over its time: every SL_QUALITY_S seconds a sample of
 * what has come since the last one is judged (ctrl/mos.h). A stream that is silent is not judged.
 */
#ifndef SL_CTRL_QUALITY_H
#define SL_CTRL_QUALITY_H

#include <stdbool.h>
#include <stdint.h>

#include "ctrl/reply.h"
#include "dataplane/quality.h"

enum {
	SL_QUALITY_S = 5,    /* seconds between samples of a call */
	SL_QUALITY_MIN = 25, /* packets, sent at least, that make a sample */
};

struct sl_call;
struct sl_leg;
struct sl_sdp;
struct sl_sessions;
struct sl_terms;

struct sl_quality_sample {
	unsigned mos;        /* times 10 */
	unsigned loss;       /* % */
	unsigned jitter;     /* ms */
	unsigned round_trip; /* us, from end to end; 0: not known */
	unsigned leg;        /* us, of that what lies between here and who sends the stream */
	int64_t at;          /* s, wall clock */
};

/* Of one SSRC that one leg sends; at most SL_LIVE_SSRCS in a list, made with their first sample. */
struct sl_quality_track {
	struct sl_quality_track *next;
	struct sl_quality_report last; /* at the last sample */
	unsigned samples;
	uint64_t mos, loss, jitter, round_trip, leg; /* sums, as in a sample */
	struct sl_quality_sample lowest, highest;
};

/* What a party's SDP says of clocks and codecs. */
void sl_quality_payloads(struct sl_terms *terms, const struct sl_sdp *sdp, unsigned m);

/* The clocks of what goes from one party to the other: by the receiver's payload types (RFC
 * 3264 5.1) and, where they differ, the sender's. */
void sl_quality_clocks(const struct sl_terms *from, const struct sl_terms *to,
	struct sl_payload payloads[SL_PAYLOADS]);

/* Takes the samples that are due; to be called once a second. */
void sl_quality_tick(struct sl_sessions *sessions);

/* Takes a sample of the call now, where enough has come for one. */
void sl_quality_sample(struct sl_call *call);

/* The tracks of what `leg` sends in medium `m`, with their figures of now. Returns how many. */
unsigned sl_quality_now(const struct sl_leg *leg, unsigned m,
	struct sl_quality_report now[SL_LIVE_SSRCS],
	const struct sl_quality_track *tracks[SL_LIVE_SSRCS]);

/* Frees a list. */
void sl_quality_free(struct sl_quality_track *tracks);

/* "SSRC" of a query reply, in the open dictionary; and "SSRC left out", how many did not fit. */
void sl_quality_write(struct sl_reply *reply, const struct sl_call *call);

#endif
