/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ng/node.h"

#include <stddef.h>
#include <string.h>

static char fold(char c)
{
	if (c == ' ' || c == '_')
		return '-';
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_spelling(const char *a, size_t len, const char *b)
{
	if (len != strlen(b))
		return false;
	for (size_t i = 0; i < len; i++)
		if (fold(a[i]) != fold(b[i]))
			return false;
	return true;
}

const struct sl_node *sl_node_get(const struct sl_node *dict, const char *key)
{
	if (!dict || dict->type != SL_NODE_DICT)
		return NULL;
	SL_NODE_FOREACH(member, dict)
	{
		if (same_spelling(member->key, member->key_len, key))
			return member;
	}
	return NULL;
}

const struct sl_node *sl_node_get_type(
	const struct sl_node *dict, const char *key, enum sl_node_type type)
{
	const struct sl_node *node = sl_node_get(dict, key);

	return node && node->type == type ? node : NULL;
}

bool sl_node_is(const struct sl_node *node, const char *text)
{
	return node && node->type == SL_NODE_STRING && node->len == strlen(text) &&
	       !memcmp(node->str, text, node->len);
}

bool sl_node_names(const struct sl_node *node, const char *text)
{
	return node && node->type == SL_NODE_STRING && same_spelling(node->str, node->len, text);
}

bool sl_node_number(const struct sl_node *node, int64_t *number)
{
	int64_t value = 0;

	if (!node)
		return false;
	if (node->type == SL_NODE_INTEGER) {
		*number = node->integer;
		return true;
	}
	if (node->type != SL_NODE_STRING || node->len == 0 || node->len > 18)
		return false;
	for (uint32_t i = 0; i < node->len; i++) {
		if (node->str[i] < '0' || node->str[i] > '9')
			return false;
		value = value * 10 + (node->str[i] - '0');
	}
	*number = value;
	return true;
}
