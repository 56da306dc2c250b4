/* SPDX-License-Identifier: BSD-3-Clause */
/* A request that arrives byte by byte is understood as the same one that arrives whole, whatever it
 * says. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/ng/bencode.h"

enum { NODES = 512, LIMIT = 65536 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int condition)
{
	if (!condition)
		abort();
}

/* Reads all that a tree points to, and compares. */
static void same(const struct sl_node *a, const struct sl_node *b)
{
	demand(a->type == b->type && a->len == b->len && a->integer == b->integer);
	demand(a->key_len == b->key_len);
	if (a->key_len)
		demand(memcmp(a->key, b->key, a->key_len) == 0);
	if (a->type == SL_NODE_STRING && a->len)
		demand(memcmp(a->str, b->str, a->len) == 0);

	const struct sl_node *other = b->first;
	uint32_t members = 0;

	SL_NODE_FOREACH(member, a)
	{
		demand(other != NULL);
		same(member, other);
		other = other->next;
		members++;
	}
	demand(other == NULL);
	if (a->type == SL_NODE_LIST || a->type == SL_NODE_DICT)
		demand(members == a->len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sl_node whole_nodes[NODES], slow_nodes[NODES];
	struct sl_bencode whole, slow;
	const char *text = (const char *)data;
	int whole_result, slow_result = 0;

	sl_bencode_start(&whole, whole_nodes, NODES, LIMIT);
	whole_result = sl_bencode_feed(&whole, text, size);

	sl_bencode_start(&slow, slow_nodes, NODES, LIMIT);
	for (size_t len = 0; len <= size && slow_result == 0; len++)
		slow_result = sl_bencode_feed(&slow, text, len);

	demand(whole_result == slow_result);
	if (whole_result == 1) {
		demand(whole.pos == slow.pos && whole.pos <= size);
		same(&whole_nodes[0], &slow_nodes[0]);
	}
	if (whole_result == -EBADMSG)
		demand(whole.reason != NULL && whole.error_at <= size);
	return 0;
}
