/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Why requests are refused, for counting: each reason is one errno, and the words that go back to
 * the proxy say the rest. A pure leaf.
 *
 * X(identifier, errno, name, what it means)
 */
#ifndef SL_CTRL_REFUSAL_H
#define SL_CTRL_REFUSAL_H

#include <errno.h>

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
	X(LIMIT, EUSERS, "limit", "a limit of [limits] or max-sessions is reached")            \
	X(PORTS, ENOSPC, "ports", "no free ports, or a reply too large")                       \
	X(ROUTE, EHOSTUNREACH, "route", "no route or next hop to the party")                   \
	X(OTHER, EIO, "other", "memory, randomness and the like")

enum sl_refusal {
#define X(id, error, name, text) SL_REFUSED_##id,
	SL_REFUSALS(X)
#undef X
		SL_REFUSAL_COUNT,
};

extern const char *const sl_refusal_names[SL_REFUSAL_COUNT];

/* The reason behind a negative errno; SL_REFUSED_OTHER for one that is not listed. */
enum sl_refusal sl_refusal_of(int rc);

#endif
