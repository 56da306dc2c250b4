/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where an NG request begins and ends: a bencode dictionary or a JSON object, with or without a
 * cookie and a space before it, as it arrives.
 */
#ifndef SL_CTRL_NG_FRAME_H
#define SL_CTRL_NG_FRAME_H

#include <sys/types.h>

#include "ctrl/ng/bencode.h"
#include "ctrl/ng/json_request.h"
#include "sluice/error.h"

enum {
	SL_NG_COOKIE_MAX = 128,        /* bytes, with the space behind it */
	SL_NG_REQUEST_MAX = 64 * 1024, /* bytes */
	SL_NG_NODES = 512,
};

/* How far a request is decoded. `nodes` hold the tree once it is complete, unless it is `json`. */
struct sl_ng_frame {
	size_t body; /* offset behind the cookie and its space; 0: none */
	bool started, json;
	struct sl_bencode bencode;
	struct sl_json_scan scan;
	struct sl_node nodes[SL_NG_NODES];
};

/* Makes ready for a request. */
void sl_ng_frame_start(void *frame);

/*
 * Decodes on; `data` is all that has come so far, `len` bytes, at the same address in every call.
 * >0: complete after so many bytes; 0: more must come; <0: refused, and `error` says why.
 */
ssize_t sl_ng_frame_feed(void *frame, const char *data, size_t len, struct sl_error *error);

/* Bytes of the cookie at the start of `data`, without its space; 0: there is none. */
size_t sl_ng_cookie(const char *data, size_t len);

#endif
