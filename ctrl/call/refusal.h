/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Why requests are refused: each reason has a code of its own, and the words that go back to the
 * proxy say the rest (struct sl_error). The codes are no errno, so that no function that fails for
 * a reason of its own can be taken for one that says them: -SL_E_LIMIT, which only admission
 * returns and only for new calls, makes the proxy try another relay. -errno is a failure of the
 * machine. A pure leaf.
 *
 * X(identifier, name, what it means)
 */
#ifndef SL_CTRL_REFUSAL_H
#define SL_CTRL_REFUSAL_H

#include "sluice/error.h"

#define SL_REFUSALS(X)                                                                 \
	X(REQUEST, "request", "a key is missing, of the wrong type or not understood") \
	X(SDP, "sdp", "the SDP is malformed")                                          \
	X(CALL, "unknown-call", "there is no such call")                               \
	X(TAG, "tag", "a tag that does not belong to the call")                        \
	X(PROFILE, "profile", "RTP, SRTP, m-lines or rtcp-mux do not fit the offer")   \
	X(NO_KEY, "no-key", "no key that can be served was offered or may be")         \
	X(WRONG_KEY, "wrong-key", "an answer with a key or tag that was not offered")  \
	X(ADDRESS, "address", "media cannot be sent to that address")                  \
	X(FAMILY, "family", "an address family that cannot be served")                 \
	X(UNSUPPORTED, "unsupported", "something that Sluice does not do")             \
	X(LIMIT, "limit", "a limit of [limits] or max-sessions is reached")            \
	X(PORTS, "ports", "no free ports")                                             \
	X(PARTIES, "parties", "a call has as many parties as it may have")             \
	X(SIZE, "size", "a reply would be too large")                                  \
	X(ROUTE, "route", "no route or next hop to the party")                         \
	X(OTHER, "other", "memory, randomness and the like")

enum sl_refusal {
#define X(id, name, text) SL_REFUSED_##id,
	SL_REFUSALS(X)
#undef X
		SL_REFUSAL_COUNT,
};

enum {
	SL_E_FIRST = 4096, /* behind the last errno */
#define X(id, name, text) SL_E_##id = SL_E_FIRST + SL_REFUSED_##id,
	SL_REFUSALS(X)
#undef X
};

extern const char *const sl_refusal_names[SL_REFUSAL_COUNT];

/* The reason behind a negative code; SL_REFUSED_OTHER for one that is not listed. */
enum sl_refusal sl_refusal_of(int code);

#endif
