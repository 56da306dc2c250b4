/* SPDX-License-Identifier: BSD-3-Clause */
/* The options that are trees: `codec` and `sdp-attr`, also in their spelling as flags. */
#include <errno.h>
#include <string.h>

#include "ctrl/ng/ng_option_keys.h"
#include "ctrl/sdp/sdp_text.h"

static void add_codec(
	struct sl_ng_reader *r, enum sl_codec_option option, const struct sl_node *value)
{
	struct sl_text codec = sl_ng_text(value);

	if (!codec.at || !codec.len)
		sl_ng_refuse(r, -SL_E_REQUEST,
			"codec: a codec's name or a list of them is expected", codec);
	else if (!sl_codec_filter_add(&r->o->filter.codec, option, codec))
		sl_ng_refuse(
			r, -SL_E_REQUEST, "codec: too many codecs, at most 64, the last is", codec);
}

/* They choose what is transcoded, and nothing is. */
static bool for_transcoding(struct sl_text name)
{
	struct sl_text rest;

	return sl_ng_starts(name, "accept", &rest) || sl_ng_starts(name, "set", &rest);
}

static void codec_values(struct sl_ng_reader *r, struct sl_text name, const struct sl_node *value)
{
	for (int option = 0; option < SL_CODEC_OPTION_COUNT; option++) {
		if (!sl_ng_is(name, sl_codec_option_names[option]))
			continue;
		if (value->type != SL_NODE_LIST)
			add_codec(r, option, value);
		SL_NODE_FOREACH(member, value)
		{
			add_codec(r, option, member);
		}
		return;
	}
	if (!for_transcoding(name))
		sl_ng_ignore(r, "codec", name);
}

void sl_ng_codec(struct sl_ng_reader *r, const struct sl_node *value)
{
	if (value->type != SL_NODE_DICT && value->type != SL_NODE_LIST)
		sl_ng_refuse(r, -SL_E_REQUEST, "a dictionary is expected in",
			(struct sl_text){"codec", 5});
	SL_NODE_FOREACH(member, value)
	{
		if (member->key)
			codec_values(r, sl_ng_key_of(member), member);
		else if (member->type == SL_NODE_STRING)
			sl_ng_codec_flag(r, sl_ng_text(member));
	}
}

/* "strip-EVS", and "strip=EVS" */
void sl_ng_codec_flag(struct sl_ng_reader *r, struct sl_text text)
{
	struct sl_text rest;

	for (int option = 0; option < SL_CODEC_OPTION_COUNT; option++) {
		const char *name = sl_codec_option_names[option];
		struct sl_node codec = {.type = SL_NODE_STRING};

		if (!sl_ng_starts(text, name, &rest) || !rest.len ||
			(*rest.at != '-' && *rest.at != '='))
			continue;
		codec.str = rest.at + 1;
		codec.len = rest.len - 1;
		add_codec(r, option, &codec);
		return;
	}
	if (!for_transcoding(text))
		sl_ng_ignore(r, "codec", text);
}

static const struct {
	const char *name;
	enum sl_sdp_attr_command command;
} commands[] = {
	{"add", SL_SDP_ATTR_ADD},
	{"remove", SL_SDP_ATTR_REMOVE},
	{"substitute", SL_SDP_ATTR_SUBSTITUTE},
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void add_attr(struct sl_ng_reader *r, struct sl_sdp_attr_rule rule)
{
	int rc = sl_sdp_filter_attr(&r->o->filter, rule);

	if (rc == -E2BIG)
		sl_ng_refuse(r, -SL_E_REQUEST,
			"sdp-attr: too many changes, at most 32, the last is", rule.value);
	else if (rc)
		sl_ng_refuse(
			r, -SL_E_REQUEST, "sdp-attr: this is not one attribute line:", rule.value);
}

/* "sendrecv>sendonly" */
static void add_pair(struct sl_ng_reader *r, struct sl_sdp_attr_rule rule, struct sl_text pair)
{
	rule.to = pair;
	rule.value = sl_sdp_split(&rule.to, '>');
	if (rule.value.len == pair.len)
		sl_ng_refuse(r, -SL_E_REQUEST, "sdp-attr: substitute needs two attributes:", pair);
	else
		add_attr(r, rule);
}

static void substitute(
	struct sl_ng_reader *r, struct sl_sdp_attr_rule rule, const struct sl_node *value)
{
	const struct sl_node *first = value->type == SL_NODE_LIST ? value->first : NULL;
	static const struct sl_text nothing = {"", 0};

	if (value->type == SL_NODE_STRING) {
		add_pair(r, rule, sl_ng_text(value));
	} else if (first && first->type == SL_NODE_STRING && value->len == 2) {
		rule.value = sl_ng_text(first);
		rule.to = sl_ng_text(first->next);
		if (rule.to.at)
			add_attr(r, rule);
		else
			sl_ng_refuse(r, -SL_E_REQUEST,
				"sdp-attr: substitute needs two attributes:", rule.value);
	} else if (first && (value->len == 1 || first->type == SL_NODE_LIST)) {
		/* No deeper than one list of pairs. */
		SL_NODE_FOREACH(pair, value)
		{
			if (pair->type == SL_NODE_LIST && pair->first &&
				pair->first->type == SL_NODE_LIST)
				sl_ng_refuse(r, -SL_E_REQUEST, "sdp-attr: lists too deep", nothing);
			else
				substitute(r, rule, pair);
		}
	} else {
		sl_ng_refuse(r, -SL_E_REQUEST, "sdp-attr: substitute needs pairs of attributes",
			nothing);
	}
}

static void attr_values(
	struct sl_ng_reader *r, struct sl_sdp_attr_rule rule, const struct sl_node *value)
{
	static const struct sl_text nothing = {"", 0};

	if (rule.command == SL_SDP_ATTR_SUBSTITUTE) {
		substitute(r, rule, value);
		return;
	}
	if (value->type == SL_NODE_STRING) {
		rule.value = sl_ng_text(value);
		add_attr(r, rule);
	} else if (value->type != SL_NODE_LIST) {
		sl_ng_refuse(r, -SL_E_REQUEST, "sdp-attr: attributes are strings", nothing);
	}
	SL_NODE_FOREACH(member, value)
	{
		rule.value = sl_ng_text(member);
		if (rule.value.at)
			add_attr(r, rule);
		else
			sl_ng_refuse(r, -SL_E_REQUEST, "sdp-attr: attributes are strings", nothing);
	}
}

static void attr_scope(struct sl_ng_reader *r, const struct sl_node *scope)
{
	SL_NODE_FOREACH(command, scope)
	{
		struct sl_text name = sl_ng_key_of(command);
		unsigned i;

		for (i = 0; i < COMMANDS; i++)
			if (sl_ng_is(name, commands[i].name))
				break;
		if (i == COMMANDS) {
			sl_ng_refuse(r, -SL_E_REQUEST, "sdp-attr: unknown command", name);
			return;
		}
		attr_values(r,
			(struct sl_sdp_attr_rule){.command = (uint8_t)commands[i].command,
				.scope = sl_ng_key_of(scope),
				.escaped = r->raw},
			command);
	}
}

void sl_ng_sdp_attr(struct sl_ng_reader *r, const struct sl_node *value)
{
	SL_NODE_FOREACH(scope, value)
	{
		if (scope->key && (scope->type == SL_NODE_DICT || scope->type == SL_NODE_LIST))
			attr_scope(r, scope);
		else
			sl_ng_refuse(r, -SL_E_REQUEST, "sdp-attr: a dictionary is expected in",
				sl_ng_key_of(scope));
	}
	if (value->type != SL_NODE_DICT && value->type != SL_NODE_LIST)
		sl_ng_refuse(r, -SL_E_REQUEST, "a dictionary is expected in",
			(struct sl_text){"sdp-attr", 8});
}

/* "add-audio-ptime:20", "substitute-none-sendrecv>sendonly" */
void sl_ng_sdp_attr_flag(struct sl_ng_reader *r, struct sl_text text)
{
	for (unsigned i = 0; i < COMMANDS; i++) {
		struct sl_sdp_attr_rule rule = {
			.command = (uint8_t)commands[i].command, .escaped = true};
		struct sl_text rest;

		if (!sl_ng_starts(text, commands[i].name, &rest) || !rest.len || *rest.at != '-')
			continue;
		rest.at++;
		rest.len--;
		rule.scope = sl_sdp_split(&rest, '-');
		rule.value = rest;
		if (rule.command == SL_SDP_ATTR_SUBSTITUTE)
			add_pair(r, rule, rest);
		else
			add_attr(r, rule);
		return;
	}
	sl_ng_refuse(r, -SL_E_REQUEST, "sdp-attr: unknown command", text);
}
