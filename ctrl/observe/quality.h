/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How well each stream of a call is heard, over its time: every SL_QUALITY_S seconds a sample of
 * what has come since the last one is judged (ctrl/observe/mos.h). A stream that is silent is not
 * judged.
 */
#ifndef SL_CTRL_QUALITY_H
#define SL_CTRL_QUALITY_H

#include "ctrl/base/histogram.h"
#include "ctrl/call/session.h"

enum {
	SL_QUALITY_S = 5,    /* seconds between samples of a call */
	SL_QUALITY_MIN = 25, /* packets, sent at least, that make a sample */
};

/* All samples since the start: MOS, share lost, seconds. */
extern struct sl_quality_histograms {
	struct sl_histogram mos, loss, jitter;
} sl_quality_histograms;

extern const struct sl_histogram_bounds sl_mos_bounds, sl_loss_bounds, sl_jitter_bounds;

/* Fills in clocks and codecs from a party's SDP. */
void sl_quality_payloads(struct sl_media_params *params, const struct sl_sdp *sdp, unsigned m);

/* Takes the samples that are due; to be called once a second. */
void sl_quality_tick(struct sl_sessions *sessions);

/* Takes a sample of the call now, where enough has come for one. */
void sl_quality_sample(struct sl_call *call);

/* The tracks of what `leg` sends in medium `m`, with their figures of now. Returns how many. */
unsigned sl_quality_now(const struct sl_leg *leg, unsigned m,
	struct sl_quality_report now[SL_LIVE_SSRCS],
	const struct sl_quality_track *tracks[SL_LIVE_SSRCS]);

#endif
