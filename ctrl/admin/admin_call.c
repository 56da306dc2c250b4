/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/admin/admin_call.h"

#include "ctrl/observe/medium_view.h"
#include "ctrl/records/view_json.h"

static const char *const states[SL_CALL_STATES] = {
	[SL_STATE_OFFERED] = "offered",
	[SL_STATE_UP] = "up",
	[SL_STATE_REOFFERED] = "re-offered",
	[SL_STATE_ENDING] = "ending",
};

static json_t *source_json(const struct sl_detail_view *detail, enum sl_component component)
{
	const struct sl_latch_report *r = &detail->source[component];
	char current[SL_ENDPOINT_TEXT], other[SL_ENDPOINT_TEXT] = "-";

	if (!detail->has_flow)
		return json_null();
	sl_endpoint_text(r->current.ip, r->current.port, current);
	if (r->other.port)
		sl_endpoint_text(r->other.ip, r->other.port, other);
	return json_pack("{s:s, s:I, s:I, s:s}", "address", current, "moves", (json_int_t)r->moves,
		"refused", (json_int_t)r->refused, "last_refused", other);
}

static const char *endpoint_text(
	bool known, const struct sl_endpoint *endpoint, char text[SL_ENDPOINT_TEXT])
{
	return known ? sl_endpoint_text(endpoint->ip, endpoint->port, text) : "-";
}

static json_t *medium_json(const struct sl_medium_view *m, const struct sl_detail_view *detail)
{
	char local[SL_ENDPOINT_TEXT], remote[SL_ENDPOINT_TEXT], rtcp[SL_ENDPOINT_TEXT];

	return json_pack("{s:o, s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:s, s:s, s:o}", "type",
		sl_json_text(m->kind), "protocol", m->protocol ? m->protocol : "-", "suite",
		sl_suites[m->suite].name, "local",
		endpoint_text(m->has_ports, &m->local[SL_RTP], local), "remote",
		endpoint_text(m->active, &m->signalled[SL_RTP], remote), "remote_rtcp",
		endpoint_text(m->active, &m->signalled[SL_RTCP], rtcp), "rtcp_mux", m->mux, "held",
		m->held, "key_in", detail->key_in, "key_out", detail->key_out, "from_leg",
		sl_json_path(&m->from));
}

static json_t *media_json(
	const struct sl_sessions *sessions, const struct sl_leg_view *leg, unsigned m)
{
	struct sl_medium_view medium;
	struct sl_detail_view detail;
	json_t *json;

	sl_view_medium(leg, m, &medium);
	sl_view_detail(sessions, leg, m, &detail);
	json = medium_json(&medium, &detail);
	if (!json)
		return NULL;
	json_object_set_new(json, "source", source_json(&detail, SL_RTP));
	json_object_set_new(json, "streams", sl_json_streams(leg, m));
	json_object_set_new(json, "latency_us", sl_json_latency(&detail.latency));
	json_object_set_new(json, "source_rtcp", source_json(&detail, SL_RTCP));
	if (detail.connected) {
		json_object_set_new(json, "to_leg", sl_json_path(&detail.to));
		json_object_set_new(json, "remote_call", sl_json_text(detail.remote_call));
	}
	return json;
}

static json_t *leg_json(const struct sl_sessions *sessions, const struct sl_leg_view *leg)
{
	json_t *media = json_array();

	for (unsigned m = 0; m < leg->n_media; m++)
		json_array_append_new(media, media_json(sessions, leg, m));
	return json_pack("{s:o, s:o, s:o, s:s, s:I, s:o}", "tag", sl_json_text(leg->tag), "label",
		sl_json_text(leg->label), "connected_with", sl_json_text(leg->peer), "interface",
		leg->interface, "created", (json_int_t)leg->created, "media", media);
}

static const char *suite_text(const struct sl_leg_view *leg)
{
	return leg->suite ? leg->suite : "-";
}

static json_t *address_json(const struct sl_leg_view *leg)
{
	struct sl_endpoint remote;
	char text[SL_ENDPOINT_TEXT];

	return json_string(endpoint_text(sl_view_remote(leg, &remote), &remote, text));
}

static void add_worst(json_t *row, const struct sl_call_view *call)
{
	struct sl_worst_view worst;

	sl_view_worst(call, &worst);
	if (worst.heard) {
		json_object_set_new(row, "loss_percent", json_real(worst.loss));
		json_object_set_new(row, "jitter_ms", json_real(worst.jitter));
	}
	if (worst.judged)
		json_object_set_new(row, "mos", json_real(worst.mos));
}

json_t *sl_admin_call_row(const struct sl_call_view *call)
{
	struct sl_leg_view legs[2] = {{0}};
	uint64_t drops;
	json_t *row;

	sl_view_pair(call, legs);
	drops = legs[0].carried.drops + legs[1].carried.drops;
	row = json_pack("{s:o, s:s, s:I, s:[s, s], s:[o, o], s:[o, o], s:[I, I], s:I}", "id",
		sl_json_text(call->id), "state", states[call->state], "age", (json_int_t)call->age,
		"suites", suite_text(&legs[0]), suite_text(&legs[1]), "addresses",
		address_json(&legs[0]), address_json(&legs[1]), "labels",
		sl_json_text(legs[0].label), sl_json_text(legs[1].label), "packets",
		(json_int_t)legs[0].carried.packets[SL_RTP],
		(json_int_t)legs[1].carried.packets[SL_RTP], "drops", (json_int_t)drops);
	add_worst(row, call);
	return row;
}

static void add_row(const struct sl_call *call, void *rows)
{
	struct sl_call_view view;

	sl_view_call(call, &view);
	json_array_append_new(rows, sl_admin_call_row(&view));
}

/* A piece of the list that keeps the loop no longer than other work does. */
static json_t *calls_page(const struct sl_sessions *sessions, uint64_t after, json_int_t limit)
{
	json_t *rows = json_array(), *page = json_pack("{s:O}", "calls", rows);
	const struct sl_call *call = sl_session_after(sessions, after);

	for (json_int_t n = 0; call && n < limit && n < SL_ADMIN_PAGE; n++) {
		add_row(call, rows);
		after = call->serial;
		call = sl_session_after(sessions, after);
	}
	if (call)
		json_object_set_new(page, "next", json_integer((json_int_t)after));
	json_decref(rows);
	return page;
}

json_t *sl_admin_calls(const struct sl_sessions *sessions, const json_t *request)
{
	const json_t *limit = json_object_get(request, "limit");
	json_int_t after = json_integer_value(json_object_get(request, "after"));
	json_t *rows;

	if (limit && (json_integer_value(limit) < 1 || after < 0))
		return json_pack("{s:s}", "error",
			"limit takes a number of calls from 1, after the next of another answer");
	if (limit)
		return calls_page(sessions, (uint64_t)after, json_integer_value(limit));
	rows = json_array();
	sl_sessions_walk(sessions, add_row, rows);
	return json_pack("{s:o}", "calls", rows);
}

json_t *sl_admin_call(const struct sl_sessions *sessions, const struct sl_call_view *call)
{
	json_t *legs = json_array();

	for (unsigned i = 0; i < call->n_legs; i++) {
		struct sl_leg_view leg;

		sl_view_leg(call, i, &leg);
		json_array_append_new(legs, leg_json(sessions, &leg));
	}
	return json_pack("{s:o, s:s, s:I, s:I, s:o}", "id", sl_json_text(call->id), "state",
		states[call->state], "created", (json_int_t)call->created, "age",
		(json_int_t)call->age, "legs", legs);
}

static json_t *leg_totals(const struct sl_leg_view *leg)
{
	const struct sl_carried *c = &leg->carried;
	uint64_t packets = c->packets[SL_RTP] + c->packets[SL_RTCP];
	uint64_t bytes = c->bytes[SL_RTP] + c->bytes[SL_RTCP];

	return json_pack("{s:o, s:I, s:I, s:I}", "leg", sl_json_text(leg->tag), "packets",
		(json_int_t)packets, "bytes", (json_int_t)bytes, "drops", (json_int_t)c->drops);
}

json_t *sl_admin_totals(const struct sl_call_view *call)
{
	json_t *legs = json_array();

	for (unsigned i = 0; i < call->n_legs; i++) {
		struct sl_leg_view leg;

		sl_view_leg(call, i, &leg);
		json_array_append_new(legs, leg_totals(&leg));
	}
	return json_pack("{s:I, s:o}", "seconds", (json_int_t)call->age, "totals", legs);
}
