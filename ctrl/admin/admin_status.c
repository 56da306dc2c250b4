/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/admin/admin_status.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctrl/admin/admin_core.h"
#include "ctrl/neigh/neigh.h"
#include "ctrl/records/json_text.h"
#include "dataplane/path/workers.h"

static json_int_t count(uint64_t value)
{
	return (json_int_t)value;
}

/* Resident set, KiB. */
static json_int_t resident(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long pages = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%*u %lu", &pages) != 1)
		pages = 0;
	fclose(file);
	return (json_int_t)pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static const char *const drop_names[SL_VERDICTS] = {
#define X(id, label, text) [SL_DROP_##id] = label,
	SL_DROP_REASONS(X)
#undef X
};

/* By name, without what did not occur. */
static json_t *dropped(const struct sl_worker_stats *s)
{
	json_t *all = json_object();

	for (unsigned v = SL_FORWARD + 1; v < SL_VERDICTS; v++)
		if (s->verdicts[v])
			json_object_set_new(
				all, drop_names[v], json_integer(count(s->verdicts[v])));
	return all;
}

static json_t *workers(const struct sl_admin *a)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < sl_workers_count(); i++) {
		struct sl_worker_stats s;

		sl_worker_stats(i, &s);
		json_array_append_new(list,
			json_pack("{s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "core",
				(int)s.core, "rx", count(s.rx), "tx", count(s.tx), "forwarded",
				count(s.verdicts[SL_FORWARD]), "punted", count(s.punted), "busy_ns",
				count(s.busy_ns), "idle_ns", count(s.idle_ns), "drops", dropped(&s),
				"core_wait", sl_admin_core_wait(a->core_wait, i)));
	}
	return list;
}

static json_t *commands(const struct sl_ng *ng)
{
	json_t *all = json_object();

	for (unsigned i = 0; i < SL_NG_COMMAND_COUNT; i++)
		json_object_set_new(all, sl_ng_command_names[i],
			json_pack("{s:I, s:I}", "requests", count(ng->count[i].requests), "errors",
				count(ng->count[i].errors)));
	return all;
}

static json_t *udp(const struct sl_admin *a)
{
	struct sl_datagram_stats s;

	sl_datagram_stats(a->datagram, &s);
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:I}", "received",
		count(s.received), "served", count(s.served), "duplicates", count(s.duplicates),
		"refused_by_source", count(s.refused_peer), "malformed", count(s.refused_request),
		"unanswered", count(s.unanswered), "crowded", count(s.crowded), "unsent",
		count(s.unsent), "replies_kept", (int)s.kept, "replies_evicted", count(s.evicted));
}

static json_t *admission(const struct sl_sessions *sessions)
{
	json_t *all = json_object();

	for (int i = 0; i < SL_ADMISSION_COUNT; i++)
		json_object_set_new(
			all, sl_admission_labels[i], json_integer(count(sessions->admissions[i])));
	json_object_set_new(all, "emergency", json_integer(count(sessions->emergencies)));
	return all;
}

/* Load, beside the limits that it is compared with. */
static json_t *load(const struct sl_sessions *sessions)
{
	const struct sl_load *load = &sessions->load;
	const struct sl_limits *limits = &sessions->env.limits;

	return json_pack("{s:[i, i], s:[f, i], s:[i, i], s:i}", "worker_percent",
		(int)load->worker_percent, (int)limits->worker_percent, "load_average",
		load->load_average, (int)limits->load_average, "mbit_per_s", (int)load->mbit,
		(int)limits->mbit, "max_sessions", (int)limits->sessions);
}

/* Requests that were refused, by reason. */
static json_t *refusals(const struct sl_ng *ng)
{
	json_t *all = json_object();

	for (unsigned i = 0; i < SL_REFUSAL_COUNT; i++)
		json_object_set_new(all, sl_refusal_names[i], json_integer(count(ng->refused[i])));
	return all;
}

static json_t *websocket(const struct sl_admin *a)
{
	const struct sl_websocket_stats *s = sl_websocket_stats(a->websocket);

	return json_pack("{s:i, s:I, s:I, s:I, s:I, s:I}", "connections", (int)s->connections,
		"accepted", count(s->accepted), "served", count(s->served), "refused_by_source",
		count(s->refused_peer), "malformed", count(s->refused_request), "closed",
		count(s->closed));
}

static json_t *timeouts(const struct sl_sessions *sessions)
{
	json_t *all = json_object();

	for (int i = 1; i < SL_TIMEOUT_COUNT; i++)
		json_object_set_new(
			all, sl_timeout_labels[i], json_integer(count(sessions->timeouts_by[i])));
	return all;
}

static json_t *listeners(const struct sl_events *events)
{
	struct sl_events_stats s = sl_events_stats(events);

	return json_pack("{s:i, s:I, s:I}", "readers", (int)s.readers, "told", count(s.told),
		"lost", count(s.lost));
}

static json_t *next_hops(const struct sl_neigh *neigh)
{
	struct sl_neigh_counts n = sl_neigh_counts(neigh);

	return json_pack("{s:i, s:i, s:i, s:i, s:I, s:I}", "destinations", (int)n.destinations,
		"known", (int)n.valid, "next_hops", (int)n.hops, "waiting", (int)n.waiting,
		"put_off", count(n.put_off), "resyncs", count(n.resyncs));
}

static json_t *loop(const struct sl_work *work)
{
	struct sl_work_stats s = sl_work_stats(work);

	return json_pack("{s:I, s:I, s:I, s:I}", "turns", count(s.turns), "longest_us",
		count(s.longest / 1000), "cut_short", count(s.cut_short), "timer_late_us",
		count(s.late / 1000));
}

/* By file; empty: nothing is recorded. */
static json_t *records(const struct sl_records *records)
{
	json_t *all = json_object();

	for (unsigned i = 0; records->writer && i < SL_BOOK_COUNT; i++) {
		struct sl_book_stats s = sl_writer_stats(records->writer, (enum sl_book)i);

		if (s.used)
			json_object_set_new(all, sl_writer_name(records->writer, (enum sl_book)i),
				json_pack("{s:I, s:I, s:s?}", "written", count(s.written), "lost",
					count(s.lost), "error",
					s.error ? strerror(-s.error) : NULL));
	}
	return all;
}

static json_t *homer(const struct sl_hep_stats *s)
{
	return json_pack("{s:I, s:I, s:I, s:i, s:s?}", "rtcp", count(s->rtcp), "measured",
		count(s->measured), "lost", count(s->lost), "waiting", (int)s->waiting, "error",
		s->error ? strerror(-s->error) : NULL);
}

/* The file beside what runs. */
static json_t *config(struct sl_running *running)
{
	const struct sl_drift drift = sl_reload_drift(running);

	return json_pack("{s:o, s:s?, s:i, s:i, s:i, s:I, s:I, s:I}", "path",
		sl_json_text(running->path), "unread", drift.unread, "mistakes",
		(int)drift.mistakes, "differences", (int)(drift.live + drift.restart), "restart",
		(int)drift.restart, "reloads", count(running->done), "refused",
		count(running->refused), "last", (json_int_t)running->last);
}

static json_t *audit_head(const struct sl_records *records)
{
	struct sl_chain head;
	char text[SL_CHAIN_HEAD];

	if (!records->audit)
		return json_null();
	head = sl_audit_head(records->audit);
	return json_string(sl_chain_text(&head, text));
}

json_t *sl_admin_status(const struct sl_admin *a)
{
	struct sl_server_stats s = sl_server_stats(a->server);
	struct sl_hep_stats hep;
	json_t *status;

	status = json_pack("{s:s, s:i, s:I, s:s, s:b, s:I, s:{s:i, s:I, s:I}, s:o, s:o,"
			   "s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}}",
		"version", SL_VERSION, "pid", (int)getpid(), "started", (json_int_t)a->started,
		"crypto", a->sessions->env.crypto->name, "hugepages", a->hugepages, "resident_kib",
		resident(), "calls", "now", (int)a->sessions->n, "ever",
		count(a->sessions->created), "timed_out", count(a->sessions->timeouts), "workers",
		workers(a), "commands", commands(a->ng), "control", "connections",
		count(s.connections), "accepted", count(s.accepted), "served", count(s.served),
		"malformed", count(a->ng->malformed), "refused_by_user", count(s.refused_peer),
		"incomplete", count(s.incomplete), "timeouts", count(s.timeouts), "evicted",
		count(s.evicted), "crowded", count(s.crowded), "pauses", count(s.pauses));
	json_object_set_new(status, "loop", loop(a->work));
	json_object_set_new(status, "load", load(a->sessions));
	json_object_set_new(status, "next_hops", next_hops(a->neigh));
	json_object_set_new(status, "timeouts", timeouts(a->sessions));
	json_object_set_new(status, "events", listeners(a->events));
	json_object_set_new(status, "admission", admission(a->sessions));
	json_object_set_new(status, "refusals", refusals(a->ng));
	json_object_set_new(status, "records", records(a->records));
	json_object_set_new(status, "audit_head", audit_head(a->records));
	json_object_set_new(status, "config", config(a->running));
	if (sl_hep_stats(a->hep, &hep))
		json_object_set_new(status, "homer", homer(&hep));
	if (a->datagram)
		json_object_set_new(status, "udp", udp(a));
	if (a->websocket)
		json_object_set_new(status, "websocket", websocket(a));
	return status;
}
