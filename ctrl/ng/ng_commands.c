/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ng/ng_commands.h"

#include <string.h>

#include "ctrl/media/media_block.h"
#include "ctrl/ng/query.h"
#include "ctrl/ng/statistics.h"
#include "ctrl/observe/snapshot.h"
#include "ctrl/offer/hangup.h"
#include "ctrl/offer/offer.h"

enum { LIST_DEFAULT = 32, LIST_MAX = 1000 };

static int ping(struct sl_ng_request *r)
{
	sl_reply_key_string(&r->reply, "result", "pong");
	return 0;
}

static int need(struct sl_ng_request *r, struct sl_text text, const char *key)
{
	if (text.at && text.len && text.len <= SL_CALL_NAME && !memchr(text.at, '\0', text.len))
		return 0;
	return sl_refuse(&r->error, -SL_E_REQUEST, "%s %s", key,
		!text.at ? "is missing" : "is empty, too long or not printable");
}

static int offer_or_answer(struct sl_ng_request *r,
	ssize_t (*act)(struct sl_sessions *sessions, const struct sl_request *options, char *out,
		size_t room, struct sl_error *error))
{
	/* Room for the reply around it. */
	char sdp[SL_NG_REPLY_MAX - 1024];
	ssize_t len;

	if (need(r, r->options.call_id, "call-id") || need(r, r->options.from_tag, "from-tag"))
		return -SL_E_REQUEST;
	if (r->options.to_tag.at && need(r, r->options.to_tag, "to-tag"))
		return -SL_E_REQUEST;
	if (!r->options.sdp.at)
		return sl_refuse(&r->error, -SL_E_REQUEST, "sdp is missing");
	len = act(r->ng->sessions, &r->options, sdp, sizeof(sdp), &r->error);
	if (len < 0)
		return (int)len;
	sl_reply_key_string(&r->reply, "result", "ok");
	sl_reply_key_bytes(&r->reply, "sdp", sdp, (size_t)len);
	explicit_bzero(sdp, (size_t)len);
	return 0;
}

static int offer(struct sl_ng_request *r)
{
	return offer_or_answer(r, sl_offer);
}

static int answer(struct sl_ng_request *r)
{
	if (need(r, r->options.to_tag, "to-tag"))
		return -SL_E_REQUEST;
	return offer_or_answer(r, sl_answer);
}

/* Deleting what is not there is no mistake of the proxy: deletes are repeated. */
static int delete_nothing(struct sl_ng_request *r, const char *why)
{
	if (r->options.fatal)
		return sl_refuse(&r->error, -SL_E_CALL, "%s", why);
	r->unchanged = true;
	sl_reply_key_string(&r->reply, "result", "ok");
	sl_reply_key_string(&r->reply, "warning", why);
	return 0;
}

/* One that has timed out still tells what it carried. */
static int delete_ended(struct sl_ng_request *r)
{
	const struct sl_ended_call *ended = sl_ended_find(&r->ng->ended, r->options.call_id);

	if (!ended || r->options.fatal)
		return delete_nothing(r, "Unknown call-id");
	r->unchanged = true;
	sl_reply_key_string(&r->reply, "result", "ok");
	sl_reply_key_string(&r->reply, "warning", "the call had ended");
	if (!r->options.fast)
		sl_ended_write(&r->reply, ended);
	return 0;
}

static int delete (struct sl_ng_request *r)
{
	struct sl_sessions *sessions = r->ng->sessions;
	const char *warning;
	struct sl_call *call;

	if (need(r, r->options.call_id, "call-id"))
		return -SL_E_REQUEST;
	call = sl_session_find(sessions, r->options.call_id);
	if (!call)
		return delete_ended(r);
	/* Before: what there was to tell of it may be gone afterwards. */
	sl_reply_key_string(&r->reply, "result", "ok");
	if (!r->options.fast)
		sl_query_call(&r->reply, call, NULL);
	warning = sl_hangup(sessions, call, &r->options);
	if (!warning)
		return 0;
	sl_reply_start(&r->reply, r->reply.buf, r->reply.size, r->reply.format);
	sl_reply_dict(&r->reply);
	return delete_nothing(r, warning);
}

static int query(struct sl_ng_request *r)
{
	const struct sl_ended_call *ended;
	struct sl_call *call;
	struct sl_why why;

	if (need(r, r->options.call_id, "call-id"))
		return -SL_E_REQUEST;
	call = sl_session_find(r->ng->sessions, r->options.call_id);
	ended = call ? NULL : sl_ended_find(&r->ng->ended, r->options.call_id);
	if (ended) {
		sl_reply_key_string(&r->reply, "result", "ok");
		sl_ended_write(&r->reply, ended);
		return 0;
	}
	if (!call)
		return sl_refuse(&r->error, -SL_E_CALL, "Unknown call-id");
	sl_reply_key_string(&r->reply, "result", "ok");
	sl_call_why(r->ng->sessions, call, &why);
	sl_query_call(&r->reply, call, &why);
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

static int list(struct sl_ng_request *r)
{
	struct listing l = {&r->reply, LIST_DEFAULT};
	const struct sl_node *limit = sl_node_get(r->root, "limit");

	if (limit && (!sl_node_number(limit, &l.left) || l.left < 1 || l.left > LIST_MAX))
		return sl_refuse(
			&r->error, -SL_E_REQUEST, "limit is not between 1 and %d", LIST_MAX);
	sl_reply_key_string(&r->reply, "result", "ok");
	sl_reply_key(&r->reply, "calls");
	sl_reply_list(&r->reply);
	sl_sessions_walk(r->ng->sessions, list_one, &l);
	sl_reply_end(&r->reply);
	return 0;
}

/* Modules send a from-tag whether or not the script means it: `directional` says that it does. */
static int set_block(struct sl_ng_request *r, enum sl_media_block block, bool blocked)
{
	struct sl_text whose = {NULL, 0};
	struct sl_call *call;
	int rc;

	if (r->options.directional)
		whose = r->options.from_tag;

	if (need(r, r->options.call_id, "call-id"))
		return -SL_E_REQUEST;
	call = sl_session_find(r->ng->sessions, r->options.call_id);
	if (!call)
		return sl_refuse(&r->error, -SL_E_CALL, "Unknown call-id");
	rc = sl_media_block_set(r->ng->sessions, call, whose, block, blocked, &r->error);
	if (!rc)
		sl_reply_key_string(&r->reply, "result", "ok");
	return rc;
}

#define BLOCK(name, block, blocked)                  \
	static int name(struct sl_ng_request *r)     \
	{                                            \
		return set_block(r, block, blocked); \
	}
BLOCK(block_media, SL_BLOCK_MEDIA, true)
BLOCK(unblock_media, SL_BLOCK_MEDIA, false)
BLOCK(block_dtmf, SL_BLOCK_DTMF, true)
BLOCK(unblock_dtmf, SL_BLOCK_DTMF, false)
BLOCK(silence_media, SL_BLOCK_SILENCE, true)
BLOCK(unsilence_media, SL_BLOCK_SILENCE, false)
#undef BLOCK

static int statistics(struct sl_ng_request *r)
{
	sl_reply_key_string(&r->reply, "result", "ok");
	sl_reply_key(&r->reply, "statistics");
	sl_statistics_write(&r->reply, r->ng);
	return 0;
}

int (*const sl_ng_commands[SL_NG_COMMAND_COUNT])(struct sl_ng_request *r) = {
#define X(name, text) name,
	SL_NG_COMMANDS(X)
#undef X
};
