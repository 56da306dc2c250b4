/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/hep/hep_call.h"

#include <time.h>

#include "ctrl/hep/hep_report.h"
#include "ctrl/observe/medium_view.h"
#include "ctrl/observe/quality.h"
#include "dataplane/base/clock.h"

/* RTCP that was silent for three samples does not report on a stream any more. */
enum { SILENT_S = 3 * SL_QUALITY_S };

struct reporting {
	struct sl_call *call;
	sl_hep_report report;
	void *context;
};

/* A medium of a leg, and the same of the leg that hears it. */
struct medium {
	struct sl_leg_media *from;
	const struct sl_leg_media *to; /* NULL: nobody does */
	struct sl_medium_view view;
};

/* When it was `at` by sl_clock: Unix time, us. */
static uint64_t wall_clock(uint64_t at)
{
	uint64_t now = sl_clock();
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000 -
	       (now > at ? (now - at) / 1000 : 0);
}

static void report(const struct reporting *r, const struct medium *m, enum sl_hep_type type,
	uint64_t at, const char *payload)
{
	enum sl_component component = type == SL_HEP_RTCP ? SL_RTCP : SL_RTP;
	struct sl_latch_report source;

	sl_flow_source(m->from->path.flow, component, &source);

	const struct sl_hep_packet packet = {
		.type = type,
		.from = source.current,
		.to = m->view.local[component],
		.time_us = wall_clock(at),
		.payload = payload,
	};

	r->report(r->context, r->call, &packet);
}

static void report_rtcp(const struct reporting *r, const struct medium *m)
{
	char text[SL_HEP_REPORT];
	struct sl_reports said;
	uint64_t at;

	sl_reports_read(&m->from->path.flow->reports, &said);
	at = sl_hep_report_rtcp(&said, m->from->reported, text);
	if (!at)
		return;
	m->from->reported = at;
	report(r, m, SL_HEP_RTCP, at, text);
}

/* Does the one who hears the stream report on it? */
static bool has_rtcp(const struct sl_leg_media *to, uint32_t ssrc, uint64_t now)
{
	struct sl_reports said;

	if (!to || !to->path.flow)
		return false;
	sl_reports_read(&to->path.flow->reports, &said);
	for (int i = 0; i < SL_LIVE_SSRCS; i++)
		if (said.heard[i].at && said.heard[i].ssrc == ssrc &&
			said.heard[i].at + SILENT_S * UINT64_C(1000000000) > now)
			return true;
	return false;
}

static void report_measured(const struct reporting *r, const struct medium *m)
{
	uint64_t now = sl_clock();
	char text[SL_HEP_REPORT];

	for (struct sl_quality_track *t = m->from->tracks; t; t = t->next) {
		struct sl_hep_measured measured = {
			.total = t->last,
			.packets = t->unreported.packets,
			.lost = t->unreported.lost,
			.mos = t->unreported.mos,
		};

		if (!measured.packets && !measured.lost)
			continue;
		t->unreported.packets = 0;
		t->unreported.lost = 0;
		if (has_rtcp(m->to, t->last.ssrc, now))
			continue;
		sl_hep_report_measured(&measured, text);
		report(r, m, SL_HEP_RTP, now, text);
	}
}

static void report_leg(
	const struct reporting *r, struct sl_leg *leg, const struct sl_leg_view *seen)
{
	for (unsigned i = 0; i < leg->n_media; i++) {
		struct medium m = {.from = &leg->media[i]};

		if (!m.from->path.flow || !m.from->ports)
			continue;
		if (leg->peer && i < leg->peer->n_media)
			m.to = &leg->peer->media[i];
		sl_view_medium(seen, i, &m.view);
		report_rtcp(r, &m);
		report_measured(r, &m);
	}
}

void sl_hep_call(struct sl_call *call, sl_hep_report told, void *context)
{
	const struct reporting r = {.call = call, .report = told, .context = context};
	struct sl_call_view view;
	struct sl_leg_view leg;

	sl_view_call(call, &view);
	for (unsigned i = 0; i < call->n_legs; i++) {
		sl_view_leg(&view, i, &leg);
		report_leg(&r, call->leg[i], &leg);
	}
}
