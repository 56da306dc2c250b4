/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/observe/medium_view.h"

#include <string.h>

#include "ctrl/call/leg.h"
#include "ctrl/call/port_pair.h"
#include "ctrl/media/counters.h"
#include "ctrl/media/hairpin.h"
#include "ctrl/observe/mos.h"
#include "ctrl/observe/quality.h"

static void view_path(const struct sl_path *path, struct sl_path_view *view)
{
	sl_path_counters(path, &view->count);
	view->open = path->live;
	view->drops = sl_path_drops(&view->count);
	view->last = sl_path_last(&view->count);
}

/* RTCP comes to the next port, or to the same one (RFC 5761). */
static void view_local(const struct sl_leg_media *media, struct sl_endpoint local[SL_COMPONENTS])
{
	for (int c = 0; c < SL_COMPONENTS; c++) {
		bool next = c == SL_RTCP && !media->params.mux;

		memcpy(local[c].ip, sl_port_pair_address(media->ports)->ip, sizeof(local[c].ip));
		local[c].port = (uint16_t)(media->ports->rtp + next);
	}
}

static void view_ssrc(const struct sl_flow *flow, struct sl_medium_view *view)
{
	struct sl_quality_report stream;

	sl_flow_quality(flow, 0, &stream);
	view->heard = stream.packets;
	view->ssrc = stream.ssrc;
}

void sl_view_medium(const struct sl_leg_view *leg, unsigned m, struct sl_medium_view *view)
{
	const struct sl_leg_media *media = &leg->model->media[m];

	*view = (struct sl_medium_view){
		.kind = media->kind,
		.protocol = sl_sdp_proto_name(media->params.proto),
		.suite = media->params.theirs.suite,
		.active = media->params.active,
		.mux = media->params.mux,
		.held = media->params.held,
		.has_ports = media->ports,
	};
	view_path(&media->path, &view->from);
	if (media->ports)
		view_local(media, view->local);
	if (media->params.active) {
		sl_media_params_remote(&media->params, view->signalled);
		sl_leg_remote(media, &media->params, view->remote);
	}
	if (media->path.flow)
		view_ssrc(media->path.flow, view);
}

bool sl_view_remote(const struct sl_leg_view *leg, struct sl_endpoint *remote)
{
	struct sl_endpoint both[SL_COMPONENTS];

	for (unsigned m = 0; leg->model && m < leg->n_media; m++) {
		const struct sl_leg_media *media = &leg->model->media[m];

		if (!media->params.active)
			continue;
		sl_leg_remote(media, &media->params, both);
		*remote = both[SL_RTP];
		return true;
	}
	return false;
}

static void view_keys(const struct sl_leg_media *media, struct sl_detail_view *view)
{
	if (media->in)
		sl_master_fingerprint(&media->in->master, view->key_in);
	if (media->out)
		sl_master_fingerprint(&media->out->master, view->key_out);
}

static void view_flow(const struct sl_path *path, struct sl_detail_view *view)
{
	view->has_flow = path->flow;
	sl_view_latency_add(&view->latency, path);
	for (int c = 0; path->flow && c < SL_COMPONENTS; c++)
		sl_flow_source(path->flow, c, &view->source[c]);
}

static void view_connection(
	const struct sl_sessions *sessions, const struct sl_path *to, struct sl_detail_view *view)
{
	const struct sl_call *remote = sl_hairpin_call(sessions, to);

	view->connected = true;
	view_path(to, &view->to);
	view->remote_call = remote ? remote->id : NULL;
}

void sl_view_detail(const struct sl_sessions *sessions, const struct sl_leg_view *leg, unsigned m,
	struct sl_detail_view *view)
{
	const struct sl_leg *peer = leg->model->peer;

	memset(view, 0, sizeof(*view));
	view_keys(&leg->model->media[m], view);
	view_flow(&leg->model->media[m].path, view);
	if (peer && m < peer->n_media)
		view_connection(sessions, &peer->media[m].path, view);
}

unsigned sl_view_payloads(
	const struct sl_leg_view *leg, unsigned m, struct sl_payload_view payloads[SL_PAYLOADS])
{
	const struct sl_media_params *params = &leg->model->media[m].params;
	unsigned n = 0;

	for (; n < SL_PAYLOADS && params->payloads[n].hz; n++)
		payloads[n] = (struct sl_payload_view){
			.type = params->payloads[n].type & 0xff,
			.clock = params->payloads[n].hz,
			.codec = sl_mos_codec_names[params->codecs[n]],
		};
	return n;
}

static void view_quality(const struct sl_quality_track *track, struct sl_stream_view *view)
{
	double n = track->samples;

	view->samples = track->samples;
	view->average.mos = (double)track->mos / n;
	view->average.loss = (double)track->loss / n;
	view->average.jitter = (double)track->jitter / n;
	view->average.round_trip = (double)track->round_trip / n;
	view->average.leg = (double)track->leg / n;
	view->lowest = track->lowest;
	view->highest = track->highest;
}

unsigned sl_view_streams(
	const struct sl_leg_view *leg, unsigned m, struct sl_stream_view streams[SL_LIVE_SSRCS])
{
	const struct sl_quality_track *tracks[SL_LIVE_SSRCS];
	struct sl_quality_report now[SL_LIVE_SSRCS];
	unsigned n = sl_quality_now(leg->model, m, now, tracks);

	for (unsigned i = 0; i < n; i++) {
		streams[i] = (struct sl_stream_view){.now = now[i]};
		if (tracks[i])
			view_quality(tracks[i], &streams[i]);
	}
	return n;
}

static void view_worse(const struct sl_stream_view *stream, struct sl_worst_view *worst)
{
	double sent = (double)stream->now.packets + stream->now.lost;
	double loss = sent > 0 ? 100 * stream->now.lost / sent : 0;
	double jitter = stream->now.jitter_us / 1000.0, mos = stream->average.mos / 10;

	if (!worst->heard || loss > worst->loss)
		worst->loss = loss;
	if (!worst->heard || jitter > worst->jitter)
		worst->jitter = jitter;
	worst->heard = true;
	if (!stream->samples)
		return;
	if (!worst->judged || mos < worst->mos)
		worst->mos = mos;
	worst->judged = true;
}

void sl_view_worst(const struct sl_call_view *call, struct sl_worst_view *view)
{
	struct sl_stream_view streams[SL_LIVE_SSRCS];

	*view = (struct sl_worst_view){0};
	for (unsigned i = 0; i < call->n_legs; i++) {
		const struct sl_leg_view leg = {.model = call->model->leg[i]};

		for (unsigned m = 0; m < leg.model->n_media; m++) {
			unsigned n = sl_view_streams(&leg, m, streams);

			for (unsigned k = 0; k < n; k++)
				view_worse(&streams[k], view);
		}
	}
}
