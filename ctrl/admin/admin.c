/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/admin/admin.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/admin/admin_call.h"
#include "ctrl/admin/admin_guard.h"
#include "ctrl/admin/admin_ports.h"
#include "ctrl/admin/admin_status.h"
#include "ctrl/admin/metrics.h"
#include "ctrl/base/log.h"
#include "ctrl/call/capacity.h"
#include "ctrl/observe/snapshot.h"
#include "ctrl/records/json_text.h"

static json_t *view_status(struct sl_admin *a, const json_t *request)
{
	return sl_admin_status(a);
}

static json_t *view_calls(struct sl_admin *a, const json_t *request)
{
	return sl_admin_calls(a->sessions, request);
}

static json_t *view_call(struct sl_admin *a, const json_t *request)
{
	const char *id = json_string_value(json_object_get(request, "id"));
	struct sl_text text = {id, id ? (uint32_t)strlen(id) : 0};
	const struct sl_call *call = sl_session_find(a->sessions, text);
	struct sl_call_view view;

	if (!id)
		return sl_json_error("which call? the request has no id");
	if (!call)
		return sl_json_error("there is no such call");
	sl_view_call(call, &view);
	return sl_admin_call(a->sessions, &view);
}

static json_t *why_list(const struct sl_why *why)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < why->n; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:o}", "cause", sl_cause_labels[why->list[i].cause],
				      "text", sl_json_text(why->list[i].text)));
	return list;
}

/* Answers for a call that is over: what was in its way at the end. */
static json_t *view_why(struct sl_admin *a, const json_t *request)
{
	const char *id = json_string_value(json_object_get(request, "id"));
	struct sl_text text = {id, id ? (uint32_t)strlen(id) : 0};
	const struct sl_call *call = sl_session_find(a->sessions, text);
	const struct sl_ended_call *ended = call ? NULL : sl_ended_find(&a->ng->ended, text);
	struct sl_why why;

	if (!id)
		return sl_json_error("which call? the request has no id");
	if (ended)
		return json_pack("{s:s, s:I, s:s, s:o}", "id", id, "ended",
			(json_int_t)ended->ended, "reason", ended->reason, "why",
			why_list(ended->why));
	sl_call_why(a->sessions, call, &why);
	return json_pack("{s:s, s:o}", "id", id, "why", why_list(&why));
}

static json_t *view_drops(struct sl_admin *a, const json_t *request)
{
	return sl_admin_drops(a);
}

static json_t *view_ports(struct sl_admin *a, const json_t *request)
{
	return sl_admin_ports(a);
}

static json_t *view_guard(struct sl_admin *a, const json_t *request)
{
	return sl_admin_guard(a->protection);
}

/* Beside the text: does the relay take new calls, and if not, which limit is it? */
static json_t *view_metrics(struct sl_admin *a, const json_t *request)
{
	struct sl_capacity capacity;
	char *text = NULL;
	size_t len = 0;
	FILE *stream = open_memstream(&text, &len);
	json_t *answer;

	if (!stream)
		return NULL;
	sl_metrics_write(stream, a);
	fclose(stream);
	sl_capacity_read(a->sessions, &capacity);
	answer = json_pack("{s:o, s:b}", "metrics", sl_json_text(text ? text : ""), "accepting",
		capacity.refused_by == SL_ADMITTED);
	if (capacity.refused_by != SL_ADMITTED)
		json_object_set_new(answer, "refused_by",
			json_string(sl_admission_labels[capacity.refused_by]));
	free(text);
	return answer;
}

/* To be noted elsewhere: it shows whether the end of the trail was cut off. */
static json_t *view_audit(struct sl_admin *a, const json_t *request)
{
	struct sl_chain head;
	char text[SL_CHAIN_HEAD];

	if (!a->records->audit)
		return sl_json_error("there is no audit trail; see [records]");
	head = sl_audit_head(a->records->audit);
	return json_pack("{s:s}", "head", sl_chain_text(&head, text));
}

static json_t *view_config(struct sl_admin *a, const json_t *request)
{
	size_t len = 0;
	char *text = sl_reload_text(a->running, &len);
	json_t *answer = text ? json_pack("{s:o, s:o}", "path", sl_json_text(a->running->path),
					"config", sl_json_text(text))
			      : NULL;

	free(text);
	return answer;
}

static json_t *view_config_diff(struct sl_admin *a, const json_t *request)
{
	return sl_reload_diff(a->running);
}

/* Who asks is part of the record. */
static json_t *set_guard(struct sl_admin *a, const json_t *request, const struct sl_peer *peer)
{
	char who[48];

	snprintf(who, sizeof(who), "uid %u, pid %d", peer->uid, (int)peer->pid);
	return sl_admin_guard_set(a->protection, request, who);
}

/* After its files were renamed, so that they are made anew at once. */
static json_t *rotate(struct sl_admin *a, const json_t *request, const struct sl_peer *peer)
{
	if (!sl_records_rotate(a->records))
		return sl_json_error("nothing is recorded; see [records]");
	return json_pack("{s:s}", "done", "rotate");
}

static const struct {
	const char *name;
	json_t *(*make)(struct sl_admin *a, const json_t *request);
	bool counters; /* names no call: also for who may only read */
} views[] = {
	{"status", view_status, true},
	{"calls", view_calls},
	{"call", view_call},
	{"why", view_why},
	{"drops", view_drops, true},
	{"ports", view_ports, true},
	{"guard", view_guard, true},
	{"metrics", view_metrics, true},
	{"audit", view_audit},
	{"config", view_config},
	{"config-diff", view_config_diff},
};

/* NULL: the peer may have it; else the answer that it may not. */
static json_t *forbid(
	const struct sl_admin *a, const char *view, const char *verb, const struct sl_peer *peer)
{
	const char *wanted = view ? view : verb;

	if (!peer->read_only)
		return NULL;
	for (unsigned i = 0; view && i < sizeof(views) / sizeof(views[0]); i++)
		if (views[i].counters && !strcmp(view, views[i].name))
			return NULL;
	sl_audit_stranger(a->records->audit, peer, "ctl");
	SL_LOG_LIMITED_EVENT(SL_LOG_WARNING,
		SL_FIELDS(.command = wanted, .reason = "may only read counters",
			.uid = sl_decimal(peer->uid).text,
			.pid = sl_decimal((uint64_t)peer->pid).text),
		"admin: uid %u (pid %d) may only read counters, refused: %s", peer->uid,
		(int)peer->pid, wanted ? sl_word(wanted).text : "-");
	return sl_json_error(
		"this user may only read counters (admin-read): status, drops, ports, guard, "
		"metrics; ask as root or as the service user");
}

static json_t *reload(struct sl_admin *a, const json_t *request, const struct sl_peer *peer)
{
	return sl_reload(a->running, peer);
}

static const struct {
	const char *name;
	json_t *(*act)(struct sl_admin *a, const json_t *request, const struct sl_peer *peer);
	bool recorded; /* by itself, change by change */
} verbs[] = {
	{"set-guard", set_guard},
	{"rotate", rotate},
	{"reload", reload, true},
};

static const char *text_of(const json_t *json, const char *key)
{
	return json_string_value(json_object_get(json, key));
}

/* Records what was asked to be changed; `answer` NULL: it was done. Returns `answer`. */
static json_t *record(const struct sl_admin *a, const char *command, const json_t *request,
	const struct sl_peer *peer, json_t *answer)
{
	const char *id = text_of(request, "id");

	sl_audit(a->records->audit, &(struct sl_audit_entry){
					    .peer = peer,
					    .via = "ctl",
					    .command = command,
					    .call = {id, id ? (uint32_t)strlen(id) : 0},
					    .key = text_of(request, "key"),
					    .value = text_of(request, "value"),
					    .refused = text_of(answer, "error"),
				    });
	return answer;
}

/* The connection goes on as a stream, or there is an answer that says why not. */
static json_t *stream(struct sl_admin *a, const json_t *request, const char *view,
	const struct sl_peer *peer, struct sl_server_reply *reply)
{
	bool events = !strcmp(view, "events");
	json_t *no = events ? NULL : sl_taps_ask(a->taps, request, peer);

	/* Media that leaves decrypted changes nothing, and is the last that may go unnoticed. */
	if (!strcmp(view, "capture") && json_is_true(json_object_get(request, "clear")))
		record(a, "capture-clear", request, peer, no);
	if (no)
		return no;
	reply->adopt = events ? sl_events_adopt : sl_taps_adopt;
	reply->adopter = events ? (void *)a->events : a->taps;
	return NULL;
}

static bool streams(const char *view)
{
	return !strcmp(view, "events") || !strcmp(view, "trace") || !strcmp(view, "capture");
}

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

static ssize_t frame(void *state, const char *data, size_t len, struct sl_error *error)
{
	const char *end = memchr(data, '\n', len);

	return end ? end - data + 1 : 0;
}

static void refuse(void *context, const void *state, const char *data, const char *why,
	struct sl_server_reply *reply)
{
	send_json(sl_json_error(why), reply);
}

/* Returns what to send; NULL: nothing, the connection goes on as a stream. */
static json_t *answer(struct sl_admin *a, const json_t *request, const struct sl_peer *peer,
	struct sl_server_reply *reply)
{
	const char *view = json_string_value(json_object_get(request, "view"));
	const char *verb = json_string_value(json_object_get(request, "do"));
	json_t *no = forbid(a, view, verb, peer);

	if (no)
		return no;
	if (view && streams(view))
		return stream(a, request, view, peer, reply);
	for (unsigned i = 0; view && i < sizeof(views) / sizeof(views[0]); i++)
		if (!strcmp(view, views[i].name))
			return views[i].make(a, request);
	for (unsigned i = 0; verb && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(verb, verbs[i].name)) {
			json_t *done = verbs[i].act(a, request, peer);

			return verbs[i].recorded ? done : record(a, verb, request, peer, done);
		}
	if (verb)
		return sl_json_error("no such verb to do: set-guard, rotate, reload");
	return sl_json_error(
		"no such view: status, calls, call, why, events, trace, capture, drops, ports, "
		"guard, metrics, audit, config, config-diff");
}

static void serve(void *context, const struct sl_peer *peer, void *state, char *data, size_t len,
	struct sl_server_reply *reply)
{
	json_error_t error;
	json_t *request = json_loadb(data, len, JSON_REJECT_DUPLICATES, &error);

	if (!request) {
		refuse(context, state, data, "the request is no JSON object", reply);
		return;
	}
	send_json(answer(context, request, peer, reply), reply);
	json_decref(request);
}

static void stranger(void *context, const struct sl_peer *peer)
{
	const struct sl_admin *a = context;

	sl_audit_stranger(a->records->audit, peer, "ctl");
}

const struct sl_server_protocol sl_admin_protocol = {
	.name = "admin",
	.start = start,
	.frame = frame,
	.serve = serve,
	.stranger = stranger,
	.refuse = refuse,
};
