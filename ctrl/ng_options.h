/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a control request asks for besides its command: keys and flags in all their spellings, read
 * into one plain struct. A pure leaf. Strings point into the request.
 */
#ifndef SL_CTRL_NG_OPTIONS_H
#define SL_CTRL_NG_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "ctrl/node.h"
#include "ctrl/sdp.h"
#include "sluice/suite.h"

enum { SL_NG_WHY = 192 }; /* bytes of an error reason, NUL included */

/* `rtcp-mux`: what to do about RFC 5761 between the two legs. */
enum sl_ng_rtcp_mux {
	SL_NG_MUX_OFFER = 1 << 0,   /* offer it also when it was not offered to us */
	SL_NG_MUX_REQUIRE = 1 << 1, /* as offer, and refuse an answer without it */
	SL_NG_MUX_DEMUX = 1 << 2,   /* do not pass it on; accept it from the one who offered */
	SL_NG_MUX_ACCEPT = 1 << 3, /* accept it from the one who offered, whatever the other says */
	SL_NG_MUX_REJECT = 1 << 4, /* do not accept it from the one who offered */
};

struct sl_ng_options {
	struct sl_text call_id, from_tag, to_tag, via_branch, sdp;
	struct sl_text direction[2]; /* interface names: of the sender, of the receiver */

	enum sl_sdp_proto proto; /* `transport-protocol`; SL_SDP_OTHER: not said */
	int family;              /* `address family`: SL_IPV4, SL_IPV6; -1: as the sender's */
	unsigned rtcp_mux;       /* bits of enum sl_ng_rtcp_mux */
	uint16_t sdes_no;        /* suites not to offer: bit per enum sl_suite */
	uint16_t sdes_only;      /* when not 0: the suites to offer */
	bool sdes_off;           /* take part in no SDES */
	bool replace_origin, replace_connection;
	int64_t delete_delay; /* seconds; -1: not said */
	bool fatal;           /* delete: an unknown call is an error */
};

/* Called for each key value or flag that nothing is done about. */
typedef void (*sl_ng_unknown)(const char *where, const char *text, uint32_t len);

/* 0; -EINVAL with `why` in words when a value cannot be understood. `unknown` may be NULL. */
int sl_ng_options_read(const struct sl_node *request, struct sl_ng_options *options,
	sl_ng_unknown unknown, char why[SL_NG_WHY]);

#endif
