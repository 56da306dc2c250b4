/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A control request in JSON, turned into the same tree as bencode (node.h). Not a leaf: jansson
 * allocates. What NG has no meaning for (true, false, null, fractions, NUL in strings) is refused.
 */
#ifndef SL_CTRL_JSON_REQUEST_H
#define SL_CTRL_JSON_REQUEST_H

#include <stddef.h>

#include "ctrl/ng/node.h"

/*
 * Finds where a JSON object ends in a stream that has no other framing. Zero it to start. It only
 * balances brackets outside strings; whether the text is JSON is for sl_json_request_parse to say.
 */
struct sl_json_scan {
	size_t pos; /* bytes looked at; once complete, the length of the object */
	unsigned depth;
	bool in_string, escaped;
};

/*
 * Looks on from where the last call stopped. `buf` holds everything from the first byte on, which
 * must be '{'. 1: complete, `pos` bytes long. 0: needs more bytes. -EBADMSG: no object, or nested
 * deeper than SL_NODE_DEPTH.
 */
int sl_json_scan_feed(struct sl_json_scan *scan, const char *buf, size_t len);

/* A parsed request; nodes of the tree point into `root`. */
struct sl_json_request {
	void *root;       /* json_t */
	char reason[192]; /* after an error: what is wrong and where, in words */
};

/*
 * Parses the object in text[0..len), white space around it allowed. The tree is in nodes[0] and
 * after it, and valid until sl_json_request_free. 0, or -EBADMSG with `reason` set and nothing to
 * free.
 */
int sl_json_request_parse(struct sl_json_request *request, const char *text, size_t len,
	struct sl_node *nodes, uint32_t capacity);

/* Frees what the tree points into, wiped: SDP carries keys. */
void sl_json_request_free(struct sl_json_request *request);

#endif
