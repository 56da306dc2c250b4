/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/observe/quality.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctrl/call/leg.h"
#include "ctrl/observe/mos.h"
#include "ctrl/sdp/codec_filter.h"

struct sl_quality_histograms sl_quality_histograms;

const struct sl_histogram_bounds sl_mos_bounds = {9, {1.5, 2, 2.5, 3, 3.5, 3.8, 4, 4.2, 4.3}};
const struct sl_histogram_bounds sl_loss_bounds = {
	9, {0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5}};
const struct sl_histogram_bounds sl_jitter_bounds = {
	9, {0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2}};

void sl_quality_payloads(struct sl_media_params *params, const struct sl_sdp *sdp, unsigned m)
{
	const struct sl_sdp_media *media = &sdp->media[m];
	struct sl_sdp_rtpmap map;
	unsigned n = 0;

	for (unsigned i = 0; i < media->n_payload_types && n < SL_PAYLOADS; i++) {
		sl_codec_of(sdp, m, media->payload_types[i], &map);
		if (!map.clock_rate || map.clock_rate > SL_CLOCK_MAX)
			continue;
		params->payloads[n].hz = map.clock_rate & SL_CLOCK_MAX;
		params->payloads[n].type = media->payload_types[i];
		params->codecs[n++] = (uint8_t)sl_mos_codec(map.encoding.at, map.encoding.len);
	}
}

static enum sl_mos_codec codec_of(
	const struct sl_media_params *from, const struct sl_media_params *to, uint8_t type)
{
	int i = sl_payload_find(to->payloads, type);

	if (i >= 0)
		return to->codecs[i];
	i = sl_payload_find(from->payloads, type);
	return i >= 0 ? (enum sl_mos_codec)from->codecs[i] : SL_MOS_UNKNOWN;
}

/* From the relay to the one who is sent to, and back, by any stream of the two flows; 0: not known.
 */
static uint64_t leg_round_trip(const struct sl_flow *there, const struct sl_flow *back)
{
	struct sl_reports sent, heard;
	struct sl_quality_report stream;
	uint64_t ns = 0;

	if (!there || !back)
		return 0;
	sl_reports_read(&there->reports, &sent);
	sl_reports_read(&back->reports, &heard);
	for (int i = 0; i < SL_LIVE_SSRCS && !ns; i++) {
		sl_flow_quality(there, i, &stream);
		if (stream.packets)
			ns = sl_reports_round_trip(&sent, &heard, stream.ssrc);
	}
	return ns;
}

static struct sl_quality_track *track_find(const struct sl_leg_media *m, uint32_t ssrc)
{
	struct sl_quality_track *t = m->tracks;

	while (t && t->last.ssrc != ssrc)
		t = t->next;
	return t;
}

/* One of an SSRC that is not there any more is given to the next. NULL: out of memory. */
static struct sl_quality_track *track_of(struct sl_leg_media *m, uint32_t ssrc)
{
	struct sl_quality_track *t = track_find(m, ssrc), *least = m->tracks;
	unsigned n = 0;

	if (t)
		return t;
	for (t = m->tracks; t; t = t->next, n++)
		if (t->last.packets < least->last.packets)
			least = t;
	if (n < SL_LIVE_SSRCS) {
		t = calloc(1, sizeof(*t));
		if (!t)
			return NULL;
		t->next = m->tracks;
		m->tracks = t;
	} else {
		t = least;
		*t = (struct sl_quality_track){.next = t->next};
	}
	t->last.ssrc = ssrc;
	return t;
}

static void count(const struct sl_mos_input *in)
{
	struct sl_quality_histograms *h = &sl_quality_histograms;

	sl_histogram_add(&h->mos, &sl_mos_bounds, sl_mos(in));
	sl_histogram_add(&h->loss, &sl_loss_bounds, in->loss / 100);
	sl_histogram_add(&h->jitter, &sl_jitter_bounds, in->jitter_ms / 1000);
}

static void judge(struct sl_leg_media *m, const struct sl_quality_report *now,
	enum sl_mos_codec codec, uint64_t round_trip, uint64_t leg)
{
	struct sl_quality_track *t = track_find(m, now->ssrc);
	const struct sl_quality_report last = t ? t->last : (struct sl_quality_report){0};
	uint32_t packets = now->packets - last.packets;
	uint32_t lost = now->lost > last.lost ? now->lost - last.lost : 0;
	struct sl_mos_input in = {.codec = codec};
	struct sl_quality_sample s = {.at = time(NULL)};

	if (now->packets < last.packets) { /* counted anew */
		t->last = *now;
		return;
	}
	if (packets + lost < SL_QUALITY_MIN)
		return;
	t = track_of(m, now->ssrc);
	if (!t)
		return;
	in.loss = 100.0 * lost / (packets + lost);
	in.jitter_ms = now->jitter_us / 1000.0;
	in.round_trip_ms = (double)round_trip / 1e6;
	count(&in);
	s.mos = (unsigned)(10 * sl_mos(&in) + 0.5);
	s.loss = (unsigned)(in.loss + 0.5);
	s.jitter = (unsigned)(in.jitter_ms + 0.5);
	s.round_trip = (unsigned)(round_trip / 1000);
	s.leg = (unsigned)(leg / 1000);
	if (!t->samples || s.mos < t->lowest.mos)
		t->lowest = s;
	if (!t->samples || s.mos > t->highest.mos)
		t->highest = s;
	t->samples++;
	t->unreported.packets += packets;
	t->unreported.lost += lost;
	t->unreported.mos = s.mos;
	t->mos += s.mos;
	t->loss += s.loss;
	t->jitter += s.jitter;
	t->round_trip += s.round_trip;
	t->leg += s.leg;
	t->last = *now;
}

static void sample_medium(struct sl_leg_media *from, const struct sl_leg_media *to)
{
	const struct sl_flow *flow = from->path.flow;
	struct sl_quality_report now;
	uint64_t round_trip, leg;

	if (!flow)
		return;
	leg = leg_round_trip(to->path.flow, flow);
	round_trip = leg + leg_round_trip(flow, to->path.flow);
	for (int i = 0; i < SL_LIVE_SSRCS; i++) {
		sl_flow_quality(flow, i, &now);
		if (now.packets)
			judge(from, &now, codec_of(&from->params, &to->params, now.type),
				round_trip, leg);
	}
}

void sl_quality_sample(struct sl_call *call)
{
	for (unsigned i = 0; i < call->n_legs; i++) {
		struct sl_leg *from = call->leg[i], *to = from->peer;

		for (unsigned m = 0; to && m < from->n_media && m < to->n_media; m++)
			if (!strcmp(from->media[m].kind, "audio"))
				sample_medium(&from->media[m], &to->media[m]);
	}
}

static void sample_due(const struct sl_call *call, void *context)
{
	const struct sl_sessions *sessions = context;

	if ((call->serial + sessions->ticks) % SL_QUALITY_S == 0)
		sl_quality_sample((struct sl_call *)call);
}

void sl_quality_tick(struct sl_sessions *sessions)
{
	sessions->ticks++;
	sl_sessions_walk(sessions, sample_due, sessions);
}

unsigned sl_quality_now(const struct sl_leg *leg, unsigned m,
	struct sl_quality_report now[SL_LIVE_SSRCS],
	const struct sl_quality_track *tracks[SL_LIVE_SSRCS])
{
	const struct sl_leg_media *media = &leg->media[m];
	struct sl_flow_counters counters;
	unsigned n = 0;

	for (int i = 0; media->path.flow && i < SL_LIVE_SSRCS; i++) {
		sl_flow_quality(media->path.flow, i, &now[n]);
		if (!now[n].packets)
			continue;
		tracks[n] = track_find(media, now[n].ssrc);
		n++;
	}
	/* On SRTP the replay check has them first, and does not yet know for sure whose they are.
	 */
	if (n == 1 && media->path.spec.in_suite != SL_SUITE_NONE) {
		sl_flow_counters(media->path.flow, &counters);
		now[0].duplicates += counters.drops[SL_DROP_REPLAY];
	}
	return n;
}
