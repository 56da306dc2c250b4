/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Why requests are refused, for counting: each reason has a code, and the words that go back to the
 * proxy say the rest. A pure leaf.
 *
 * Reasons that decide what a proxy does next have codes that are no errno, so that no function that
 * fails for a reason of its own can be taken for one that says them: SL_E_FULL, which only
 * admission returns and only for new calls, makes the proxy try another relay.
 *
 * X(identifier, code, name, what it means)
 */
#ifndef SL_CTRL_REFUSAL_H
#define SL_CTRL_REFUSAL_H

#include <errno.h>

#include "sluice/error.h"

enum {
	SL_E_FULL = 4096, /* behind the last errno: a limit of the relay */
	SL_E_PORTS,       /* no free ports */
	SL_E_PARTIES,     /* a limit of the call */
	SL_E_SIZE,        /* the reply would be too large */
};

#define SL_REFUSALS(X)                                                                         \
	X(REQUEST, EINVAL, "request", "a key is missing, of the wrong type or not understood") \
	X(SDP, EBADMSG, "sdp", "the SDP is malformed")                                         \
	X(CALL, ENOENT, "unknown-call", "there is no such call")                               \
	X(TAG, ESRCH, "tag", "a tag that does not belong to the call")                         \
	X(PROFILE, EPROTO, "profile", "RTP, SRTP, m-lines or rtcp-mux do not fit the offer")   \
	X(NO_KEY, ENOKEY, "no-key", "no key that can be served was offered or may be")         \
	X(WRONG_KEY, EKEYREJECTED, "wrong-key",                                                \
		"an answer with a key or tag that was not offered")                            \
	X(ADDRESS, EADDRNOTAVAIL, "address", "media cannot be sent to that address")           \
	X(FAMILY, EAFNOSUPPORT, "family", "an address family that cannot be served")           \
	X(UNSUPPORTED, ENOTSUP, "unsupported", "something that Sluice does not do")            \
	X(LIMIT, SL_E_FULL, "limit", "a limit of [limits] or max-sessions is reached")         \
	X(PORTS, SL_E_PORTS, "ports", "no free ports")                                         \
	X(PARTIES, SL_E_PARTIES, "parties", "a call has as many parties as it may have")       \
	X(SIZE, SL_E_SIZE, "size", "a reply would be too large")                               \
	X(ROUTE, EHOSTUNREACH, "route", "no route or next hop to the party")                   \
	X(OTHER, EIO, "other", "memory, randomness and the like")

enum sl_refusal {
#define X(id, code, name, text) SL_REFUSED_##id,
	SL_REFUSALS(X)
#undef X
		SL_REFUSAL_COUNT,
};

extern const char *const sl_refusal_names[SL_REFUSAL_COUNT];

/* The reason behind a negative code; SL_REFUSED_OTHER for one that is not listed. */
enum sl_refusal sl_refusal_of(int rc);

#endif
