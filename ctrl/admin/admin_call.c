/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/admin/admin_call.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctrl/call/leg.h"
#include "ctrl/call/local.h"
#include "ctrl/media/counters.h"
#include "ctrl/media/hairpin.h"
#include "ctrl/observe/quality.h"

static const char *const reasons[SL_VERDICTS] = {[SL_FORWARD] = "forwarded",
#define X(id, label, text) [SL_DROP_##id] = label,
	SL_DROP_REASONS(X)
#undef X
};

/* Text of a peer's choosing need not be UTF-8, which JSON has to be. */
json_t *sl_admin_text(const char *text)
{
	char printable[SL_MAX_NAME + 1];
	json_t *json;
	size_t i;

	if (!text)
		return json_null();
	json = json_string(text);
	if (json)
		return json;
	for (i = 0; text[i] && i < SL_MAX_NAME; i++)
		printable[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	printable[i] = '\0';
	return json_string(printable);
}

static const char *state_text(const struct sl_call *call)
{
	if (call->deleted)
		return "ending";
	if (!call->up)
		return "offered";
	return sl_call_offered(call) ? "re-offered" : "up";
}

/* The suite in force, or what has been offered: of the first medium that has one. */
static const char *suite_text(const struct sl_leg *leg)
{
	for (unsigned m = 0; leg && m < leg->n_media; m++)
		if (leg->media[m].terms.active)
			return sl_suites[leg->media[m].terms.theirs.suite].name;
	return "-";
}

static json_t *path_json(const struct sl_path *path)
{
	struct sl_flow_counters c;
	json_t *drops = json_object();

	sl_path_counters(path, &c);
	for (unsigned v = SL_FORWARD + 1; v < SL_VERDICTS; v++)
		if (c.drops[v])
			json_object_set_new(drops, reasons[v], json_integer(c.drops[v]));
	return json_pack("{s:b, s:I, s:I, s:I, s:I, s:I, s:o}", "open", path->live, "packets",
		(json_int_t)c.packets[SL_RTP], "bytes", (json_int_t)c.bytes[SL_RTP], "rtcp packets",
		(json_int_t)c.packets[SL_RTCP], "rtcp bytes", (json_int_t)c.bytes[SL_RTCP],
		"last packet", (json_int_t)sl_path_last(&c), "drops", drops);
}

/* How long media was in here (dataplane/flow/flow.h). */
static json_t *latency_json(const struct sl_path *path)
{
	struct sl_latency l;

	if (!path->flow)
		return json_null();
	sl_flow_latency(path->flow, &l);
	if (!l.packets)
		return json_null();
	return json_pack("{s:f, s:f}", "average", (double)l.total / l.packets / 1000, "highest",
		(double)l.highest / 1000);
}

/* Whom one component is accepted from now, how often that changed, and who was turned away. */
static json_t *source_json(const struct sl_path *path, enum sl_component component)
{
	char current[SL_ENDPOINT_TEXT], other[SL_ENDPOINT_TEXT] = "-";
	struct sl_latch_report r;

	if (!path->flow)
		return json_null();
	sl_flow_source(path->flow, component, &r);
	sl_endpoint_text(r.current.ip, r.current.port, current);
	if (r.other.port)
		sl_endpoint_text(r.other.ip, r.other.port, other);
	return json_pack("{s:s, s:I, s:I, s:s}", "address", current, "moves", (json_int_t)r.moves,
		"refused", (json_int_t)r.refused, "last refused", other);
}

static json_t *stream_json(
	const struct sl_quality_report *now, const struct sl_quality_track *track)
{
	json_t *json = json_pack("{s:I, s:I, s:I, s:I, s:I, s:f}", "ssrc", (json_int_t)now->ssrc,
		"packets", (json_int_t)now->packets, "lost", (json_int_t)now->lost, "reordered",
		(json_int_t)now->reordered, "duplicates", (json_int_t)now->duplicates, "jitter ms",
		now->jitter_us / 1000.0);

	if (json && track) {
		double n = track->samples;

		json_object_set_new(json, "mos", json_real((double)track->mos / n / 10));
		json_object_set_new(json, "lowest mos", json_real(track->lowest.mos / 10.0));
		json_object_set_new(
			json, "round trip ms", json_real((double)track->round_trip / n / 1000));
	}
	return json;
}

static json_t *streams_json(const struct sl_leg *leg, unsigned m)
{
	const struct sl_quality_track *tracks[SL_LIVE_SSRCS];
	struct sl_quality_report now[SL_LIVE_SSRCS];
	unsigned n = sl_quality_now(leg, m, now, tracks);
	json_t *streams = json_array();

	for (unsigned i = 0; i < n; i++)
		json_array_append_new(streams, stream_json(&now[i], tracks[i]));
	return streams;
}

/* Whose pinhole the party itself is at. */
static json_t *remote_call_json(const struct sl_sessions *sessions, const struct sl_path *to_leg)
{
	const struct sl_call *call = sl_hairpin_call(sessions, to_leg);

	return call ? sl_admin_text(call->id) : json_null();
}

static json_t *media_json(const struct sl_sessions *sessions, const struct sl_leg *leg, unsigned m)
{
	const struct sl_leg *other = leg->peer;
	const struct sl_leg_media *media = &leg->media[m];
	const struct sl_terms *t = &media->terms;
	char local[SL_ENDPOINT_TEXT] = "-", remote[SL_ENDPOINT_TEXT] = "-",
	     rtcp[SL_ENDPOINT_TEXT] = "-";
	char in[9] = "", out[9] = "";
	const char *proto = sl_sdp_proto_name(t->proto);
	json_t *json;

	if (media->local)
		sl_endpoint_text(sl_local_address(media->local)->ip, media->local->rtp, local);
	if (t->active) {
		sl_endpoint_text(t->remote[SL_RTP].ip, t->remote[SL_RTP].port, remote);
		sl_endpoint_text(t->remote[t->mux ? SL_RTP : SL_RTCP].ip,
			t->remote[t->mux ? SL_RTP : SL_RTCP].port, rtcp);
	}
	if (media->in)
		sl_master_fingerprint(&media->in->master, in);
	if (media->out)
		sl_master_fingerprint(&media->out->master, out);
	json = json_pack("{s:o, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:s, s:s, s:o}", "type",
		sl_admin_text(media->kind), "protocol", proto ? proto : "-", "suite",
		sl_suites[t->theirs.suite].name, "local", local, "remote", remote, "remote rtcp",
		rtcp, "rtcp-mux", t->mux, "held", t->held, "key in", in, "key out", out, "from leg",
		path_json(&media->path));
	if (json) {
		json_object_set_new(json, "source", source_json(&media->path, SL_RTP));
		json_object_set_new(json, "streams", streams_json(leg, m));
		json_object_set_new(json, "latency us", latency_json(&media->path));
		json_object_set_new(json, "source rtcp", source_json(&media->path, SL_RTCP));
	}
	if (json && other && m < other->n_media) {
		json_object_set_new(json, "to leg", path_json(&other->media[m].path));
		json_object_set_new(
			json, "remote call", remote_call_json(sessions, &other->media[m].path));
	}
	return json;
}

static json_t *leg_json(const struct sl_sessions *sessions, const struct sl_leg *leg)
{
	json_t *media = json_array();

	for (unsigned m = 0; m < leg->n_media; m++)
		json_array_append_new(media, media_json(sessions, leg, m));
	return json_pack("{s:o, s:o, s:o, s:s, s:I, s:o}", "tag", sl_admin_text(leg->tag), "label",
		sl_admin_text(leg->label), "connected with",
		sl_admin_text(leg->peer ? leg->peer->tag : NULL), "interface",
		leg->interface->config->name, "created", (json_int_t)leg->created, "media", media);
}

/* The two that a row tells of: who is connected, else who came first. */
static void main_legs(const struct sl_call *call, const struct sl_leg *legs[2])
{
	legs[0] = call->n_legs ? call->leg[0] : NULL;
	legs[1] = call->n_legs > 1 ? call->leg[1] : NULL;
	for (unsigned i = 0; i < call->n_legs; i++)
		if (call->leg[i]->peer) {
			legs[0] = call->leg[i];
			legs[1] = call->leg[i]->peer;
			return;
		}
}

json_t *sl_admin_call_row(const struct sl_call *call)
{
	uint64_t packets[2] = {0}, drops = 0;
	const struct sl_leg *legs[2];

	main_legs(call, legs);
	for (int i = 0; i < 2; i++)
		for (unsigned m = 0; legs[i] && m < legs[i]->n_media; m++) {
			struct sl_flow_counters c;

			sl_path_counters(&legs[i]->media[m].path, &c);
			packets[i] += c.packets[SL_RTP];
			drops += sl_path_drops(&c);
		}
	return json_pack("{s:o, s:s, s:I, s:[s, s], s:[I, I], s:I}", "id", sl_admin_text(call->id),
		"state", state_text(call), "age", (json_int_t)(time(NULL) - call->created),
		"suites", suite_text(legs[0]), suite_text(legs[1]), "packets",
		(json_int_t)packets[0], (json_int_t)packets[1], "drops", (json_int_t)drops);
}

json_t *sl_admin_call(const struct sl_sessions *sessions, const struct sl_call *call)
{
	json_t *legs = json_array();

	for (unsigned i = 0; i < call->n_legs; i++)
		json_array_append_new(legs, leg_json(sessions, call->leg[i]));
	return json_pack("{s:o, s:s, s:I, s:I, s:o}", "id", sl_admin_text(call->id), "state",
		state_text(call), "created", (json_int_t)call->created, "age",
		(json_int_t)(time(NULL) - call->created), "legs", legs);
}

json_t *sl_admin_totals(const struct sl_call *call)
{
	json_t *legs = json_array();

	for (unsigned i = 0; i < call->n_legs; i++) {
		const struct sl_leg *leg = call->leg[i];
		struct sl_flow_counters c;
		uint64_t packets = 0, bytes = 0, drops = 0;

		for (unsigned m = 0; m < leg->n_media; m++) {
			sl_path_counters(&leg->media[m].path, &c);
			packets += c.packets[SL_RTP] + c.packets[SL_RTCP];
			bytes += c.bytes[SL_RTP] + c.bytes[SL_RTCP];
			drops += sl_path_drops(&c);
		}
		json_array_append_new(
			legs, json_pack("{s:o, s:I, s:I, s:I}", "leg", sl_admin_text(leg->tag),
				      "packets", (json_int_t)packets, "bytes", (json_int_t)bytes,
				      "drops", (json_int_t)drops));
	}
	return json_pack(
		"{s:I, s:o}", "seconds", (json_int_t)(time(NULL) - call->created), "totals", legs);
}
