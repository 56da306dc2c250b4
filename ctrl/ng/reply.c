/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ng/reply.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void put(struct sl_reply *r, const char *text, size_t len)
{
	if (r->overflow || len > r->size - r->len) {
		r->overflow = true;
		return;
	}
	memcpy(r->buf + r->len, text, len);
	r->len += len;
}

/* Length of the well-formed UTF-8 sequence at `s` (RFC 3629 4), or 0. */
static size_t utf8_length(const unsigned char *s, size_t len)
{
	static const struct {
		unsigned char first_min, first_max, second_min, second_max, length;
	} forms[] = {
		{0xc2, 0xdf, 0x80, 0xbf, 2},
		{0xe0, 0xe0, 0xa0, 0xbf, 3},
		{0xe1, 0xec, 0x80, 0xbf, 3},
		{0xed, 0xed, 0x80, 0x9f, 3},
		{0xee, 0xef, 0x80, 0xbf, 3},
		{0xf0, 0xf0, 0x90, 0xbf, 4},
		{0xf1, 0xf3, 0x80, 0xbf, 4},
		{0xf4, 0xf4, 0x80, 0x8f, 4},
	};

	if (s[0] < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (s[0] < forms[i].first_min || s[0] > forms[i].first_max)
			continue;
		if (len < forms[i].length || s[1] < forms[i].second_min ||
			s[1] > forms[i].second_max)
			return 0;
		for (size_t k = 2; k < forms[i].length; k++) {
			if ((s[k] & 0xc0) != 0x80)
				return 0;
		}
		return forms[i].length;
	}
	return 0;
}

/* The escape of one character (RFC 8259 7), or NULL when it may stand as it is. */
static const char *json_escape(unsigned char c, char scratch[8])
{
	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	default:
		if (c >= 0x20 && c != 0x7f)
			return NULL;
		snprintf(scratch, 8, "\\u%04x", c);
		return scratch;
	}
}

static void put_json_string(struct sl_reply *r, const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;
	char scratch[8];

	put(r, "\"", 1);
	for (size_t i = 0; i < len && !r->overflow;) {
		size_t length = utf8_length(s + i, len - i);
		const char *escape = length == 1 ? json_escape(s[i], scratch) : NULL;

		if (length == 0)
			put(r, "\\ufffd", 6);
		else if (escape)
			put(r, escape, strlen(escape));
		else
			put(r, text + i, length);
		i += length ? length : 1;
	}
	put(r, "\"", 1);
}

/* In decimal. Not by snprintf: most of what a reply takes is the numbers in it. */
static void put_number(struct sl_reply *r, uint64_t number)
{
	char digits[20], *first = digits + sizeof(digits);

	do
		*--first = (char)('0' + number % 10);
	while (number /= 10);
	put(r, first, (size_t)(digits + sizeof(digits) - first));
}

static void put_string(struct sl_reply *r, const char *text, size_t len)
{
	if (r->format == SL_REPLY_JSON) {
		put_json_string(r, text, len);
		return;
	}
	put_number(r, len);
	put(r, ":", 1);
	put(r, text, len);
}

/* Whether a value may stand here, and the comma before it. */
static bool begin_value(struct sl_reply *r)
{
	if (r->depth == 0) {
		r->misuse |= r->done;
		return !r->misuse;
	}
	if (r->level[r->depth - 1].dict) {
		r->misuse |= !r->keyed;
		r->keyed = false;
		return !r->misuse;
	}
	if (r->format == SL_REPLY_JSON && r->level[r->depth - 1].used)
		put(r, ",", 1);
	r->level[r->depth - 1].used = true;
	return !r->misuse;
}

static void end_value(struct sl_reply *r)
{
	if (r->depth == 0)
		r->done = true;
}

static void begin_container(struct sl_reply *r, bool dict)
{
	const char *json = dict ? "{" : "[";
	const char *bencode = dict ? "d" : "l";

	if (!begin_value(r))
		return;
	if (r->depth == SL_REPLY_DEPTH) {
		r->misuse = true;
		return;
	}
	put(r, r->format == SL_REPLY_JSON ? json : bencode, 1);
	r->level[r->depth].dict = dict;
	r->level[r->depth].used = false;
	r->depth++;
}

void sl_reply_start(struct sl_reply *r, char *buf, size_t size, enum sl_reply_format format)
{
	memset(r, 0, sizeof(*r));
	r->buf = buf;
	r->size = size;
	r->format = format;
}

void sl_reply_dict(struct sl_reply *r)
{
	begin_container(r, true);
}

void sl_reply_list(struct sl_reply *r)
{
	begin_container(r, false);
}

void sl_reply_end(struct sl_reply *r)
{
	if (r->depth == 0 || r->keyed) {
		r->misuse = true;
		return;
	}
	r->depth--;
	if (r->format == SL_REPLY_JSON)
		put(r, r->level[r->depth].dict ? "}" : "]", 1);
	else
		put(r, "e", 1);
	end_value(r);
}

void sl_reply_key(struct sl_reply *r, const char *key)
{
	if (r->depth == 0 || !r->level[r->depth - 1].dict || r->keyed) {
		r->misuse = true;
		return;
	}
	if (r->format == SL_REPLY_JSON && r->level[r->depth - 1].used)
		put(r, ",", 1);
	r->level[r->depth - 1].used = true;
	put_string(r, key, strlen(key));
	if (r->format == SL_REPLY_JSON)
		put(r, ":", 1);
	r->keyed = true;
}

void sl_reply_bytes(struct sl_reply *r, const char *text, size_t len)
{
	if (!begin_value(r))
		return;
	put_string(r, text, len);
	end_value(r);
}

void sl_reply_string(struct sl_reply *r, const char *text)
{
	sl_reply_bytes(r, text, strlen(text));
}

void sl_reply_integer(struct sl_reply *r, int64_t integer)
{
	if (!begin_value(r))
		return;
	if (r->format != SL_REPLY_JSON)
		put(r, "i", 1);
	if (integer < 0)
		put(r, "-", 1);
	put_number(r, integer < 0 ? -(uint64_t)integer : (uint64_t)integer);
	if (r->format != SL_REPLY_JSON)
		put(r, "e", 1);
	end_value(r);
}

void sl_reply_key_string(struct sl_reply *r, const char *key, const char *text)
{
	sl_reply_key(r, key);
	sl_reply_string(r, text);
}

void sl_reply_key_bytes(struct sl_reply *r, const char *key, const char *text, size_t len)
{
	sl_reply_key(r, key);
	sl_reply_bytes(r, text, len);
}

void sl_reply_key_integer(struct sl_reply *r, const char *key, int64_t integer)
{
	sl_reply_key(r, key);
	sl_reply_integer(r, integer);
}

void sl_reply_members(struct sl_reply *r, const char *text, size_t len)
{
	if (r->depth == 0 || !r->level[r->depth - 1].dict || r->keyed) {
		r->misuse = true;
		return;
	}
	if (!len)
		return;
	if (r->format == SL_REPLY_JSON && r->level[r->depth - 1].used)
		put(r, ",", 1);
	r->level[r->depth - 1].used = true;
	put(r, text, len);
}

ssize_t sl_reply_finish(const struct sl_reply *r)
{
	if (r->misuse || !r->done)
		return -EINVAL;
	if (r->overflow)
		return -ENOSPC;
	return (ssize_t)r->len;
}
