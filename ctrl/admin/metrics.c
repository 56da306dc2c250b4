/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/admin/metrics.h"

#include <inttypes.h>
#include <string.h>

#include "ctrl/admin/metrics_calls.h"
#include "ctrl/admin/metrics_text.h"
#include "ctrl/base/log.h"
#include "ctrl/limits/alarm.h"
#include "dataplane/path/workers.h"
#include "dataplane/port/port.h"

static void drops(FILE *out, const struct sl_protection *protection)
{
	const struct sl_watched *w = protection->watched;
	const char *by, *reason;

	sl_metric_family(out, "sluice_drops_total", "counter",
		"Packets that were not forwarded, by XDP (guard) and by the workers, up to the "
		"last second.");
	for (unsigned i = 0; i < SL_WATCHED; i++) {
		reason = sl_watched_name(i, &by);
		if (reason && i != SL_GUARD_REDIRECTED && i != SL_GUARD_PASSED)
			fprintf(out, "sluice_drops_total{by=\"%s\",reason=\"%s\"} %" PRIu64 "\n",
				by, reason, w[i].count);
	}
	sl_metric_family(out, "sluice_alarms_total", "counter",
		"Alarms by kind: raised less ended is what there is now.");
	for (int kind = 0; kind < SL_ALARM_KIND_COUNT; kind++) {
		fprintf(out, "sluice_alarms_total{kind=\"%s\",change=\"raised\"} %" PRIu64 "\n",
			sl_alarm_kinds[kind], sl_alarm_counts.raised[kind]);
		fprintf(out, "sluice_alarms_total{kind=\"%s\",change=\"ended\"} %" PRIu64 "\n",
			sl_alarm_kinds[kind], sl_alarm_counts.ended[kind]);
	}
}

static void core_waits(FILE *out, const struct sl_core_wait *wait)
{
	sl_metric_family(out, "sluice_worker_core_wait_seconds_total", "counter",
		"Time that workers were ready to run while others had their core.");
	for (unsigned i = 0; i < wait->n; i++)
		if (wait->worker[i].fd >= 0)
			fprintf(out, "sluice_worker_core_wait_seconds_total{core=\"%u\"} %.3f\n",
				wait->worker[i].core, (double)wait->worker[i].waited_ns / 1e9);
}

static void workers(FILE *out)
{
	struct sl_worker_stats s;

	sl_metric_family(
		out, "sluice_forwarded_total", "counter", "Packets of media that were forwarded.");
	for (unsigned i = 0; i < sl_workers_count(); i++) {
		sl_worker_stats(i, &s);
		fprintf(out, "sluice_forwarded_total{core=\"%u\"} %" PRIu64 "\n", s.core,
			s.verdicts[SL_FORWARD]);
	}
	sl_metric_family(
		out, "sluice_busy_seconds_total", "counter", "Time that workers spent on packets.");
	for (unsigned i = 0; i < sl_workers_count(); i++) {
		sl_worker_stats(i, &s);
		fprintf(out, "sluice_busy_seconds_total{core=\"%u\"} %.3f\n", s.core,
			(double)s.busy_ns / 1e9);
	}
	sl_metric_family(out, "sluice_idle_seconds_total", "counter",
		"Time that they polled and found nothing, or slept.");
	for (unsigned i = 0; i < sl_workers_count(); i++) {
		sl_worker_stats(i, &s);
		fprintf(out, "sluice_idle_seconds_total{core=\"%u\"} %.3f\n", s.core,
			(double)s.idle_ns / 1e9);
	}
}

static void latency(FILE *out)
{
	struct sl_histogram_bounds bounds = {.n = SL_LATENCY_BOUNDS};
	struct sl_worker_stats s;

	for (unsigned i = 0; i < bounds.n; i++)
		bounds.le[i] = 1e-6 * (1u << i);
	sl_metric_family(out, "sluice_added_latency_seconds", "histogram",
		"How long media is in the hands of a worker: of one packet a turn, from asking the "
		"device for it until the device has taken the answer.");
	for (unsigned i = 0; i < sl_workers_count(); i++) {
		struct sl_histogram h = {{0}, 0};
		char core[12];

		_Static_assert(sizeof(h.count) == sizeof(s.latency), "they have the same bounds");
		sl_worker_stats(i, &s);
		memcpy(h.count, s.latency, sizeof(s.latency));
		h.sum = (double)s.latency_ns / 1e9;
		snprintf(core, sizeof(core), "%u", s.core);
		sl_metric_histogram(out, "sluice_added_latency_seconds", "core", core, &h, &bounds);
	}
}

static void ports(FILE *out, unsigned n)
{
	static const struct {
		const char *metric, *help;
		size_t at;
	} rows[] = {
#define AT(member) offsetof(struct sl_port_stats, member)
		{"sluice_port_received_total", "Packets off the wire.", AT(rx)},
		{"sluice_port_sent_total", "Packets onto the wire.", AT(tx)},
		{"sluice_port_received_bytes_total", "Bytes off the wire.", AT(rx_bytes)},
		{"sluice_port_sent_bytes_total", "Bytes onto the wire.", AT(tx_bytes)},
		{"sluice_port_missed_total", "Packets dropped before Sluice saw them.",
			AT(rx_missed)},
		{"sluice_port_resets_total", "Times that something else reset the port's device.",
			AT(resets)},
#undef AT
	};
	struct sl_port_stats s;

	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		sl_metric_family(out, rows[r].metric, "counter", rows[r].help);
		for (unsigned port = 0; port < n; port++) {
			sl_port_stats((uint8_t)port, &s);
			sl_metric_count(out, rows[r].metric, "port", sl_port_name((uint8_t)port),
				*(const uint64_t *)((const char *)&s + rows[r].at));
		}
	}
}

static void pairs(FILE *out, const struct sl_sessions *sessions)
{
	sl_metric_family(out, "sluice_port_pairs", "gauge",
		"Pairs of media ports of each address, by what they do.");
	for (unsigned i = 0; i < sessions->env.n_interfaces; i++) {
		const struct sl_interface *interface = &sessions->env.interfaces[i];
		const struct sl_config_interface *config = interface->config;

		for (unsigned k = 0; k < config->n_addresses; k++) {
			struct sl_portpool_counts c = sl_interface_address_ports(interface, k);
			const unsigned counts[] = {
				c.total - c.taken - c.resting, c.taken, c.resting};
			static const char *const states[] = {"free", "taken", "resting"};
			char text[SL_ADDRESS_TEXT];

			sl_address_text(config->address[k].ip, text);
			for (int s = 0; s < 3; s++)
				fprintf(out,
					"sluice_port_pairs{interface=\"%s\",address=\"%s\","
					"state=\"%s\"} %u\n",
					config->name, text, states[s], counts[s]);
		}
	}
}

static void records(FILE *out, const struct sl_records *records)
{
	if (!records->writer)
		return;
	sl_metric_family(out, "sluice_records_total", "counter",
		"Records of calls and of changes, by file and by what became of them.");
	for (unsigned i = 0; i < SL_BOOK_COUNT; i++) {
		struct sl_book_stats s = sl_writer_stats(records->writer, (enum sl_book)i);
		const uint64_t counts[] = {s.written, s.lost};
		static const char *const became[] = {"written", "lost"};

		for (int k = 0; s.used && k < 2; k++)
			fprintf(out,
				"sluice_records_total{file=\"%s\",became=\"%s\"} %" PRIu64 "\n",
				sl_writer_name(records->writer, (enum sl_book)i), became[k],
				counts[k]);
	}
}

static void homer(FILE *out, const struct sl_hep *hep)
{
	struct sl_hep_stats s;

	if (!sl_hep_stats(hep, &s))
		return;
	sl_metric_family(out, "sluice_hep_reports_total", "counter",
		"Reports on media to Homer: those of RTCP and those of our own that were sent, and "
		"those that were lost here.");
	sl_metric_count(out, "sluice_hep_reports_total", "became", "sent-rtcp", s.rtcp);
	sl_metric_count(out, "sluice_hep_reports_total", "became", "sent-measured", s.measured);
	sl_metric_count(out, "sluice_hep_reports_total", "became", "lost", s.lost);
}

static void config(FILE *out, struct sl_running *running)
{
	const struct sl_drift drift = sl_reload_drift(running);
	bool usable = !drift.unread && !drift.mistakes;

	sl_metric_family(out, "sluice_config_file_usable", "gauge",
		"Whether the configuration file could be reloaded, or started from, as it is.");
	fprintf(out, "sluice_config_file_usable %d\n", usable);
	sl_metric_family(out, "sluice_config_drift", "gauge",
		"Differences between the configuration file and what runs, by what applies them.");
	sl_metric_count(out, "sluice_config_drift", "by", "reload", drift.live);
	sl_metric_count(out, "sluice_config_drift", "by", "restart", drift.restart);
	sl_metric_family(out, "sluice_config_reloads_total", "counter",
		"Reloads of the configuration by what became of them.");
	sl_metric_count(out, "sluice_config_reloads_total", "became", "done", running->done);
	sl_metric_count(out, "sluice_config_reloads_total", "became", "refused", running->refused);
}

static void log_lines(FILE *out)
{
	const struct sl_log_stats s = sl_log_stats();

	sl_metric_family(out, "sluice_log_lines_total", "counter",
		"Lines of the log: written, left out by limits, lost because nobody took them.");
	fprintf(out,
		"sluice_log_lines_total{became=\"written\"} %" PRIu64 "\n"
		"sluice_log_lines_total{became=\"left-out\"} %" PRIu64 "\n"
		"sluice_log_lines_total{became=\"lost\"} %" PRIu64 "\n",
		s.written, s.left_out, s.lost);
}

static void relay(FILE *out, const struct sl_admin *a)
{
	sl_metric_family(
		out, "sluice_build_info", "gauge", "Version and crypto backend in use; always 1.");
	fprintf(out, "sluice_build_info{version=\"%s\",crypto=\"%s\"} 1\n", SL_VERSION,
		a->sessions->env.crypto->name);
	sl_metric_family(
		out, "sluice_start_time_seconds", "gauge", "When it was started, Unix time.");
	fprintf(out, "sluice_start_time_seconds %" PRId64 "\n", a->started);
}

void sl_metrics_write(FILE *out, const struct sl_admin *a)
{
	relay(out, a);
	config(out, a->running);
	sl_metrics_calls(out, a);
	drops(out, a->protection);
	workers(out);
	latency(out);
	core_waits(out, a->core_wait);
	ports(out, a->protection->n_ports);
	pairs(out, a->sessions);
	records(out, a->records);
	homer(out, a->hep);
	log_lines(out);
}
