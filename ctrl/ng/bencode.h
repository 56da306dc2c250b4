/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bencode (BEP 3, as the NG control protocol uses it), decoded as it arrives. The stream has no
 * other framing: a request ends where its dictionary closes. Keys may come in any order.
 *
 * Strict: no leading zeros, no minus zero, 64-bit integers, string keys, SL_NODE_DEPTH levels, no
 * more nodes than the caller has, and no length that could not fit the caller's buffer.
 */
#ifndef SL_CTRL_BENCODE_H
#define SL_CTRL_BENCODE_H

#include <stddef.h>

#include "ctrl/ng/node.h"

/* One value being decoded. Only `pos`, `error_at` and `reason` are of interest to the caller. */
struct sl_bencode {
	size_t pos;         /* bytes consumed; once complete, the length of the value */
	size_t error_at;    /* byte offset of what was refused */
	const char *reason; /* why, in words; NULL: no error so far */

	struct sl_node *nodes;
	uint32_t capacity, used;
	size_t limit;
	const char *key; /* read, its value not yet */
	uint32_t key_len;
	unsigned depth;
	struct {
		struct sl_node *node, *last;
	} open[SL_NODE_DEPTH];
};

/*
 * Starts over. The tree will be in nodes[0] (the root) and after it; `limit` is the longest value
 * accepted, in bytes: usually the size of the receive buffer.
 */
void sl_bencode_start(
	struct sl_bencode *bencode, struct sl_node *nodes, uint32_t capacity, size_t limit);

/*
 * Decodes on from where the last call stopped, so that a peer that writes byte by byte costs no
 * more than one that writes all at once. `buf` holds everything from the first byte of the value
 * on, `len` bytes, at the same address in every call; bytes after the value are not looked at.
 *
 * 1: complete, `pos` bytes long. 0: needs more bytes. -EBADMSG: refused, see `error_at` and
 * `reason`; stays so.
 */
int sl_bencode_feed(struct sl_bencode *bencode, const char *buf, size_t len);

#endif
