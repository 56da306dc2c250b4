/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ng/bencode.h"

#include <errno.h>
#include <string.h>

/* A token is either taken whole or not at all: what is re-read on resumption is at most its short
 * header. */
enum { MORE = 0, TAKEN = 1 };

static int fail(struct sl_bencode *b, size_t at, const char *reason)
{
	b->error_at = at;
	b->reason = reason;
	return -EBADMSG;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int take_string(
	struct sl_bencode *b, const char *buf, size_t len, const char **str, uint32_t *str_len)
{
	size_t at, size = 0;

	for (at = b->pos; at < len && buf[at] != ':'; at++) {
		if (!is_digit(buf[at]))
			return fail(b, at, "string length is not a decimal number");
		if (at > b->pos && buf[b->pos] == '0')
			return fail(b, b->pos, "string length has a leading zero");
		size = size * 10 + (size_t)(buf[at] - '0');
		if (size > b->limit)
			return fail(b, b->pos, "string is longer than a request may be");
	}
	if (at == len)
		return MORE;
	at++;
	if (size > b->limit - at)
		return fail(b, b->pos, "string is longer than a request may be");
	if (size > len - at)
		return MORE;
	*str = buf + at;
	*str_len = (uint32_t)size;
	b->pos = at + size;
	return TAKEN;
}

static int take_integer(struct sl_bencode *b, const char *buf, size_t len, int64_t *integer)
{
	size_t at = b->pos + 1, digits;
	bool negative = at < len && buf[at] == '-';
	uint64_t value = 0, max = negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX;

	if (negative)
		at++;
	for (digits = at; at < len && buf[at] != 'e'; at++) {
		uint64_t digit = (uint64_t)(buf[at] - '0');

		if (!is_digit(buf[at]))
			return fail(b, at, "integer has a character that is not a digit");
		if (at > digits && value == 0)
			return fail(b, digits, "integer has a leading zero");
		if (value > (max - digit) / 10)
			return fail(b, b->pos, "integer does not fit 64 bits");
		value = value * 10 + digit;
	}
	if (at == len)
		return MORE;
	if (at == digits)
		return fail(b, b->pos, "integer has no digits");
	if (negative && value == 0)
		return fail(b, b->pos, "integer is minus zero");
	*integer = negative ? (int64_t)(0 - value) : (int64_t)value;
	b->pos = at + 1;
	return TAKEN;
}

/* Appends a node to the innermost open list or dictionary. NULL: no room, the error is set. */
static struct sl_node *add(struct sl_bencode *b, enum sl_node_type type)
{
	struct sl_node *node, *parent;

	if (b->used == b->capacity) {
		fail(b, b->pos, "more values than a request may hold");
		return NULL;
	}
	node = &b->nodes[b->used++];
	*node = (struct sl_node){.type = type, .key = b->key, .key_len = b->key_len};
	b->key = NULL;
	b->key_len = 0;
	if (b->depth == 0)
		return node;
	parent = b->open[b->depth - 1].node;
	if (b->open[b->depth - 1].last)
		b->open[b->depth - 1].last->next = node;
	else
		parent->first = node;
	b->open[b->depth - 1].last = node;
	parent->len++;
	return node;
}

static int open_container(struct sl_bencode *b, enum sl_node_type type)
{
	struct sl_node *node;

	if (b->depth == SL_NODE_DEPTH)
		return fail(b, b->pos, "lists and dictionaries are nested too deeply");
	node = add(b, type);
	if (!node)
		return -EBADMSG;
	b->open[b->depth].node = node;
	b->open[b->depth].last = NULL;
	b->depth++;
	b->pos++;
	return TAKEN;
}

static int close_container(struct sl_bencode *b)
{
	if (b->depth == 0)
		return fail(b, b->pos, "'e' closes nothing");
	if (b->key)
		return fail(b, b->pos, "dictionary key without a value");
	b->depth--;
	b->pos++;
	return TAKEN;
}

static int take_scalar(struct sl_bencode *b, const char *buf, size_t len)
{
	size_t at = b->pos;
	const char *str = NULL;
	uint32_t str_len = 0;
	int64_t integer = 0;
	struct sl_node *node;
	bool is_integer = buf[at] == 'i';
	int rc;

	rc = is_integer ? take_integer(b, buf, len, &integer)
			: take_string(b, buf, len, &str, &str_len);
	if (rc != TAKEN)
		return rc;
	node = add(b, is_integer ? SL_NODE_INTEGER : SL_NODE_STRING);
	if (!node)
		return -EBADMSG;
	node->integer = integer;
	node->str = str;
	node->len = str_len;
	return TAKEN;
}

static int take_token(struct sl_bencode *b, const char *buf, size_t len)
{
	bool in_dict = b->depth > 0 && b->open[b->depth - 1].node->type == SL_NODE_DICT;
	char c;

	if (b->pos >= len)
		return MORE;
	c = buf[b->pos];
	if (c == 'e')
		return close_container(b);
	if (in_dict && !b->key) {
		if (!is_digit(c))
			return fail(b, b->pos, "dictionary key is not a string");
		return take_string(b, buf, len, &b->key, &b->key_len);
	}
	if (c == 'd')
		return open_container(b, SL_NODE_DICT);
	if (c == 'l')
		return open_container(b, SL_NODE_LIST);
	if (c == 'i' || is_digit(c))
		return take_scalar(b, buf, len);
	return fail(b, b->pos, "not bencode: expected a length, 'i', 'l', 'd' or 'e'");
}

void sl_bencode_start(struct sl_bencode *b, struct sl_node *nodes, uint32_t capacity, size_t limit)
{
	memset(b, 0, sizeof(*b));
	b->nodes = nodes;
	b->capacity = capacity;
	b->limit = limit < UINT32_MAX ? limit : UINT32_MAX;
}

int sl_bencode_feed(struct sl_bencode *b, const char *buf, size_t len)
{
	int rc;

	if (b->reason)
		return -EBADMSG;
	if (len > b->limit)
		len = b->limit;
	while (b->used == 0 || b->depth > 0) {
		rc = take_token(b, buf, len);
		if (rc == MORE && len == b->limit)
			return fail(b, len, "request is longer than the limit");
		if (rc != TAKEN)
			return rc;
	}
	return 1;
}
