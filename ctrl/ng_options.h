/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a control request asks for besides its command: keys and flags in all their spellings, read
 * into one plain struct. A pure leaf. Strings point into the request. docs/ng.md lists them all.
 */
#ifndef SL_CTRL_NG_OPTIONS_H
#define SL_CTRL_NG_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "ctrl/node.h"
#include "ctrl/sdes_policy.h"
#include "ctrl/sdp.h"
#include "ctrl/sdp_filter.h"
#include "ctrl/source_policy.h"

enum {
	SL_NG_WHY = 192,        /* bytes of an error reason, NUL included */
	SL_NG_NAME_MAX = 256,   /* bytes of a call-id, tag, via-branch or label */
	SL_NG_MEDIA_REMOVE = 4, /* types in `sdp-media-remove` */
};

/* `rtcp-mux`: what to do about RFC 5761 between the two legs. */
enum sl_ng_rtcp_mux {
	SL_NG_MUX_OFFER = 1 << 0,   /* offer it also when it was not offered to us */
	SL_NG_MUX_REQUIRE = 1 << 1, /* as offer, and refuse an answer without it */
	SL_NG_MUX_DEMUX = 1 << 2,   /* do not pass it on; accept it from the one who offered */
	SL_NG_MUX_ACCEPT = 1 << 3, /* accept it from the one who offered, whatever the other says */
	SL_NG_MUX_REJECT = 1 << 4, /* do not accept it from the one who offered */
};

/* The a=rtcp line (RFC 3605). */
enum sl_ng_rtcp_attribute {
	SL_NG_RTCP_DEFAULT = 0, /* written; with an address where there was one before */
	SL_NG_RTCP_FULL,        /* `full-rtcp-attribute`: with an address */
	SL_NG_RTCP_NONE,        /* `no-rtcp-attribute` */
};

struct sl_ng_options {
	struct sl_text call_id, from_tag, to_tag, via_branch, sdp;
	struct sl_text label; /* `label`: what the sender is called in replies; at NULL: not said */
	struct sl_text direction[2]; /* interface names: of the sender, of the receiver */

	enum sl_sdp_proto proto; /* `transport-protocol`; SL_SDP_OTHER: not said */
	bool proto_accept;       /* answer: its profile is passed on to the one who offered */
	int family;              /* `address family`: SL_IPV4, SL_IPV6; -1: as the sender's */
	unsigned rtcp_mux;       /* bits of enum sl_ng_rtcp_mux */
	struct sl_sdes_options sdes;
	bool osrtp_offer;  /* RFC 8643: offer plain RTP with keys */
	bool osrtp_accept; /* take the offerer's keys although the other side has none */
	struct sl_source_options source;
	bool replace_origin, replace_connection;
	bool generate_mid; /* a=mid where there is none */
	enum sl_ng_rtcp_attribute rtcp_attribute;
	struct sl_sdp_filter filter;                     /* `codec`, `sdp-attr` */
	struct sl_text media_remove[SL_NG_MEDIA_REMOVE]; /* types; .at NULL behind the last */
	int tos; /* `TOS`: of what is sent in the call; -1: not said */
	struct sl_sdp_address
		media_address; /* `media-address`: shown instead of ours; family 0: not said */
	int64_t delete_delay;  /* seconds; -1: not said */
	bool emergency;        /* uses the reserve, and is never policed away (docs/operate.md) */
	bool load_limit;       /* `supports`: the result "load limit" is understood */
	bool fatal;            /* delete: an unknown call is an error */
	bool fast;             /* delete: the reply needs no statistics */
	bool directional;      /* block and the like: from-tag means something */
	bool block_dtmf;       /* offer, answer: as `block DTMF` for the one who makes it */
};

/* Called for each key value or flag that nothing is done about. */
typedef void (*sl_ng_unknown)(const char *where, const char *text, uint32_t len);

/*
 * 0; -EINVAL with `why` in words when a value is of the wrong type or cannot be understood;
 * -ENOTSUP when it can, and is not done here. `unknown` may be NULL.
 */
int sl_ng_options_read(const struct sl_node *request, struct sl_ng_options *options,
	sl_ng_unknown unknown, char why[SL_NG_WHY]);

#endif
