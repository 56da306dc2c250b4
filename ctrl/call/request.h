/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A request of signalling, of any control protocol: it names a call and its parties, carries SDP,
 * and says what the proxy's script wants done with that. Strings point into the message that it was
 * read from. docs/ng.md explains each field.
 */
#ifndef SL_CTRL_REQUEST_H
#define SL_CTRL_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "ctrl/call/source_policy.h"
#include "ctrl/sdp/sdes_policy.h"
#include "ctrl/sdp/sdp.h"
#include "ctrl/sdp/sdp_filter.h"

enum {
	SL_CALL_NAME = 256,  /* bytes of a call-id, tag, via-branch or label */
	SL_MEDIA_REMOVE = 4, /* types in `sdp-media-remove` */
};

/* `rtcp-mux`: what to do about RFC 5761 between the two legs. */
enum sl_rtcp_mux {
	SL_MUX_OFFER = 1 << 0,   /* offer it also when it was not offered to us */
	SL_MUX_REQUIRE = 1 << 1, /* as offer, and refuse an answer without it */
	SL_MUX_DEMUX = 1 << 2,   /* do not pass it on; accept it from the one who offered */
	SL_MUX_ACCEPT = 1 << 3,  /* accept it from the one who offered, whatever the other says */
	SL_MUX_REJECT = 1 << 4,  /* do not accept it from the one who offered */
};

/* The a=rtcp line (RFC 3605). */
enum sl_rtcp_line {
	SL_RTCP_LINE_DEFAULT = 0, /* written; with an address where there was one before */
	SL_RTCP_LINE_FULL,        /* `full-rtcp-attribute`: with an address */
	SL_RTCP_LINE_NONE,        /* `no-rtcp-attribute` */
};

struct sl_request {
	struct sl_text call_id, from_tag, to_tag, via_branch, sdp;
	struct sl_text label; /* `label`: what the sender is called in replies; at NULL: not said */
	struct sl_text direction[2]; /* interface names: of the sender, of the receiver */

	enum sl_sdp_proto proto; /* `transport-protocol`; SL_SDP_OTHER: not said */
	bool proto_accept;       /* answer: its profile is passed on to the one who offered */
	int family;              /* `address family`: SL_IPV4, SL_IPV6; -1: as the sender's */
	unsigned rtcp_mux;       /* bits of enum sl_rtcp_mux */
	struct sl_sdes_options sdes;
	bool osrtp_offer;  /* RFC 8643: offer plain RTP with keys */
	bool osrtp_accept; /* take the offerer's keys although the other side has none */
	struct sl_source_options source;
	bool replace_origin, replace_connection;
	bool generate_mid; /* a=mid where there is none */
	enum sl_rtcp_line rtcp_attribute;
	struct sl_sdp_filter filter;                  /* `codec`, `sdp-attr` */
	struct sl_text media_remove[SL_MEDIA_REMOVE]; /* types; .at NULL behind the last */
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

#endif
