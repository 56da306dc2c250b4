/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "ctrl/records/cdr.h"
#include "ctrl/records/record_time.h"
#include "ctrl/records/view_json.h"

enum { MEDIA = 48 }; /* as many, with all that there is to tell of them, fit in a record */

/* Levels of detail: each tells less than the one before. */
enum detail { ALL, NO_STREAMS, NO_MEDIA, NO_LEGS, DETAILS };

static json_t *time_json(int64_t ns)
{
	char text[SL_RECORD_TIME];

	return ns ? json_string(sl_record_time(ns, text)) : json_null();
}

static json_t *endpoint_json(bool known, const struct sl_endpoint *endpoint)
{
	char text[SL_ENDPOINT_TEXT];

	if (!known || !endpoint->port)
		return json_null();
	return json_string(sl_endpoint_text(endpoint->ip, endpoint->port, text));
}

static json_t *payloads_json(const struct sl_leg_view *leg, unsigned m)
{
	struct sl_payload_view payloads[SL_PAYLOADS];
	unsigned n = sl_view_payloads(leg, m, payloads);
	json_t *list = json_array();

	for (unsigned i = 0; i < n; i++)
		json_array_append_new(list,
			json_pack("{s:i, s:i, s:s?}", "payload_type", payloads[i].type, "clock_hz",
				(int)payloads[i].clock, "codec", payloads[i].codec));
	return list;
}

/* Where media really came from, if any did. */
static const struct sl_endpoint *seen(
	const struct sl_medium_view *medium, const struct sl_detail_view *detail)
{
	bool heard = medium->from.count.packets[SL_RTP] || medium->heard;

	return detail->has_flow && heard ? &detail->source[SL_RTP].current : NULL;
}

static json_t *medium_json(
	const struct sl_cdr *cdr, const struct sl_leg_view *leg, unsigned m, enum detail level)
{
	struct sl_medium_view medium;
	struct sl_detail_view detail;
	const struct sl_endpoint *source;
	json_t *json;

	sl_view_medium(leg, m, &medium);
	sl_view_detail(cdr->sessions, leg, m, &detail);
	source = seen(&medium, &detail);
	json = json_pack("{s:o, s:s?, s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:o}", "type",
		sl_json_text(medium.kind), "protocol", medium.protocol, "suite",
		sl_suites[medium.suite].name, "held", medium.held, "local",
		endpoint_json(medium.has_ports, &medium.local[SL_RTP]), "signalled",
		endpoint_json(medium.active, &medium.signalled[SL_RTP]), "seen",
		endpoint_json(source, source), "payload_types", payloads_json(leg, m), "from_leg",
		sl_json_path(&medium.from), "latency_us", sl_json_latency(&detail.latency));
	if (json && level == ALL)
		json_object_set_new(json, "streams", sl_json_streams(leg, m));
	return json;
}

static json_t *leg_json(const struct sl_cdr *cdr, unsigned i, enum detail level)
{
	struct sl_leg_view leg;
	json_t *json, *media = json_array();

	sl_view_leg(&cdr->call, i, &leg);
	for (unsigned m = 0; level < NO_MEDIA && m < leg.n_media; m++)
		json_array_append_new(media, medium_json(cdr, &leg, m, level));
	json = json_pack("{s:o, s:o, s:o, s:s, s:o}", "tag", sl_json_text(leg.tag), "label",
		sl_json_text(leg.label), "connected_with", sl_json_text(leg.peer), "interface",
		leg.interface, "media", media);
	return json;
}

static json_t *totals_json(const struct sl_totals_view *totals)
{
	const struct sl_carried *c = &totals->carried;

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:o}", "packets",
		(json_int_t)c->packets[SL_RTP], "bytes", (json_int_t)c->bytes[SL_RTP],
		"rtcp_packets", (json_int_t)c->packets[SL_RTCP], "rtcp_bytes",
		(json_int_t)c->bytes[SL_RTCP], "drops", (json_int_t)c->drops, "latency_us",
		sl_json_latency(&totals->latency));
}

static json_t *cdr_json(const struct sl_cdr *cdr, enum detail level)
{
	static const char *const cut[DETAILS] = {NULL, "streams", "media", "legs"};
	int64_t talk = sl_cdr_talk(cdr);
	json_t *legs = json_array(), *json;

	for (unsigned i = 0; level < NO_LEGS && i < cdr->call.n_legs; i++)
		json_array_append_new(legs, leg_json(cdr, i, level));
	json = json_pack("{s:o, s:o, s:o, s:o, s:I, s:o, s:s, s:b, s:s*, s:o, s:o}", "call",
		sl_json_text(cdr->call.id), "set_up", time_json(cdr->set_up), "answered",
		time_json(cdr->answered), "ended", time_json(cdr->ended), "duration_ms",
		(json_int_t)sl_cdr_duration(cdr), "talk_ms",
		talk < 0 ? json_null() : json_integer(talk), "cause", cdr->cause, "emergency",
		cdr->call.emergency, "cut", cut[level], "totals", totals_json(&cdr->totals), "legs",
		legs);
	return json;
}

/* A call of many parties and media is not written out in full only to be thrown away. */
static enum detail first_level(const struct sl_cdr *cdr)
{
	unsigned media = 0;

	for (unsigned i = 0; i < cdr->call.n_legs; i++) {
		struct sl_leg_view leg;

		sl_view_leg(&cdr->call, i, &leg);
		media += leg.n_media;
	}
	return media <= MEDIA ? ALL : NO_MEDIA;
}

char *sl_cdr_json(const struct sl_cdr *cdr, size_t *len)
{
	for (unsigned level = first_level(cdr); level < DETAILS; level++) {
		json_t *json = cdr_json(cdr, (enum detail)level);
		char *text = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(6)) : NULL;

		json_decref(json);
		if (!text)
			return NULL;
		*len = strlen(text) + 1;
		text[*len - 1] = '\n'; /* in place of the NUL */
		if (*len <= SL_CDR_MAX)
			return text;
		free(text);
	}
	return NULL;
}
