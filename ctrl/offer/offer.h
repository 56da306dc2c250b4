/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Offer and answer (RFC 3264) of one call: what was said is negotiated (ctrl/offer/negotiate.h),
 * what follows from it is installed (ctrl/media/connect.h), and the SDP for the other party is
 * written. A command that fails leaves the call as it was; the same command twice gives the same
 * SDP.
 */
#ifndef SL_CTRL_OFFER_H
#define SL_CTRL_OFFER_H

#include <sys/types.h>

#include "ctrl/call/session.h"
#include "sluice/error.h"

/* Bytes of SDP that go into one packet of 1500 with IP and UDP before them. */
enum { SL_SDP_ONE_MTU = 1500 - 20 - 8 };

/*
 * The SDP of `options->sdp`, as the other party shall see it, into out[0..room). The number of
 * bytes written, or a negative code with `error` in words.
 */
ssize_t sl_offer(struct sl_sessions *sessions, const struct sl_request *options, char *out,
	size_t room, struct sl_error *error);
ssize_t sl_answer(struct sl_sessions *sessions, const struct sl_request *options, char *out,
	size_t room, struct sl_error *error);

#endif
