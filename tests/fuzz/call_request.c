/* SPDX-License-Identifier: BSD-3-Clause */
#include "call_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/ng/ng_frame.h"
#include "tests/unit/ctrl/ng/world_trace.h"

static const char *const flags[] = {"SDES-no-AES_CM_128_HMAC_SHA1_80", "SDES-no-AEAD_AES_256_GCM",
	"SDES-only-AES_CM_128_HMAC_SHA1_80", "SDES-only-AEAD_AES_256_GCM", "SDES-nonew", "SDES-off",
	"SDES-static", "SDES-lifetime", "SDES-order:AES_CM_128_HMAC_SHA1_80;",
	"SDES-offerer_pref:AES_256_CM_HMAC_SHA1_80;", "SDES-unencrypted_srtp", "OSRTP-offer",
	"OSRTP-accept", "OSRTP-offer-legacy", "rtcp-mux-offer", "rtcp-mux-require",
	"rtcp-mux-demux", "rtcp-mux-accept", "rtcp-mux-reject", "full-rtcp-attribute",
	"no-rtcp-attribute", "generate-mid", "replace-origin", "replace-session-connection",
	"ICE-remove", "ICE-force", "asymmetric", "strict-source", "media-handover",
	"SIP-source-address", "emergency", "block-DTMF", "trust-address", "codec-strip-PCMU",
	"codec-strip-all", "codec-mask-PCMA", "codec-except-PCMU", "codec-offer-PCMA",
	"codec-transcode-PCMU", "codec-transcode-opus", "single-codec", "sdp-media-remove-audio",
	"sdp-media-remove-video", "sdp-attr-add-audio-ptime:20", "sdp-attr-remove-audio-ptime:20",
	"sdp-attr-add-none-x:1", "SRTP", "RTP", "AVPF", "RTP/SAVP", "DTLS", "WebRTC", "directional",
	"fatal", "fast", "port-latching", "loop-protect", "never-heard-of", "always-transcode",
	"SDES_only_AES_CM_128_HMAC_SHA1_32", "sdes no AES_256_CM_HMAC_SHA1_80"};

const char *call_name(unsigned call)
{
	static const char *const names[CALLS] = {"call0", "call1", "call2", "call 3\"}\xc3\xa9"};

	return names[call % CALLS];
}

const char *tag_name(unsigned tag)
{
	static const char *const names[TAGS] = {
		"t0", "t1", "t2", "t3", "t4", "t5", "t6", "t 7\\\"\xc3\xa9"};

	return names[tag % TAGS];
}

void request_begin(struct request *r, const char *command, unsigned call, unsigned how)
{
	r->call = call % CALLS;
	r->cookie = how & WITH_COOKIE ? (size_t)sprintf(r->text, "cookie ") : 0;
	sl_reply_start(&r->out, r->text + r->cookie, sizeof(r->text) - r->cookie,
		how & AS_JSON ? SL_REPLY_JSON : SL_REPLY_BENCODE);
	sl_reply_dict(&r->out);
	request_string(r, "command", command);
	request_string(r, "call-id", call_name(call));
}

void request_string(struct request *r, const char *key, const char *value)
{
	sl_reply_key_string(&r->out, key, value);
}

void request_branch(struct request *r, unsigned branch)
{
	char name[8];

	snprintf(name, sizeof(name), "b%u", branch % BRANCHES);
	request_string(r, "via-branch", name);
}

static bool is_raw(const struct step *s)
{
	return s->a[0] & 0x80;
}

void request_flags(struct request *r, const char *more)
{
	char raw[sizeof(draft.flag)];
	size_t n = 0;

	sl_reply_key(&r->out, "flags");
	sl_reply_list(&r->out);
	if (more)
		sl_reply_string(&r->out, more);
	for (unsigned i = 0; i < draft.n_flags; i++) {
		const struct step *s = &draft.flag[i];

		if (!is_raw(s))
			sl_reply_string(&r->out, flags[s->a[1] % RTE_DIM(flags)]);
		else if (s->a[0] & 1)
			sl_reply_bytes(&r->out, (const char *)s->a + 1,
				strnlen((const char *)s->a + 1, sizeof(s->a) - 1));
	}
	sl_reply_end(&r->out);
	for (unsigned i = 0; i < draft.n_flags; i++) {
		const struct step *s = &draft.flag[i];

		if (!is_raw(s) || s->a[0] & 1)
			continue;
		memcpy(raw + n, s->a + 1, sizeof(s->a) - 1);
		n += sizeof(s->a) - 1;
	}
	if (n)
		sl_reply_key_bytes(&r->out, "rtpp-flags", raw, n);
}

/* As a server would: all of it at once, in a block of just its size. */
static void serve(const struct request *r, struct sl_server_reply *reply)
{
	static char state[SL_SERVER_STATE_MAX] __attribute__((aligned(64)));
	const struct sl_peer peer = {.kind = SL_PEER_UNIX};
	struct sl_error error = {0};
	char *data = malloc(r->len + 1);
	ssize_t end;

	if (!data)
		abort();
	memcpy(data, r->text, r->len);
	data[r->len] = '\0';
	memory_arm(true);
	sl_ng_protocol.start(state);
	end = sl_ng_protocol.frame(state, data, r->len, &error);
	if (end == 0)
		violated("a request that is whole is waited for");
	if (end < 0)
		sl_ng_protocol.refuse(&world.ng, state, data, error.text, reply);
	else
		sl_ng_protocol.serve(&world.ng, &peer, state, data, (size_t)end, reply);
	memory_arm(false);
	free(data);
}

static void take_string(const struct sl_node *root, const char *key, char *out, size_t room)
{
	const struct sl_node *node = sl_node_get_type(root, key, SL_NODE_STRING);

	if (node && node->len >= room)
		violated("`%s` is too long", key);
	if (node && node->len)
		memcpy(out, node->str, node->len);
	out[node ? node->len : 0] = '\0';
}

static void take(const struct sl_node *root, struct answer *a)
{
	const struct sl_node *result = sl_node_get_type(root, "result", SL_NODE_STRING);

	if (root->type != SL_NODE_DICT || !result)
		violated("a reply without a result");
	a->ok = sl_node_is(result, "ok") || sl_node_is(result, "pong");
	a->warned = sl_node_get(root, "warning") != NULL;
	take_string(root, "sdp", a->sdp, sizeof(a->sdp));
	a->sdp_len = strlen(a->sdp);
	take_string(root, sl_node_is(result, "error") ? "error-reason" : "message", a->why,
		sizeof(a->why));
	if (!a->ok && !*a->why)
		violated("refused without a reason");
	for (const char *c = a->why; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			violated("a reason that does not print");
}

static void read_reply(
	const struct request *r, const struct sl_server_reply *reply, struct answer *a)
{
	static struct sl_node nodes[4096];
	const char *text = reply->data + r->cookie;
	size_t len = reply->len - r->cookie;
	struct sl_json_request json;
	struct sl_bencode bencode;

	if (!reply->data || reply->len <= r->cookie || memcmp(reply->data, r->text, r->cookie) != 0)
		violated("no reply, or not under its cookie");
	if (r->out.format == SL_REPLY_JSON) {
		if (sl_json_request_parse(&json, text, len, nodes, RTE_DIM(nodes)))
			violated("the reply is no JSON: %s", json.reason);
		take(&nodes[0], a);
		sl_json_request_free(&json);
		return;
	}
	sl_bencode_start(&bencode, nodes, RTE_DIM(nodes), SL_NG_REPLY_MAX);
	if (sl_bencode_feed(&bencode, text, len) != 1 || bencode.pos != len)
		violated("the reply is no bencode");
	take(&nodes[0], a);
}

static size_t snapshot(unsigned call, char *out, size_t room)
{
	const char *name = call_name(call);

	return world_snapshot((struct sl_text){name, (uint32_t)strlen(name)}, out, room);
}

void request_send(struct request *r, struct answer *answer)
{
	static char before[SL_NG_REPLY_MAX], after[SL_NG_REPLY_MAX];
	size_t len = snapshot(r->call, before, sizeof(before)), now;
	struct sl_server_reply reply = {0};
	ssize_t end;

	sl_reply_end(&r->out);
	end = sl_reply_finish(&r->out);
	if (end < 0)
		violated("a request that cannot be written");
	r->len = r->cookie + (size_t)end;
	note("%.*s", (int)r->len, r->text);
	memset(answer, 0, sizeof(*answer));
	serve(r, &reply);
	read_reply(r, &reply, answer);
	note("-> %.*s", (int)reply.len, reply.data);
	if (!calls[r->call].tampered && draft_has_key(reply.data, reply.len))
		violated("a reply with a key of a party");
	free(reply.data);
	if (answer->ok)
		return;
	now = snapshot(r->call, after, sizeof(after));
	if (now != len || memcmp(before, after, len) != 0)
		violated("what was refused has changed the call:\n%.*s\n%.*s", (int)len, before,
			(int)now, after);
}
