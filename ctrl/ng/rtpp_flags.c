/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ng/rtpp_flags.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

struct parser {
	const char *at, *end;
	struct sl_node *nodes;
	uint32_t capacity, used;
	unsigned depth; /* of lists that are open, the outermost included */
	struct {
		struct sl_node *node, *last;
	} open[SL_NODE_DEPTH];
	const char **reason;
};

static int refuse(struct parser *p, const char *reason)
{
	*p->reason = reason;
	return -EINVAL;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static uint32_t word(struct parser *p, bool key)
{
	const char *from = p->at;

	while (p->at < p->end && !is_space(*p->at) && *p->at && *p->at != ']' &&
		!(key && *p->at == '='))
		p->at++;
	return (uint32_t)(p->at - from);
}

static struct sl_node *add(struct parser *p, enum sl_node_type type)
{
	struct sl_node *node, *list;

	if (p->used == p->capacity)
		return NULL;
	node = &p->nodes[p->used++];
	*node = (struct sl_node){.type = type};
	if (p->depth) {
		list = p->open[p->depth - 1].node;
		if (p->open[p->depth - 1].last)
			p->open[p->depth - 1].last->next = node;
		else
			list->first = node;
		p->open[p->depth - 1].last = node;
		list->len++;
	}
	return node;
}

static int open_list(struct parser *p, const char *key, uint32_t key_len)
{
	struct sl_node *node;

	if (p->depth == SL_NODE_DEPTH)
		return refuse(p, "lists inside lists, too deep");
	node = add(p, SL_NODE_LIST);
	if (!node)
		return refuse(p, "too many items, at most 255");
	node->key = key;
	node->key_len = key_len;
	p->open[p->depth].node = node;
	p->open[p->depth++].last = NULL;
	return 0;
}

static int item(struct parser *p)
{
	const char *text = p->at, *key = NULL;
	uint32_t len, key_len = 0;
	struct sl_node *node;

	if (*p->at == '[') {
		p->at++;
		return open_list(p, NULL, 0);
	}
	len = word(p, true);
	if (p->at < p->end && *p->at == '=') {
		if (!len)
			return refuse(p, "'=' without a key before it");
		key = text;
		key_len = len;
		text = ++p->at;
		if (p->at < p->end && *p->at == '[') {
			p->at++;
			return open_list(p, key, key_len);
		}
		len = word(p, false);
	}
	node = add(p, SL_NODE_STRING);
	if (!node)
		return refuse(p, "too many items, at most 255");
	node->key = key;
	node->key_len = key_len;
	node->str = text;
	node->len = len;
	return 0;
}

int sl_rtpp_flags_parse(
	const char *text, size_t len, struct sl_node *nodes, uint32_t capacity, const char **reason)
{
	struct parser p = {.at = text,
		.end = text + len,
		.nodes = nodes,
		.capacity = capacity,
		.reason = reason};
	int rc = open_list(&p, NULL, 0);

	while (!rc && p.at < p.end) {
		if (is_space(*p.at)) {
			p.at++;
		} else if (*p.at == '\0') {
			rc = refuse(&p, "a NUL byte");
		} else if (*p.at == ']') {
			if (--p.depth == 0)
				rc = refuse(&p, "']' without a '[' before it");
			p.at++;
		} else {
			rc = item(&p);
		}
	}
	if (!rc && p.depth != 1)
		rc = refuse(&p, "'[' is not closed");
	return rc;
}
