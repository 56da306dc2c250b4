/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Changes that a routing script makes in an SDP besides addresses and keys: codecs (codec_filter.h)
 * and attribute lines (`sdp-attr`). Applied to what the relay is about to send; the call itself
 * does not notice. A pure leaf.
 */
#ifndef SL_CTRL_SDP_FILTER_H
#define SL_CTRL_SDP_FILTER_H

#include <sys/types.h>

#include "ctrl/sdp/codec_filter.h"
#include "ctrl/sdp/sdp.h"

enum sl_sdp_attr_command { SL_SDP_ATTR_ADD, SL_SDP_ATTR_REMOVE, SL_SDP_ATTR_SUBSTITUTE };

enum { SL_SDP_ATTR_RULES = 32, SL_SDP_ATTR_TEXT = 512 };

/*
 * One change. `value` and `to` are what stands after "a="; to match a line, `value` may also be its
 * name alone ("fmtp") or its name and first word ("fmtp:101").
 */
struct sl_sdp_attr_rule {
	uint8_t command;      /* enum sl_sdp_attr_command */
	bool escaped;         /* as in a flag: "--" stands for "=", ".." for a space */
	struct sl_text scope; /* a media type, or "none" or "global": the session */
	struct sl_text value, to;
};

struct sl_sdp_filter {
	struct sl_codec_filter codec;
	unsigned n_attr;
	struct sl_sdp_attr_rule attr[SL_SDP_ATTR_RULES];
};

/* 0; -E2BIG: no room for another rule; -EINVAL: text that would not be one attribute line. */
int sl_sdp_filter_attr(struct sl_sdp_filter *filter, struct sl_sdp_attr_rule rule);

static inline bool sl_sdp_filter_any(const struct sl_sdp_filter *filter)
{
	return filter->n_attr || sl_codec_filter_any(&filter->codec);
}

/*
 * Writes `sdp` to buf as the filter asks; `offer`: it is one. Its length; -ENOSPC; or -ENOTSUP with
 * `error`: transcoding would be needed. On error buf is wiped, since it may hold keys.
 */
ssize_t sl_sdp_filter_write(const struct sl_sdp_filter *filter, const struct sl_sdp *sdp,
	bool offer, char *buf, size_t size, struct sl_error *error);

#endif
