/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From SDP to media parameters (RFC 3264, RFC 4568, RFC 5761): whether and how one leg can be
 * served. A pure leaf: it knows no call, makes no key and opens nothing. Refusals are worded for
 * the SIP engineer at the other end. A line that is passed over, because a better one is there,
 * gets a remark: `error` is to be empty before, and holds the first remark after success.
 */
#ifndef SL_CTRL_NEGOTIATE_H
#define SL_CTRL_NEGOTIATE_H

#include "ctrl/call/refusal.h"
#include "ctrl/call/session.h"
#include "ctrl/sdp/sdp.h"

/* Keyed by SDES or not: SAVP and SAVPF. */
bool sl_proto_secure(enum sl_sdp_proto proto);

void sl_address_from_sdp(const struct sl_sdp_address *address, uint8_t ip[16]);
void sl_address_to_sdp(const uint8_t ip[16], struct sl_sdp_address *address);

/* Demands of an interface and a request on the party that offers. */
struct sl_offer_policy {
	const struct sl_sdes_options *sdes;
	enum sl_suite minimum;  /* `min-suite` of its interface */
	bool secure_only;       /* no `allow-rtp` there */
	enum sl_suite in_force; /* the suite of this medium so far */
};

/*
 * Reads medium `m` of the party that offers: endpoints, and the best crypto line that can be
 * served (RFC 4568 5.1.2). params->mux says whether rtcp-mux was offered. 0, or a negative code
 * with `error` (ctrl/call/refusal.h).
 */
int sl_negotiate_offer(const struct sl_sdp *sdp, unsigned m, const struct sl_offer_policy *policy,
	struct sl_media_params *params, struct sl_error *error);

/*
 * Makes the proposal to the other party, on interface `to`, for a medium that was offered with
 * `from`: profile, suites, rtcp-mux, as the request's options ask. `in_force`: the suite of this
 * medium with that party so far. 0, or a negative code with `error` (ctrl/call/refusal.h).
 */
int sl_negotiate_propose(const struct sl_media_params *from, const struct sl_request *options,
	const struct sl_config_interface *to, enum sl_suite in_force, struct sl_proposal *proposal,
	struct sl_error *error);

/*
 * Reads medium `m` of the answer and checks it against the proposal: the profile must be as
 * secure, the crypto line one of ours by tag and suite (RFC 4568 5.1.3), or, as some number their
 * answers anew, by suite alone, rtcp-mux only if it was proposed. 0, or a negative code with
 * `error` (ctrl/call/refusal.h).
 */
int sl_negotiate_answer(const struct sl_sdp *sdp, unsigned m, const struct sl_proposal *proposal,
	unsigned rtcp_mux, struct sl_media_params *to, struct sl_error *error);

/*
 * Makes the answer to the party that offered, with the options of the answer:
 * whether its rtcp-mux is accepted, whether its opportunistic keys are (RFC 8643), whether it
 * keeps its suite (SDES `static`), and its profile.
 */
void sl_negotiate_settle(struct sl_media_params *from, const struct sl_media_params *to,
	const struct sl_request *options, unsigned rtcp_mux);

#endif
