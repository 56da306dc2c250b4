/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/admin/metrics_calls.h"

#include <inttypes.h>

#include "ctrl/admin/metrics_text.h"
#include "ctrl/call/capacity.h"
#include "ctrl/observe/quality.h"
#include "ctrl/observe/watch.h"

static void calls(FILE *out, const struct sl_sessions *sessions)
{
	sl_metric_family(out, "sluice_active_calls", "gauge", "Calls that are known.");
	fprintf(out, "sluice_active_calls %u\n", sessions->n);
	sl_metric_family(out, "sluice_calls_total", "counter", "Calls since the start.");
	fprintf(out, "sluice_calls_total %" PRIu64 "\n", sessions->created);
	sl_metric_family(
		out, "sluice_call_timeouts_total", "counter", "Calls that a timer has ended.");
	for (int i = 1; i < SL_TIMEOUT_COUNT; i++)
		sl_metric_count(out, "sluice_call_timeouts_total", "timer", sl_timeout_labels[i],
			sessions->timeouts_by[i]);
	sl_metric_family(
		out, "sluice_admissions_total", "counter", "New calls by what became of them.");
	for (int i = 0; i < SL_ADMISSION_COUNT; i++)
		sl_metric_count(out, "sluice_admissions_total", "verdict", sl_admission_labels[i],
			sessions->admissions[i]);
}

static void capacity(FILE *out, const struct sl_sessions *sessions)
{
	struct sl_capacity c;

	sl_capacity_read(sessions, &c);
	sl_metric_family(out, "sluice_accepting", "gauge",
		"Whether an ordinary new call would be taken now.");
	fprintf(out, "sluice_accepting %d\n", c.refused_by == SL_ADMITTED);
	sl_metric_family(out, "sluice_limit_used_ratio", "gauge",
		"Share of each limit on new calls that is in use; at 1 it refuses. The reserve "
		"for emergencies counts as used.");
	for (int i = SL_ADMITTED + 1; i < SL_ADMISSION_COUNT; i++)
		if (c.used[i] >= 0)
			sl_metric_real(out, "sluice_limit_used_ratio", "limit",
				sl_admission_labels[i], c.used[i]);
	sl_metric_family(out, "sluice_nearest_limit", "gauge",
		"1 for the limit that is nearest to refusing.");
	for (int i = SL_ADMITTED + 1; i < SL_ADMISSION_COUNT; i++)
		if (c.used[i] >= 0)
			sl_metric_count(out, "sluice_nearest_limit", "limit",
				sl_admission_labels[i], (enum sl_admission)i == c.nearest);
	if (!sessions->env.limits.sessions)
		return;
	sl_metric_family(out, "sluice_max_calls", "gauge",
		"Calls that max-sessions allows, with the reserve for emergencies.");
	fprintf(out, "sluice_max_calls %u\n", sessions->env.limits.sessions);
}

static void requests(FILE *out, const struct sl_ng *ng)
{
	static const enum sl_ng_command timed[] = {SL_NG_offer, SL_NG_answer, SL_NG_delete};

	sl_metric_family(out, "sluice_ng_requests_total", "counter", "Requests of proxies.");
	for (int i = 0; i < SL_NG_COMMAND_COUNT; i++)
		sl_metric_count(out, "sluice_ng_requests_total", "command", sl_ng_command_names[i],
			ng->count[i].requests);
	sl_metric_family(
		out, "sluice_ng_errors_total", "counter", "Requests of proxies that were refused.");
	for (int i = 0; i < SL_NG_COMMAND_COUNT; i++)
		sl_metric_count(out, "sluice_ng_errors_total", "command", sl_ng_command_names[i],
			ng->count[i].errors);
	sl_metric_family(out, "sluice_ng_request_seconds", "histogram",
		"Time from a whole request to its reply, without the wait for its turn.");
	for (unsigned i = 0; i < sizeof(timed) / sizeof(timed[0]); i++)
		sl_metric_histogram(out, "sluice_ng_request_seconds", "command",
			sl_ng_command_names[timed[i]], &ng->took[timed[i]], &sl_ng_took_bounds);
}

static void quality(FILE *out)
{
	const struct sl_quality_histograms *h = &sl_quality_histograms;

	sl_metric_family(out, "sluice_stream_mos", "histogram",
		"Estimated listening quality of each audio stream, every 5 s.");
	sl_metric_histogram(out, "sluice_stream_mos", NULL, NULL, &h->mos, &sl_mos_bounds);
	sl_metric_family(out, "sluice_stream_loss_ratio", "histogram",
		"Share of its packets that was lost before the relay, likewise.");
	sl_metric_histogram(out, "sluice_stream_loss_ratio", NULL, NULL, &h->loss, &sl_loss_bounds);
	sl_metric_family(out, "sluice_stream_jitter_seconds", "histogram",
		"Its interarrival jitter (RFC 3550 A.8) at the relay, likewise.");
	sl_metric_histogram(
		out, "sluice_stream_jitter_seconds", NULL, NULL, &h->jitter, &sl_jitter_bounds);
}

void sl_metrics_calls(FILE *out, const struct sl_admin *a)
{
	calls(out, a->sessions);
	capacity(out, a->sessions);
	requests(out, a->ng);
	sl_metric_family(out, "sluice_call_answer_seconds", "histogram",
		"Time from a call's first offer to its first answer.");
	sl_metric_histogram(out, "sluice_call_answer_seconds", NULL, NULL,
		&a->sessions->answer_times, &sl_answer_bounds);
	quality(out);
}
