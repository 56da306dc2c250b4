/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ng/ng.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/base/log.h"
#include "ctrl/ng/ng_audit.h"
#include "ctrl/ng/ng_commands.h"
#include "ctrl/ng/ng_frame.h"
#include "ctrl/records/audit.h"
#include "dataplane/base/clock.h"
#include "sluice/stack_wipe.h"

enum { UNKNOWN_TEXT = 48 };

const char *const sl_ng_command_names[SL_NG_COMMAND_COUNT] = {
#define X(name, text) text,
	SL_NG_COMMANDS(X)
#undef X
};

const struct sl_histogram_bounds sl_ng_took_bounds = {
	10, {50e-6, 100e-6, 200e-6, 500e-6, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1}};

void sl_ng_notify(void *context, const struct sl_notice *notice)
{
	struct sl_ng *ng = context;

	if (notice->type == SL_NOTICE_TIMED_OUT)
		sl_ended_keep(&ng->ended, ng->sessions, notice->call, notice->reason,
			ng->sessions->env.timers.kept);
}

void sl_ng_fini(struct sl_ng *ng)
{
	sl_ended_fini(&ng->ended);
}

static void log_unknown(const char *where, const char *text, uint32_t len)
{
	static char seen[SL_NG_UNKNOWN_MAX][UNKNOWN_TEXT];
	static unsigned n;
	char line[UNKNOWN_TEXT];

	snprintf(line, sizeof(line), "%.10s %.32s", where, sl_word_of(text, len).text);
	for (unsigned i = 0; i < n; i++)
		if (!strcmp(seen[i], line))
			return;
	if (n == SL_NG_UNKNOWN_MAX)
		return;
	strcpy(seen[n++], line);
	sl_log(SL_LOG_NOTICE, "ng: nothing is done about %s (said once)", line);
}

static void error_reply(struct sl_reply *reply, const char *why)
{
	sl_reply_dict(reply);
	sl_reply_key_string(reply, "result", "error");
	sl_reply_key_string(reply, "error-reason", why);
	sl_reply_end(reply);
}

static_assert((int)SL_NG_REQUEST_MAX == SL_SERVER_REQUEST_MAX, "one limit");

/* A proxy that `supports` it takes it as: not this relay, now. */
static void load_limit_reply(struct sl_reply *reply, const char *why)
{
	sl_reply_dict(reply);
	sl_reply_key_string(reply, "result", "load limit");
	sl_reply_key_string(reply, "message", why);
	sl_reply_end(reply);
}

/* Room for a cookie, its space and a whole reply; `at` is where the reply starts. */
static char *reply_begin(const struct sl_ng_frame *d, const char *data, struct sl_server_reply *out,
	struct sl_reply *reply)
{
	size_t cookie = d ? d->body : 0;

	out->len = 0;
	out->data = malloc(cookie + SL_NG_REPLY_MAX);
	if (!out->data)
		return NULL;
	if (cookie)
		memcpy(out->data, data, cookie);
	sl_reply_start(reply, out->data + cookie, SL_NG_REPLY_MAX,
		d && d->json ? SL_REPLY_JSON : SL_REPLY_BENCODE);
	return out->data + cookie;
}

static void reply_end(char *at, struct sl_server_reply *out, struct sl_reply *reply)
{
	ssize_t len = sl_reply_finish(reply);

	if (len < 0) {
		sl_reply_start(reply, at, SL_NG_REPLY_MAX, reply->format);
		error_reply(reply, "the reply would be too large");
		len = sl_reply_finish(reply);
	}
	out->len = (size_t)(at - out->data) + (size_t)(len > 0 ? len : 0);
}

static enum sl_ng_command find_command(const struct sl_node *root)
{
	const struct sl_node *command = sl_node_get_type(root, "command", SL_NODE_STRING);
	enum sl_ng_command i;

	for (i = 0; i < SL_NG_COMMAND_COUNT; i++)
		if (sl_node_names(command, sl_ng_command_names[i]))
			break;
	return i;
}

/* Commands of the public NG reference. */
static int unknown_command(struct sl_ng_request *r)
{
	static const char *const refused[] = {"play media", "stop media", "play DTMF",
		"start recording", "stop recording", "pause recording", "start forwarding",
		"stop forwarding", "publish", "subscribe request", "subscribe answer",
		"unsubscribe", "create", "create answer", "connect", "mesh", "inject start",
		"inject stop", "trigger", "transform", "cli"};
	const struct sl_node *command = sl_node_get_type(r->root, "command", SL_NODE_STRING);

	for (unsigned i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (sl_node_names(command, refused[i]))
			return sl_refuse(&r->error, -SL_E_UNSUPPORTED,
				"%s: Sluice does not do this", refused[i]);
	return sl_refuse(&r->error, -SL_E_REQUEST, "the request has no command that is known here");
}

/* Neither SDP nor words about it: it has keys. */
static void debug_request(const struct sl_ng_request *r, enum sl_ng_command command, int rc)
{
	const struct sl_node *id = sl_node_get_type(r->root, "call-id", SL_NODE_STRING);
	struct sl_word call;

	if (command == SL_NG_COMMAND_COUNT || !sl_log_wanted(SL_LOG_DEBUG))
		return;
	call = id ? sl_word_of(id->str, id->len) : sl_word(NULL);
	sl_log_debug_event(
		SL_FIELDS(.call = id ? call.text : NULL, .command = sl_ng_command_names[command],
			.reason = rc ? sl_refusal_names[sl_refusal_of(rc)] : NULL),
		"ng: %s, call %s: %s", sl_ng_command_names[command], call.text,
		rc ? "refused" : "ok");
}

/* Returns the command that it was; SL_NG_COMMAND_COUNT: none that is known. */
static enum sl_ng_command act(struct sl_ng_request *r, char *at)
{
	enum sl_ng_command command = find_command(r->root);
	struct sl_ng *ng = r->ng;
	int rc;

	sl_reply_dict(&r->reply);
	if (command == SL_NG_COMMAND_COUNT) {
		ng->malformed++;
		rc = unknown_command(r);
	} else {
		ng->count[command].requests++;
		rc = sl_ng_options_read(r->root, &r->options, log_unknown, &r->error);
		if (!rc)
			rc = sl_ng_commands[command](r);
		if (rc) {
			ng->count[command].errors++;
			ng->refused[sl_refusal_of(rc)]++;
		}
	}
	debug_request(r, command, rc);
	sl_ng_audit(r, command, rc);
	if (!rc) {
		sl_reply_end(&r->reply);
		return command;
	}
	sl_reply_start(&r->reply, at, SL_NG_REPLY_MAX, r->reply.format);
	if (rc == -SL_E_LIMIT && r->options.load_limit)
		load_limit_reply(&r->reply, r->error.text);
	else
		error_reply(&r->reply, r->error.text);
	return command;
}

static void ng_serve(void *context, const struct sl_peer *peer, void *state, char *data, size_t len,
	struct sl_server_reply *out)
{
	struct sl_ng_frame *d = state;
	struct sl_json_request json = {0};
	struct sl_ng_request r = {.ng = context, .peer = peer, .root = &d->nodes[0]};
	char *at = reply_begin(d, data, out, &r.reply);
	/* A reply of another relay, or of our own to a forged source. Answered, it could go to and
	 * fro for ever. */
	bool stray = false;
	enum sl_ng_command command = SL_NG_COMMAND_COUNT;
	uint64_t start = sl_clock();

	if (!at)
		return;
	if (d->json && sl_json_request_parse(
			       &json, data + d->body, len - d->body, d->nodes, SL_NG_NODES)) {
		r.ng->malformed++;
		error_reply(&r.reply, json.reason);
	} else {
		stray = peer->kind == SL_PEER_UDP && r.root->type == SL_NODE_DICT &&
			!sl_node_get(r.root, "command");
		command = act(&r, at);
		if (d->json)
			sl_json_request_free(&json);
	}
	reply_end(at, out, &r.reply);
	if (command != SL_NG_COMMAND_COUNT)
		sl_histogram_add(&r.ng->took[command], &sl_ng_took_bounds,
			(double)(sl_clock() - start) / 1e9);
	if (stray)
		out->len = 0;
	explicit_bzero(&r, sizeof(r));
	sl_stack_wipe();
}

static void ng_refuse(void *context, const void *state, const char *data, const char *why,
	struct sl_server_reply *out)
{
	struct sl_ng *ng = context;
	struct sl_reply reply;
	char *at = reply_begin(state, data, out, &reply);

	ng->malformed++;
	if (!at)
		return;
	error_reply(&reply, why);
	reply_end(at, out, &reply);
}

static void ng_stranger(void *context, const struct sl_peer *peer)
{
	const struct sl_ng *ng = context;

	sl_audit_stranger(ng->audit, peer, "ng");
}

_Static_assert(sizeof(struct sl_ng_frame) <= SL_SERVER_STATE_MAX, "it has its place in a buffer");

const struct sl_server_protocol sl_ng_protocol = {
	.name = "ng",
	.start = sl_ng_frame_start,
	.frame = sl_ng_frame_feed,
	.serve = ng_serve,
	.cookie = sl_ng_cookie,
	.stranger = ng_stranger,
	.refuse = ng_refuse,
};
