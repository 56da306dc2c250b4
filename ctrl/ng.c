/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ng.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/gate.h"
#include "ctrl/hangup.h"
#include "ctrl/log.h"
#include "ctrl/ng_frame.h"
#include "ctrl/offer.h"
#include "ctrl/query.h"
#include "ctrl/reply.h"
#include "ctrl/statistics.h"

enum { LIST_DEFAULT = 32, LIST_MAX = 1000, UNKNOWN_TEXT = 48 };

struct request {
	struct sl_ng *ng;
	const struct sl_peer *peer;
	const struct sl_node *root;
	struct sl_ng_options options;
	struct sl_reply reply; /* a dictionary is open */
	char why[SL_NG_WHY];
};

const char *const sl_ng_command_names[SL_NG_COMMAND_COUNT] = {
#define X(name, text) text,
	SL_NG_COMMANDS(X)
#undef X
};

static void log_unknown(const char *where, const char *text, uint32_t len)
{
	static char seen[SL_NG_UNKNOWN_MAX][UNKNOWN_TEXT];
	static unsigned n;
	char line[UNKNOWN_TEXT];
	int room = len > 32 ? 32 : (int)len;

	snprintf(line, sizeof(line), "%.10s %.*s", where, room, text);
	for (char *c = line; *c; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
	for (unsigned i = 0; i < n; i++)
		if (!strcmp(seen[i], line))
			return;
	if (n == SL_NG_UNKNOWN_MAX)
		return;
	strcpy(seen[n++], line);
	sl_log(SL_LOG_NOTICE, "ng: nothing is done about %s (said once)", line);
}

static int ping(struct request *r)
{
	sl_reply_key_string(&r->reply, "result", "pong");
	return 0;
}

static int need(struct request *r, struct sl_text text, const char *key)
{
	if (text.at && text.len && text.len <= SL_MAX_NAME && !memchr(text.at, '\0', text.len))
		return 0;
	snprintf(r->why, SL_NG_WHY, "%s %s", key,
		!text.at ? "is missing" : "is empty, too long or not printable");
	return -EINVAL;
}

static int offer_or_answer(struct request *r,
	ssize_t (*act)(struct sl_sessions *sessions, const struct sl_ng_options *options, char *out,
		size_t room, char why[SL_NG_WHY]))
{
	/* Room for the reply around it. */
	char sdp[SL_NG_REPLY_MAX - 1024];
	ssize_t len;

	if (need(r, r->options.call_id, "call-id") || need(r, r->options.from_tag, "from-tag"))
		return -EINVAL;
	if (r->options.to_tag.at && need(r, r->options.to_tag, "to-tag"))
		return -EINVAL;
	if (!r->options.sdp.at) {
		snprintf(r->why, SL_NG_WHY, "sdp is missing");
		return -EINVAL;
	}
	len = act(r->ng->sessions, &r->options, sdp, sizeof(sdp), r->why);
	if (len < 0)
		return (int)len;
	sl_reply_key_string(&r->reply, "result", "ok");
	sl_reply_key_bytes(&r->reply, "sdp", sdp, (size_t)len);
	explicit_bzero(sdp, (size_t)len);
	return 0;
}

static int offer(struct request *r)
{
	return offer_or_answer(r, sl_offer);
}

static int answer(struct request *r)
{
	if (need(r, r->options.to_tag, "to-tag"))
		return -EINVAL;
	return offer_or_answer(r, sl_answer);
}

/* Deleting what is not there is no mistake of the proxy: deletes are repeated. */
static int delete_nothing(struct request *r, const char *why)
{
	snprintf(r->why, SL_NG_WHY, "%s", why);
	if (r->options.fatal)
		return -ENOENT;
	sl_reply_key_string(&r->reply, "result", "ok");
	sl_reply_key_string(&r->reply, "warning", why);
	return 0;
}

/* One that has timed out still tells what it carried. */
static int delete_ended(struct request *r)
{
	const struct sl_ended_call *ended =
		sl_ended_find(&r->ng->sessions->ended, r->options.call_id);

	if (!ended || r->options.fatal)
		return delete_nothing(r, "Unknown call-id");
	sl_reply_key_string(&r->reply, "result", "ok");
	sl_reply_key_string(&r->reply, "warning", "the call had ended");
	sl_ended_write(&r->reply, ended);
	return 0;
}

static int delete (struct request *r)
{
	struct sl_sessions *sessions = r->ng->sessions;
	const char *warning;
	struct sl_call *call;

	if (need(r, r->options.call_id, "call-id"))
		return -EINVAL;
	call = sl_session_find(sessions, r->options.call_id);
	if (!call)
		return delete_ended(r);
	/* Before: what there was to tell of it may be gone afterwards. */
	sl_reply_key_string(&r->reply, "result", "ok");
	sl_query_write(&r->reply, call);
	warning = sl_hangup(sessions, call, &r->options);
	if (!warning)
		return 0;
	sl_reply_start(&r->reply, r->reply.buf, r->reply.size, r->reply.format);
	sl_reply_dict(&r->reply);
	return delete_nothing(r, warning);
}

static int query(struct request *r)
{
	const struct sl_ended_call *ended;
	struct sl_call *call;

	if (need(r, r->options.call_id, "call-id"))
		return -EINVAL;
	call = sl_session_find(r->ng->sessions, r->options.call_id);
	ended = call ? NULL : sl_ended_find(&r->ng->sessions->ended, r->options.call_id);
	if (ended) {
		sl_reply_key_string(&r->reply, "result", "ok");
		sl_ended_write(&r->reply, ended);
		return 0;
	}
	if (!call) {
		snprintf(r->why, SL_NG_WHY, "Unknown call-id");
		return -ENOENT;
	}
	sl_reply_key_string(&r->reply, "result", "ok");
	sl_query_write(&r->reply, call);
	sl_query_write_why(&r->reply, call, r->ng->sessions->env.guard);
	return 0;
}

struct listing {
	struct sl_reply *reply;
	int64_t left;
};

static void list_one(const struct sl_call *call, void *context)
{
	struct listing *l = context;

	if (l->left-- > 0 && l->reply->len + strlen(call->id) + 256 < SL_NG_REPLY_MAX)
		sl_reply_string(l->reply, call->id);
}

static int list(struct request *r)
{
	struct listing l = {&r->reply, LIST_DEFAULT};
	const struct sl_node *limit = sl_node_get(r->root, "limit");

	if (limit && (!sl_node_number(limit, &l.left) || l.left < 1 || l.left > LIST_MAX)) {
		snprintf(r->why, SL_NG_WHY, "limit is not between 1 and %d", LIST_MAX);
		return -EINVAL;
	}
	sl_reply_key_string(&r->reply, "result", "ok");
	sl_reply_key(&r->reply, "calls");
	sl_reply_list(&r->reply);
	sl_sessions_walk(r->ng->sessions, list_one, &l);
	sl_reply_end(&r->reply);
	return 0;
}

static int gate(struct request *r, enum sl_gate which, bool closed)
{
	struct sl_call *call;
	int rc;

	if (need(r, r->options.call_id, "call-id"))
		return -EINVAL;
	call = sl_session_find(r->ng->sessions, r->options.call_id);
	if (!call) {
		snprintf(r->why, SL_NG_WHY, "Unknown call-id");
		return -ENOENT;
	}
	rc = sl_gate_set(r->ng->sessions, call, r->options.from_tag, which, closed, r->why);
	if (!rc)
		sl_reply_key_string(&r->reply, "result", "ok");
	return rc;
}

#define GATE(name, which, closed)              \
	static int name(struct request *r)     \
	{                                      \
		return gate(r, which, closed); \
	}
GATE(block_media, SL_GATE_BLOCK, true)
GATE(unblock_media, SL_GATE_BLOCK, false)
GATE(block_dtmf, SL_GATE_DTMF, true)
GATE(unblock_dtmf, SL_GATE_DTMF, false)
GATE(silence_media, SL_GATE_SILENCE, true)
GATE(unsilence_media, SL_GATE_SILENCE, false)
#undef GATE

static int statistics(struct request *r)
{
	sl_reply_key_string(&r->reply, "result", "ok");
	sl_reply_key(&r->reply, "statistics");
	sl_statistics_write(&r->reply, r->ng);
	return 0;
}

static int (*const handlers[SL_NG_COMMAND_COUNT])(struct request *r) = {
#define X(name, text) name,
	SL_NG_COMMANDS(X)
#undef X
};

static void error_reply(struct sl_reply *reply, const char *why)
{
	sl_reply_dict(reply);
	sl_reply_key_string(reply, "result", "error");
	sl_reply_key_string(reply, "error-reason", why);
	sl_reply_end(reply);
}

static_assert((int)SL_NG_REQUEST_MAX == SL_SERVER_REQUEST_MAX, "one limit");
static_assert((int)SL_NG_FRAME_WHY == SL_SERVER_WHY, "one limit");

/* What a proxy that `supports` it takes as: not this relay, now. */
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
		if (sl_node_is(command, sl_ng_command_names[i]))
			break;
	return i;
}

/* Of the public NG reference. */
static int unknown_command(struct request *r)
{
	static const char *const refused[] = {"play media", "stop media", "play DTMF",
		"start recording", "stop recording", "pause recording", "start forwarding",
		"stop forwarding", "publish", "subscribe request", "subscribe answer",
		"unsubscribe", "create", "create answer", "connect", "trigger", "transform", "cli"};
	const struct sl_node *command = sl_node_get_type(r->root, "command", SL_NODE_STRING);

	for (unsigned i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (sl_node_is(command, refused[i])) {
			snprintf(r->why, SL_NG_WHY, "%s: Sluice does not do this", refused[i]);
			return -ENOTSUP;
		}
	snprintf(r->why, SL_NG_WHY, "the request has no command that is known here");
	return -EINVAL;
}

static void act(struct request *r, char *at)
{
	enum sl_ng_command command = find_command(r->root);
	struct sl_ng *ng = r->ng;
	int rc = -EINVAL;

	sl_reply_dict(&r->reply);
	if (command == SL_NG_COMMAND_COUNT) {
		ng->malformed++;
		rc = unknown_command(r);
	} else {
		ng->count[command].requests++;
		rc = sl_ng_options_read(r->root, &r->options, log_unknown, r->why);
		if (!rc)
			rc = handlers[command](r);
		if (rc) {
			ng->count[command].errors++;
			ng->refused[sl_refusal_of(rc)]++;
		}
	}
	if (!rc) {
		sl_reply_end(&r->reply);
		return;
	}
	sl_reply_start(&r->reply, at, SL_NG_REPLY_MAX, r->reply.format);
	if (rc == -EUSERS && r->options.load_limit)
		load_limit_reply(&r->reply, r->why);
	else
		error_reply(&r->reply, r->why);
}

static void ng_serve(void *context, const struct sl_peer *peer, void *state, char *data, size_t len,
	struct sl_server_reply *out)
{
	struct sl_ng_frame *d = state;
	struct sl_json_request json = {0};
	struct request r = {.ng = context, .peer = peer, .root = &d->nodes[0]};
	char *at = reply_begin(d, data, out, &r.reply);
	/* A reply of another relay, or of our own to a forged source. Answered, it could go to and
	 * fro for ever. */
	bool stray = false;

	if (!at)
		return;
	if (d->json && sl_json_request_parse(
			       &json, data + d->body, len - d->body, d->nodes, SL_NG_NODES)) {
		r.ng->malformed++;
		error_reply(&r.reply, json.reason);
	} else {
		stray = peer->kind == SL_PEER_UDP && r.root->type == SL_NODE_DICT &&
			!sl_node_get(r.root, "command");
		act(&r, at);
		if (d->json)
			sl_json_request_free(&json);
	}
	reply_end(at, out, &r.reply);
	if (stray)
		out->len = 0;
	explicit_bzero(&r, sizeof(r));
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

_Static_assert(sizeof(struct sl_ng_frame) <= SL_SERVER_STATE_MAX, "it has its place in a buffer");

const struct sl_server_protocol sl_ng_protocol = {
	.name = "ng",
	.start = sl_ng_frame_start,
	.frame = sl_ng_frame_feed,
	.serve = ng_serve,
	.cookie = sl_ng_cookie,
	.refuse = ng_refuse,
};
