/* SPDX-License-Identifier: BSD-3-Clause */
/* A flag string that is understood is understood the same when it is written out again. */
#include <stdlib.h>
#include <string.h>

#include "ctrl/ng/rtpp_flags.h"

enum { NODES = 256 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int condition)
{
	if (!condition)
		abort();
}

static size_t append(char *out, size_t at, const char *text, size_t len)
{
	if (len)
		memcpy(out + at, text, len);
	return at + len;
}

static size_t write_items(const struct sl_node *list, char *out, size_t at)
{
	SL_NODE_FOREACH(item, list)
	{
		if (item->key) {
			at = append(out, at, item->key, item->key_len);
			out[at++] = '=';
		}
		if (item->type == SL_NODE_STRING) {
			at = append(out, at, item->str, item->len);
		} else {
			out[at++] = '[';
			at = write_items(item, out, at);
			out[at++] = ']';
		}
		out[at++] = ' ';
	}
	return at;
}

static void same(const struct sl_node *a, const struct sl_node *b)
{
	const struct sl_node *other = b->first;
	uint32_t members = 0;

	demand(a->type == b->type && a->len == b->len && a->key_len == b->key_len);
	demand(!a->key == !b->key);
	demand(!a->key_len || memcmp(a->key, b->key, a->key_len) == 0);
	if (a->type == SL_NODE_STRING)
		demand(!a->len || memcmp(a->str, b->str, a->len) == 0);
	SL_NODE_FOREACH(member, a)
	{
		demand(other != NULL);
		same(member, other);
		other = other->next;
		members++;
	}
	demand(other == NULL);
	demand(a->type == SL_NODE_STRING || members == a->len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sl_node nodes[NODES], again[NODES];
	static char out[65536];
	const char *reason = NULL;
	size_t len;

	if (size > 8192)
		return 0;
	if (sl_rtpp_flags_parse((const char *)data, size, nodes, NODES, &reason)) {
		demand(reason != NULL);
		return 0;
	}
	len = write_items(&nodes[0], out, 0);
	demand(sl_rtpp_flags_parse(out, len, again, NODES, &reason) == 0);
	same(&nodes[0], &again[0]);
	return 0;
}
