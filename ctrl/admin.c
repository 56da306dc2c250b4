/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/admin.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ctrl/admin_call.h"
#include "ctrl/admin_guard.h"
#include "ctrl/metrics.h"
#include "ctrl/snapshot.h"
#include "dataplane/port.h"
#include "ebpf/guard_user.h"

static const struct {
	const char *name, *text;
} reasons[SL_VERDICTS] = {
#define X(id, label, text) [SL_DROP_##id] = {label, text},
	SL_DROP_REASONS(X)
#undef X
};

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

/* By name, without what did not occur. */
static json_t *dropped(const struct sl_worker_stats *s)
{
	json_t *all = json_object();

	for (unsigned v = SL_FORWARD + 1; v < SL_VERDICTS; v++)
		if (s->verdicts[v])
			json_object_set_new(
				all, reasons[v].name, json_integer(count(s->verdicts[v])));
	return all;
}

static json_t *workers(void)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < sl_workers_count(); i++) {
		struct sl_worker_stats s;

		sl_worker_stats(i, &s);
		json_array_append_new(
			list, json_pack("{s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "core",
				      (int)s.core, "rx", count(s.rx), "tx", count(s.tx),
				      "forwarded", count(s.verdicts[SL_FORWARD]), "punted",
				      count(s.punted), "busy ns", count(s.busy_ns), "idle ns",
				      count(s.idle_ns), "drops", dropped(&s)));
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
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:i, s:I}", "received",
		count(s.received), "served", count(s.served), "duplicates", count(s.duplicates),
		"refused by source", count(s.refused_peer), "malformed", count(s.refused_request),
		"unanswered", count(s.unanswered), "unsent", count(s.unsent), "replies kept",
		(int)s.kept, "replies evicted", count(s.evicted));
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

/* What the limits are compared with. */
static json_t *load(const struct sl_sessions *sessions)
{
	const struct sl_load *load = &sessions->load;
	const struct sl_limits *limits = &sessions->env.limits;

	return json_pack("{s:[i, i], s:[f, i], s:[i, i], s:i}", "worker percent",
		(int)load->worker_percent, (int)limits->worker_percent, "load average",
		load->load_average, (int)limits->load_average, "Mbit/s", (int)load->mbit,
		(int)limits->mbit, "max-sessions", (int)limits->sessions);
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
		"accepted", count(s->accepted), "served", count(s->served), "refused by source",
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

static json_t *view_status(struct sl_admin *a, const json_t *request)
{
	const struct sl_server_stats *s = sl_server_stats(a->server);
	json_t *status;

	status = json_pack("{s:s, s:i, s:I, s:s, s:b, s:I, s:{s:i, s:I, s:I}, s:o, s:o,"
			   "s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}}",
		"version", SL_VERSION, "pid", (int)getpid(), "started", (json_int_t)a->started,
		"crypto", a->sessions->env.crypto->name, "hugepages", a->hugepages, "resident KiB",
		resident(), "calls", "now", (int)a->sessions->n, "ever",
		count(a->sessions->created), "timed out", count(a->sessions->timeouts), "workers",
		workers(), "commands", commands(a->ng), "control", "connections",
		count(s->connections), "accepted", count(s->accepted), "served", count(s->served),
		"malformed", count(a->ng->malformed), "refused by user", count(s->refused_peer),
		"incomplete", count(s->incomplete), "timeouts", count(s->timeouts), "evicted",
		count(s->evicted));
	json_object_set_new(status, "load", load(a->sessions));
	json_object_set_new(status, "timeouts", timeouts(a->sessions));
	json_object_set_new(status, "events", listeners(a->events));
	json_object_set_new(status, "admission", admission(a->sessions));
	json_object_set_new(status, "refusals", refusals(a->ng));
	if (a->datagram)
		json_object_set_new(status, "udp", udp(a));
	if (a->websocket)
		json_object_set_new(status, "websocket", websocket(a));
	return status;
}

static void call_row(const struct sl_call *call, void *context)
{
	json_array_append_new(context, sl_admin_call_row(call));
}

static json_t *view_calls(struct sl_admin *a, const json_t *request)
{
	json_t *rows = json_array();

	sl_sessions_walk(a->sessions, call_row, rows);
	return json_pack("{s:o}", "calls", rows);
}

static json_t *view_call(struct sl_admin *a, const json_t *request)
{
	const char *id = json_string_value(json_object_get(request, "id"));
	struct sl_text text = {id, id ? (uint32_t)strlen(id) : 0};
	const struct sl_call *call = sl_session_find(a->sessions, text);

	if (!id)
		return json_pack("{s:s}", "error", "which call? the request has no id");
	if (!call)
		return json_pack("{s:s}", "error", "there is no such call");
	return sl_admin_call(call);
}

static json_t *why_list(const struct sl_why *why)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < why->n; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:o}", "cause", sl_cause_labels[why->list[i].cause],
				      "text", sl_admin_text(why->list[i].text)));
	return list;
}

/* Of a call that is over: what was in its way at the end. */
static json_t *view_why(struct sl_admin *a, const json_t *request)
{
	const char *id = json_string_value(json_object_get(request, "id"));
	struct sl_text text = {id, id ? (uint32_t)strlen(id) : 0};
	const struct sl_call *call = sl_session_find(a->sessions, text);
	const struct sl_ended_call *ended = call ? NULL : sl_ended_find(&a->sessions->ended, text);
	struct sl_why why;

	if (!id)
		return json_pack("{s:s}", "error", "which call? the request has no id");
	if (ended)
		return json_pack("{s:s, s:I, s:s, s:o}", "id", id, "ended",
			(json_int_t)ended->ended, "reason", ended->reason, "why",
			why_list(ended->why));
	sl_call_why(call, a->sessions->env.guard, &why);
	return json_pack("{s:s, s:o}", "id", id, "why", why_list(&why));
}

static json_t *view_drops(struct sl_admin *a, const json_t *request)
{
	uint64_t total[SL_VERDICTS] = {0};
	json_t *rows = json_array();

	for (unsigned i = 0; i < sl_workers_count(); i++) {
		struct sl_worker_stats s;

		sl_worker_stats(i, &s);
		for (unsigned v = 0; v < SL_VERDICTS; v++)
			total[v] += s.verdicts[v];
	}
	for (unsigned v = SL_FORWARD + 1; v < SL_VERDICTS; v++)
		json_array_append_new(
			rows, json_pack("{s:s, s:I, s:s}", "name", reasons[v].name, "packets",
				      count(total[v]), "reason", reasons[v].text));
	return json_pack("{s:I, s:o, s:o}", "forwarded", count(total[SL_FORWARD]), "drops", rows,
		"guard drops", sl_admin_guard_drops(a->protection));
}

static json_t *guard_counters(const struct sl_interface *interface)
{
	static const char *const names[SL_GUARD_COUNTER_COUNT] = {
#define X(id, label, text) label,
		SL_GUARD_COUNTERS(X)
#undef X
	};
	uint64_t counters[SL_GUARD_COUNTER_COUNT];
	char why[SL_GUARD_WHY];
	json_t *all;

	if (!interface->guard || sl_guard_counters(interface->guard, counters, why))
		return json_null();
	all = json_object();
	for (unsigned i = 0; i < SL_GUARD_COUNTER_COUNT; i++)
		json_object_set_new(all, names[i], json_integer(count(counters[i])));
	return all;
}

static json_t *interfaces_of(const struct sl_admin *a, unsigned port)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < a->n_interfaces; i++) {
		const struct sl_interface *interface = &a->interfaces[i];

		for (int f = 0; f < SL_FAMILIES; f++) {
			char address[SL_ADDRESS_TEXT], advertise[SL_ADDRESS_TEXT];
			struct sl_portpool_counts pairs;

			if (interface->port != port || !interface->local[f].pool)
				continue;
			pairs = sl_interface_ports(interface, f);
			json_array_append_new(list,
				json_pack("{s:s, s:i, s:s, s:s, s:{s:i, s:i, s:i}}", "name",
					interface->config->name, "vlan", interface->config->vlan,
					"address",
					sl_address_text(interface->config->address[f].ip, address),
					"advertise",
					sl_address_text(
						interface->config->address[f].advertise, advertise),
					"pairs", "total", (int)pairs.total, "taken",
					(int)pairs.taken, "resting", (int)pairs.resting));
		}
	}
	return list;
}

static json_t *view_ports(struct sl_admin *a, const json_t *request)
{
	json_t *rows = json_array();

	for (unsigned port = 0; port < a->n_ports; port++) {
		struct sl_port_stats s;
		json_t *guard = json_null();

		for (unsigned i = 0; i < a->n_interfaces && json_is_null(guard); i++)
			if (a->interfaces[i].port == port)
				guard = guard_counters(&a->interfaces[i]);
		sl_port_stats((uint8_t)port, &s);
		json_array_append_new(rows,
			json_pack(
				"{s:s, s:s, s:b, s:i, s:i, s:s, s:I, s:I, s:I, s:I, s:I, s:o, s:o}",
				"name", sl_port_name((uint8_t)port), "driver",
				s.driver ? s.driver : "", "link", s.link_up, "mtu", (int)s.mtu,
				"queues", (int)s.queues, "spread", s.spread, "rx", count(s.rx),
				"tx", count(s.tx), "rx bytes", count(s.rx_bytes), "tx bytes",
				count(s.tx_bytes), "missed", count(s.rx_missed), "guard", guard,
				"interfaces", interfaces_of(a, port)));
	}
	return json_pack("{s:o}", "ports", rows);
}

static json_t *view_guard(struct sl_admin *a, const json_t *request)
{
	return sl_admin_guard(a->protection);
}

static json_t *view_metrics(struct sl_admin *a, const json_t *request)
{
	char *text = NULL;
	size_t len = 0;
	FILE *stream = open_memstream(&text, &len);
	json_t *answer;

	if (!stream)
		return NULL;
	sl_metrics_write(stream, a->sessions, a->protection);
	fclose(stream);
	answer = json_pack("{s:s}", "metrics", text ? text : "");
	free(text);
	return answer;
}

/* Who asks is part of the record. */
static json_t *guard_set(struct sl_admin *a, const json_t *request, const struct sl_peer *peer)
{
	char who[48];

	snprintf(who, sizeof(who), "uid %u, pid %d", peer->uid, (int)peer->pid);
	return sl_admin_guard_set(a->protection, request, who);
}

static const struct {
	const char *name;
	json_t *(*make)(struct sl_admin *a, const json_t *request);
} views[] = {
	{"status", view_status},
	{"calls", view_calls},
	{"call", view_call},
	{"why", view_why},
	{"drops", view_drops},
	{"ports", view_ports},
	{"guard", view_guard},
	{"metrics", view_metrics},
};

/* Takes `answer` over. */
static void send_json(json_t *answer, struct sl_server_reply *reply)
{
	char *text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;
	size_t len = text ? strlen(text) : 0;

	json_decref(answer);
	if (!text)
		return;
	text[len] = '\n'; /* in place of the NUL */
	reply->data = text;
	reply->len = len + 1;
}

static void start(void *state)
{
}

static ssize_t frame(void *state, const char *data, size_t len, char why[SL_SERVER_WHY])
{
	const char *end = memchr(data, '\n', len);

	return end ? end - data + 1 : 0;
}

static void refuse(void *context, const void *state, const char *data, const char *why,
	struct sl_server_reply *reply)
{
	send_json(json_pack("{s:s}", "error", why), reply);
}

static void serve(void *context, const struct sl_peer *peer, void *state, char *data, size_t len,
	struct sl_server_reply *reply)
{
	json_error_t error;
	json_t *request = json_loadb(data, len, JSON_REJECT_DUPLICATES, &error);
	const char *view = json_string_value(json_object_get(request, "view"));

	if (!request) {
		refuse(context, state, data, "the request is no JSON object", reply);
		return;
	}
	if (view && !strcmp(view, "events")) {
		struct sl_admin *a = context;

		reply->adopt = sl_events_adopt;
		reply->adopter = a->events;
		json_decref(request);
		return;
	}
	for (unsigned i = 0; view && i < sizeof(views) / sizeof(views[0]); i++)
		if (!strcmp(view, views[i].name)) {
			send_json(views[i].make(context, request), reply);
			json_decref(request);
			return;
		}
	if (view && !strcmp(view, "guard-set")) {
		send_json(guard_set(context, request, peer), reply);
		json_decref(request);
		return;
	}
	json_decref(request);
	refuse(context, state, data,
		"no such view: status, calls, call, why, events, drops, ports, guard, metrics",
		reply);
}

const struct sl_server_protocol sl_admin_protocol = {
	.name = "admin",
	.start = start,
	.frame = frame,
	.serve = serve,
	.refuse = refuse,
};
