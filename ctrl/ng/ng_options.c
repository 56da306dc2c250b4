/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ng/ng_options.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "ctrl/ng/ng_option_keys.h"
#include "ctrl/ng/rtpp_flags.h"
#include "ctrl/sdp/sdp_text.h"

enum { RAW_NODES = 256 };

/* Flags and keys that say what Sluice does anyway, or what does not concern it: not worth a line in
 * the log. */
static const char *const quiet_flags[] = {"trust-address", "symmetric", "port-latching",
	"no-port-latching", "replace-zero-address", "loop-protect", "via-branch", "to-tag",
	"pad-crypto", "original-sendrecv", "reject-ICE", "trickle-ICE", "debug", "debugging",
	"no-redis-update", "unidirectional", "new-branch", "provisional", "force", "force-answer",
	"allow-transcoding", "reset", "recrypt", "no-tls-id", NULL};

static const char *const quiet_keys[] = {"command", "call-id", "from-tag", "to-tag", "via-branch",
	"sdp", "rtpp-flags", "limit", "to-label", "set-label", "metadata", "DTLS", "DTLS-reverse",
	"DTLS-fingerprint", "ICE-lite", "endpoint-learning", "xmlrpc-callback", "template",
	"SIP-message-type", "SIP-code", NULL};

/* Case does not matter, nor which of three is written between words. */
static char fold(char c)
{
	if (c == ' ' || c == '_')
		return '-';
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool sl_ng_starts(struct sl_text text, const char *prefix, struct sl_text *rest)
{
	uint32_t len = 0;

	if (!text.at)
		return false;
	for (; prefix[len]; len++)
		if (len == text.len || fold(text.at[len]) != fold(prefix[len]))
			return false;
	*rest = (struct sl_text){text.at + len, text.len - len};
	return true;
}

bool sl_ng_is(struct sl_text text, const char *string)
{
	struct sl_text rest;

	return sl_ng_starts(text, string, &rest) && rest.len == 0;
}

static bool is_one_of(struct sl_text text, const char *const *strings)
{
	for (; *strings; strings++)
		if (sl_ng_is(text, *strings))
			return true;
	return false;
}

void sl_ng_ignore(struct sl_ng_reader *r, const char *where, struct sl_text text)
{
	if (r->unknown)
		r->unknown(where, text.at, text.len);
}

/* The reason goes to the log of a proxy: nothing in it may end a line there. */
void sl_ng_refuse(struct sl_ng_reader *r, int rc, const char *what, struct sl_text text)
{
	int len = text.len > 64 ? 64 : (int)text.len;

	if (r->error->code)
		return;
	sl_refuse(r->error, rc, "%s '%.*s'", what, len, text.at ? text.at : "");
	for (char *c = r->error->text; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
}

struct sl_text sl_ng_text(const struct sl_node *node)
{
	if (!node || node->type != SL_NODE_STRING)
		return (struct sl_text){NULL, 0};
	return (struct sl_text){node->str, node->len};
}

struct sl_text sl_ng_key_of(const struct sl_node *node)
{
	return (struct sl_text){node->key ? node->key : "", node->key_len};
}

/* A value is one string or a list of strings, unless the key has a reader of its own for trees. */
static void read_values(
	struct sl_ng_reader *r, const struct sl_node *node, const struct sl_ng_key *key)
{
	struct sl_text name = {key->name, (uint32_t)strlen(key->name)};

	if (key->tree) {
		key->tree(r, node);
		return;
	}
	if (node->type == SL_NODE_STRING)
		key->read(r, sl_ng_text(node));
	else if (node->type != SL_NODE_LIST)
		sl_ng_refuse(
			r, -SL_E_REQUEST, "a string or a list of strings is expected in", name);
	SL_NODE_FOREACH(member, node)
	{
		if (node->type != SL_NODE_LIST)
			break;
		if (member->type == SL_NODE_STRING)
			key->read(r, sl_ng_text(member));
		else
			sl_ng_refuse(r, -SL_E_REQUEST, "a list of strings is expected in", name);
	}
}

static void read_key(struct sl_ng_reader *r, struct sl_text name, const struct sl_node *value)
{
	for (const struct sl_ng_key *key = sl_ng_keys; key->name; key++)
		if (sl_ng_is(name, key->name)) {
			read_values(r, value, key);
			return;
		}
	if (!is_one_of(name, quiet_keys))
		sl_ng_ignore(r, "key", name);
}

/* The words by which Kamailio's module chooses a profile, as it does when it reads them itself. */
static bool read_profile_word(struct sl_ng_reader *r, struct sl_text text)
{
	bool srtp = r->o->proto == SL_SDP_SAVP || r->o->proto == SL_SDP_SAVPF;
	bool feedback = r->o->proto == SL_SDP_AVPF || r->o->proto == SL_SDP_SAVPF;

	if (sl_ng_is(text, "SRTP"))
		srtp = true;
	else if (sl_ng_is(text, "AVPF"))
		feedback = true;
	else if (!sl_ng_is(text, "RTP") && !sl_ng_is(text, "AVP"))
		return false;
	if (feedback)
		r->o->proto = srtp ? SL_SDP_SAVPF : SL_SDP_AVPF;
	else
		r->o->proto = srtp ? SL_SDP_SAVP : SL_SDP_AVP;
	return true;
}

/* About where the sender is. */
static bool read_source_word(struct sl_source_options *source, struct sl_text text)
{
	if (sl_ng_is(text, "asymmetric"))
		source->asymmetric = true;
	else if (sl_ng_is(text, "strict-source"))
		source->strict = true;
	else if (sl_ng_is(text, "media-handover"))
		source->handover = true;
	else if (sl_ng_is(text, "SIP-source-address"))
		source->sip_source = true;
	else
		return false;
	return true;
}

static bool read_word(struct sl_ng_reader *r, struct sl_text text)
{
	struct sl_request *o = r->o;
	struct sl_node name = {.type = SL_NODE_STRING, .str = text.at, .len = text.len};
	struct sl_text rest;

	if (sl_ng_is(text, "fatal"))
		o->fatal = true;
	else if (sl_ng_is(text, "fast"))
		o->fast = true;
	else if (sl_ng_is(text, "directional"))
		o->directional = true;
	else if (sl_ng_is(text, "block-DTMF"))
		o->block_dtmf = true;
	else if (sl_ng_is(text, "emergency"))
		o->emergency = true;
	else if (sl_ng_is(text, "generate-mid"))
		o->generate_mid = true;
	else if (sl_ng_is(text, "full-rtcp-attribute"))
		o->rtcp_attribute = SL_RTCP_LINE_FULL;
	else if (sl_ng_is(text, "no-rtcp-attribute"))
		o->rtcp_attribute = SL_RTCP_LINE_NONE;
	else if (sl_ng_is(text, "single-codec"))
		o->filter.codec.single = true;
	else if (sl_ng_is(text, "internal") || sl_ng_is(text, "external"))
		read_key(r, (struct sl_text){"direction", 9}, &name);
	else if (sl_ng_is(text, "always-transcode"))
		sl_ng_refuse(r, -SL_E_UNSUPPORTED, "Sluice does not transcode:", text);
	else if (sl_ng_is(text, "WebRTC") || sl_ng_is(text, "DTLS") ||
		 sl_ng_starts(text, "UDP/TLS/", &rest))
		sl_ng_refuse(r, -SL_E_UNSUPPORTED, "ICE and DTLS-SRTP are not supported:", text);
	else
		return false;
	return true;
}

/* rtcp-mux-accept, codec-strip-EVS */
static bool read_dashed(struct sl_ng_reader *r, struct sl_text text)
{
	for (const struct sl_ng_key *key = sl_ng_keys; key->name; key++) {
		struct sl_text rest;

		if (!key->dashed || !sl_ng_starts(text, key->name, &rest) || rest.len < 2 ||
			(*rest.at != '-' && *rest.at != ' ' && *rest.at != '_'))
			continue;
		key->read(r, (struct sl_text){rest.at + 1, rest.len - 1});
		return true;
	}
	return false;
}

static void read_flag(struct sl_ng_reader *r, struct sl_text text)
{
	struct sl_text value = text, name = sl_sdp_split(&value, '=');
	struct sl_node node = {.type = SL_NODE_STRING, .str = value.at, .len = value.len};

	if (is_one_of(text, quiet_flags) || read_source_word(&r->o->source, text) ||
		read_word(r, text) || read_profile_word(r, text) || read_dashed(r, text))
		return;
	for (int i = SL_SDP_OTHER + 1; i < SL_SDP_PROTO_COUNT; i++)
		if (sl_ng_is(text, sl_sdp_proto_name(i))) {
			r->o->proto = i;
			return;
		}
	if (name.len < text.len)
		read_key(r, name, &node);
	else
		sl_ng_ignore(r, "flag", text);
}

static void read_flags(struct sl_ng_reader *r, const struct sl_node *node)
{
	static const struct sl_ng_key flags = {"flags", read_flag, NULL, false};

	read_values(r, node, &flags);
}

/* KEY=... whose key goes on behind the name: codec-strip=[EVS AMR]. */
static void read_raw_pair(struct sl_ng_reader *r, const struct sl_node *item)
{
	struct sl_text name = sl_ng_key_of(item), rest;

	if (sl_ng_starts(name, "codec-", &rest)) {
		struct sl_node sub = *item;
		struct sl_node list = {.type = SL_NODE_LIST, .len = 1, .first = &sub};

		sub.key = rest.at;
		sub.key_len = rest.len;
		sub.next = NULL;
		sl_ng_codec(r, &list);
	} else if (sl_ng_is(name, "flags")) {
		read_flags(r, item);
	} else {
		read_key(r, name, item);
	}
}

static void read_raw_flags(struct sl_ng_reader *r, const struct sl_node *raw)
{
	struct sl_node nodes[RAW_NODES];
	struct sl_text text = sl_ng_text(raw);
	const char *reason;

	if (!text.at) {
		sl_ng_refuse(r, -SL_E_REQUEST, "a string is expected in",
			(struct sl_text){"rtpp-flags", 10});
		return;
	}
	if (sl_rtpp_flags_parse(text.at, text.len, nodes, RAW_NODES, &reason)) {
		sl_ng_refuse(r, -SL_E_REQUEST,
			"rtpp-flags:", (struct sl_text){reason, (uint32_t)strlen(reason)});
		return;
	}
	r->raw = true;
	SL_NODE_FOREACH(item, &nodes[0])
	{
		if (item->key)
			read_raw_pair(r, item);
		else if (item->type == SL_NODE_STRING)
			read_flag(r, sl_ng_text(item));
		else
			sl_ng_refuse(r, -SL_E_REQUEST,
				"rtpp-flags:", (struct sl_text){"a list without a key", 20});
	}
	r->raw = false;
}

bool sl_ng_has_control(struct sl_text text)
{
	for (uint32_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7f)
			return true;
	return false;
}

/* No grammar of SIP has one in what these carry, and they are shown and logged. */
static void refuse_control(struct sl_ng_reader *r)
{
	const struct {
		const char *key;
		struct sl_text text;
	} names[] = {
		{"call-id", r->o->call_id},
		{"from-tag", r->o->from_tag},
		{"to-tag", r->o->to_tag},
		{"via-branch", r->o->via_branch},
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].text.at && sl_ng_has_control(names[i].text))
			sl_ng_refuse(r, -SL_E_REQUEST, "there is a control character in",
				(struct sl_text){names[i].key, (uint32_t)strlen(names[i].key)});
}

static void read_identity(struct sl_ng_reader *r, const struct sl_node *request)
{
	const struct {
		const char *key;
		struct sl_text *text;
		bool may_be_empty;
		const char *too_long; /* NULL: the whole request has a limit */
	} strings[] = {
		{"call-id", &r->o->call_id, false, "call-id is longer than 256 bytes:"},
		{"from-tag", &r->o->from_tag, true, "from-tag is longer than 256 bytes:"},
		{"to-tag", &r->o->to_tag, true, "to-tag is longer than 256 bytes:"},
		{"via-branch", &r->o->via_branch, true, "via-branch is longer than 256 bytes:"},
		{"sdp", &r->o->sdp, false, NULL},
	};

	static_assert(SL_CALL_NAME == 256, "as the texts say");

	for (unsigned i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		const struct sl_node *node = sl_node_get(request, strings[i].key);

		*strings[i].text = sl_ng_text(node);
		/* Said to be nobody's is not said. */
		if (strings[i].text->len == 0 && strings[i].may_be_empty) {
			strings[i].text->at = NULL;
			node = node && node->type == SL_NODE_STRING ? NULL : node;
		}
		if (node && !strings[i].text->at)
			sl_ng_refuse(r, -SL_E_REQUEST, "a string is expected in",
				(struct sl_text){strings[i].key, (uint32_t)strlen(strings[i].key)});
		/* A name that was cut would be another one. */
		if (strings[i].too_long && strings[i].text->len > SL_CALL_NAME)
			sl_ng_refuse(r, -SL_E_REQUEST, strings[i].too_long, *strings[i].text);
	}
}

int sl_ng_options_read(const struct sl_node *request, struct sl_request *o,
	sl_ng_unknown unknown_fn, struct sl_error *error)
{
	struct sl_ng_reader r = {.o = o, .unknown = unknown_fn, .error = error};

	*error = (struct sl_error){0};
	memset(o, 0, sizeof(*o));
	o->family = -1;
	o->delete_delay = -1;
	o->tos = -1;
	read_identity(&r, request);
	refuse_control(&r);
	SL_NODE_FOREACH(member, request)
	{
		struct sl_text name = sl_ng_key_of(member);

		if (sl_ng_is(name, "flags"))
			read_flags(&r, member);
		else if (sl_ng_is(name, "rtpp-flags"))
			read_raw_flags(&r, member);
		else
			read_key(&r, name, member);
	}
	return error->code;
}
