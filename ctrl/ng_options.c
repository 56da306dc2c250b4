/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ng_options.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ctrl/address.h"

enum { DELETE_DELAY_MAX = 24 * 3600 }; /* seconds */

/* Flags that say what Sluice does anyway, or what does not concern it: not worth a line in the log.
 */
static const char *const quiet_flags[] = {
	"trust-address",
	"SIP-source-address",
	"symmetric",
	"asymmetric",
	"port-latching",
	"no-port-latching",
	"strict-source",
	"replace-zero-address",
	"no-rtcp-attribute",
	"full-rtcp-attribute",
	"loop-protect",
	"via-branch",
	NULL,
};

struct reader {
	struct sl_ng_options *o;
	sl_ng_unknown unknown;
	char *why;
	int rc;
};

/* Proxies write `session connection`, `session-connection` and any case. */
static bool is(struct sl_text text, const char *string)
{
	if (!text.at || strlen(string) != text.len)
		return false;
	for (uint32_t i = 0; i < text.len; i++) {
		char a = text.at[i] == ' ' || text.at[i] == '_' ? '-' : text.at[i];
		char b = string[i] == '_' ? '-' : string[i];

		if (strncasecmp(&a, &b, 1))
			return false;
	}
	return true;
}

static bool starts(struct sl_text text, const char *prefix, struct sl_text *rest)
{
	size_t len = strlen(prefix);

	if (text.len < len || strncasecmp(text.at, prefix, len))
		return false;
	rest->at = text.at + len;
	rest->len = text.len - (uint32_t)len;
	return true;
}

static enum sl_sdp_proto proto_of(struct sl_text text)
{
	for (int i = SL_SDP_OTHER + 1; i < SL_SDP_PROTO_COUNT; i++)
		if (is(text, sl_sdp_proto_name(i)))
			return i;
	return SL_SDP_OTHER;
}

static void unknown(struct reader *r, const char *where, struct sl_text text)
{
	if (r->unknown)
		r->unknown(where, text.at, text.len);
}

static void refuse(struct reader *r, const char *what, struct sl_text text)
{
	int len = text.len > 64 ? 64 : (int)text.len;

	if (r->rc)
		return;
	r->rc = -EINVAL;
	snprintf(r->why, SL_NG_WHY, "%s '%.*s'", what, len, text.at ? text.at : "");
}

static void read_proto(struct reader *r, struct sl_text text)
{
	r->o->proto = proto_of(text);
	if (r->o->proto == SL_SDP_OTHER)
		refuse(r, "unknown transport-protocol", text);
}

static void read_family(struct reader *r, struct sl_text text)
{
	if (is(text, "IP4"))
		r->o->family = SL_IPV4;
	else if (is(text, "IP6"))
		r->o->family = SL_IPV6;
	else
		refuse(r, "unknown address family", text);
}

static void read_replace(struct reader *r, struct sl_text text)
{
	if (is(text, "origin"))
		r->o->replace_origin = true;
	else if (is(text, "session-connection"))
		r->o->replace_connection = true;
	else
		unknown(r, "replace", text);
}

static void read_rtcp_mux(struct reader *r, struct sl_text text)
{
	static const char *const names[] = {"offer", "require", "demux", "accept", "reject"};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (is(text, names[i])) {
			r->o->rtcp_mux |= 1u << i;
			return;
		}
	unknown(r, "rtcp-mux", text);
}

static uint16_t suite_bit(struct sl_text name)
{
	for (int i = SL_SUITE_NONE + 1; i < SL_SUITE_COUNT; i++)
		if (is(name, sl_suites[i].name))
			return (uint16_t)(1u << i);
	return 0;
}

static void read_sdes(struct reader *r, struct sl_text text)
{
	struct sl_text name;
	uint16_t bit;

	if (is(text, "off") || is(text, "no") || is(text, "disable")) {
		r->o->sdes_off = true;
	} else if (starts(text, "no-", &name) && (bit = suite_bit(name))) {
		r->o->sdes_no |= bit;
	} else if (starts(text, "only-", &name)) {
		bit = suite_bit(name);
		if (!bit)
			refuse(r, "SDES=only- names an unknown suite:", name);
		r->o->sdes_only |= bit;
	} else {
		unknown(r, "SDES", text);
	}
}

static void read_ice(struct reader *r, struct sl_text text)
{
	/* Media has to come through us, so candidates are always removed: there is nothing to
	 * choose. */
	if (!is(text, "remove"))
		unknown(r, "ICE", text);
}

static void read_direction(struct reader *r, struct sl_text text)
{
	if (!r->o->direction[0].at)
		r->o->direction[0] = text;
	else if (!r->o->direction[1].at)
		r->o->direction[1] = text;
	else
		refuse(r, "more than two interfaces in direction:", text);
}

static void read_delay(struct reader *r, struct sl_text text)
{
	struct sl_node node = {.type = SL_NODE_STRING, .str = text.at, .len = text.len};

	if (!sl_node_number(&node, &r->o->delete_delay))
		refuse(r, "delete-delay is no number of seconds:", text);
}

static void read_flag(struct reader *r, struct sl_text text);

/* Values that may also come as KEY=VALUE or KEY-VALUE tokens. */
static const struct key {
	const char *name;
	void (*read)(struct reader *r, struct sl_text value);
	bool dashed; /* rtcp-mux-accept is rtcp-mux=accept */
} keys[] = {
	{"transport-protocol", read_proto, false},
	{"address-family", read_family, false},
	{"replace", read_replace, true},
	{"rtcp-mux", read_rtcp_mux, true},
	{"SDES", read_sdes, true},
	{"ICE", read_ice, false},
	{"direction", read_direction, false},
	{"delete-delay", read_delay, false},
	{"flags", read_flag, false},
};
enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

static bool read_pair(struct reader *r, struct sl_text text)
{
	for (unsigned i = 0; i < KEYS; i++) {
		uint32_t len = (uint32_t)strlen(keys[i].name);
		struct sl_text name = {text.at, len};

		if (text.len <= len + 1 || !is(name, keys[i].name))
			continue;
		if (text.at[len] != '=' && !(keys[i].dashed && text.at[len] == '-'))
			continue;
		keys[i].read(r, (struct sl_text){text.at + len + 1, text.len - len - 1});
		return true;
	}
	return false;
}

static void read_flag(struct reader *r, struct sl_text text)
{
	if (is(text, "fatal")) {
		r->o->fatal = true;
		return;
	}
	if (proto_of(text) != SL_SDP_OTHER) {
		read_proto(r, text);
		return;
	}
	for (unsigned i = 0; quiet_flags[i]; i++)
		if (is(text, quiet_flags[i]))
			return;
	if (!read_pair(r, text))
		unknown(r, "flag", text);
}

static struct sl_text text_of(const struct sl_node *node)
{
	if (!node || node->type != SL_NODE_STRING)
		return (struct sl_text){NULL, 0};
	return (struct sl_text){node->str, node->len};
}

/* A value is one string or a list of strings. */
static void read_values(struct reader *r, const struct sl_node *node, const struct key *key)
{
	if (node->type == SL_NODE_STRING) {
		key->read(r, text_of(node));
	} else if (node->type == SL_NODE_LIST) {
		SL_NODE_FOREACH(member, node)
		{
			if (member->type == SL_NODE_STRING)
				key->read(r, text_of(member));
			else
				refuse(r, "a list of strings is expected in",
					(struct sl_text){key->name, (uint32_t)strlen(key->name)});
		}
	} else {
		refuse(r, "a string or a list of strings is expected in",
			(struct sl_text){key->name, (uint32_t)strlen(key->name)});
	}
}

/* The proxy's script, unparsed: tokens separated by spaces. */
static void read_raw_flags(struct reader *r, struct sl_text raw)
{
	uint32_t at = 0;

	while (at < raw.len) {
		uint32_t end = at;

		while (end < raw.len && raw.at[end] != ' ')
			end++;
		if (end > at)
			read_flag(r, (struct sl_text){raw.at + at, end - at});
		at = end + 1;
	}
}

int sl_ng_options_read(const struct sl_node *request, struct sl_ng_options *o,
	sl_ng_unknown unknown_fn, char why[SL_NG_WHY])
{
	struct reader r = {.o = o, .unknown = unknown_fn, .why = why};
	const struct sl_node *delay = sl_node_get(request, "delete-delay");

	memset(o, 0, sizeof(*o));
	o->family = -1;
	o->delete_delay = -1;
	o->call_id = text_of(sl_node_get(request, "call-id"));
	o->from_tag = text_of(sl_node_get(request, "from-tag"));
	o->to_tag = text_of(sl_node_get(request, "to-tag"));
	o->via_branch = text_of(sl_node_get(request, "via-branch"));
	o->sdp = text_of(sl_node_get(request, "sdp"));

	for (unsigned i = 0; i < KEYS; i++) {
		const struct sl_node *node = sl_node_get(request, keys[i].name);

		if (node && node != delay)
			read_values(&r, node, &keys[i]);
	}
	read_raw_flags(&r, text_of(sl_node_get(request, "rtpp-flags")));
	if (delay && !sl_node_number(delay, &o->delete_delay))
		refuse(&r, "delete-delay is no number of seconds:", text_of(delay));
	if (o->delete_delay < -1 || o->delete_delay > DELETE_DELAY_MAX)
		refuse(&r, "delete-delay is out of range:", text_of(delay));
	return r.rc;
}
