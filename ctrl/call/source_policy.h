/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From what a request says about its sender to whom media is accepted from and where it is sent
 * (dataplane/flow/latch.h). A pure leaf.
 *
 * On an interface with `source = strict`: only from where SDP says, unless the request says
 * media-handover. With `source = follow`, the default:
 *
 *                          SRTP                                plain RTP
 *  (nothing said)          follows who authenticates           learnt once, from where signalling
 *                                                              named; the signalled address wins
 *  strict-source           who authenticates first             as above
 *  media-handover          as with nothing said                whoever speaks alone is it: insecure
 *  asymmetric              media is sent to where SDP says, wherever it comes from
 *  SIP-source-address      the addresses in SDP are replaced by the one the SIP message came from
 *
 * Local ports are kept for as long as a call lasts, so port-latching is always on.
 */
#ifndef SL_CTRL_SOURCE_POLICY_H
#define SL_CTRL_SOURCE_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/flow/latch.h"

/* Options of a request, about the party that it comes from. */
struct sl_source_options {
	bool asymmetric, strict, handover, sip_source;
	bool received;             /* `received-from` was said: */
	uint8_t received_from[16]; /* IPv4 in mapped form */
};

/* With SIP-source-address: the SIP message's address in place of `ip`, if it is of its family. */
void sl_source_address(const struct sl_source_options *options, uint8_t ip[16]);

/* For media of that party, `plain` RTP or not, on an interface that says `follow` or not. All bytes
 * are defined. */
struct sl_latch_policy sl_source_policy(
	const struct sl_source_options *options, bool plain, bool follow);

#endif
