/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SRTP and SRTCP transforms in bursts (RFC 3711, RFC 6188, RFC 7714), behind one table with two
 * implementations: IPsec-MB (default) and libsrtp2 (portable, and the oracle of the differential
 * test).
 *
 * A transform knows nothing of replay, roll-over counters or SSRC tables: the caller gives each
 * packet its index and keeps the state. A transform computes at most one MAC per packet and, when a
 * tag does not verify, changes no state: only that packet's verdict and body.
 */
#ifndef SL_DATAPLANE_CRYPTO_H
#define SL_DATAPLANE_CRYPTO_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/crypto/history.h"
#include "sluice/suite.h"

/* Room that must be writable behind a packet before protect: the longest tag and the SRTCP index.
 */
enum { SL_CRYPTO_TAILROOM = SL_TAG_MAX + 4 };

/*
 * Session keys of one direction of one leg, SRTP and SRTCP, expanded for one backend. Used by one
 * worker at a time, either to protect or to unprotect. In front of it lies its history, which is
 * that worker's while a flow with the key is published.
 */
struct sl_key;

/* NULL for NULL. */
static inline struct sl_history *sl_key_history(struct sl_key *key)
{
	return key ? (struct sl_history *)key - 1 : NULL;
}

/* One worker's private state of a backend (managers, job arrays). Not shared between threads. */
struct sl_crypto;

struct sl_crypto_op {
	uint8_t *data;      /* first byte of the RTP or RTCP header */
	struct sl_key *key; /* never NULL: plain legs do not come here */
	uint64_t index; /* SRTP: ROC << 16 | SEQ, 48 bits (RFC 3711 3.3.1); SRTCP: 31 bits (3.4) */
	uint32_t ssrc;  /* host byte order */
	uint16_t len;   /* in and out: bytes of the packet, tag and SRTCP trailer included */
	uint16_t header_len; /* SRTP: fixed header, CSRCs and extension, bytes; SRTCP: 8 */
	uint8_t verdict; /* enum sl_verdict; only ops that come in as SL_FORWARD are worked on */
};

struct sl_crypto_backend {
	const char *name;

	/* Whether key_new takes `suite`: srtp2 refuses AES-192 on a libsrtp before 2.8, which
	 * derives other keys than RFC 6188 (its issue 763). */
	bool (*supports)(enum sl_suite suite);

	/*
	 * Derives and expands the session keys of `master` (RFC 3711 4.3, RFC 6188 3, RFC 7714 11).
	 * In front of the key is an empty history. Called by the control thread. 0, or -EINVAL
	 * (suite not supported), -ENOMEM.
	 */
	int (*key_new)(struct sl_key **key, const struct sl_master *master);
	/* Wipes and frees both. NULL is ignored. No worker may hold the key any more. */
	void (*key_free)(struct sl_key *key);

	/* One per worker, called from the worker's own thread. NULL when out of memory, or the
	 * library is broken. */
	struct sl_crypto *(*open)(void);
	void (*close)(struct sl_crypto *crypto);

	/*
	 * In place; any n, suites mixed, every op with a buffer of its own. The caller has checked
	 * that a protected packet is at least as long as header + tag (+ trailer), and for SRTCP
	 * that the E flag is set and that `index` is the trailer's.
	 *
	 * unprotect: len shrinks to the plain packet; or, when the tag does not verify, verdict
	 * becomes SL_DROP_AUTH: len and header are then as before, the body is undefined.
	 * protect: len grows by tag (+ trailer, E flag set); SL_CRYPTO_TAILROOM bytes must be
	 * writable. SRTCP indices run from 1, as libsrtp cannot send 0.
	 * Either: SL_DROP_CRYPTO when the library fails.
	 */
	void (*rtp_unprotect)(
		struct sl_crypto *crypto, struct sl_crypto_op *const *ops, unsigned n);
	void (*rtp_protect)(struct sl_crypto *crypto, struct sl_crypto_op *const *ops, unsigned n);
	void (*rtcp_unprotect)(
		struct sl_crypto *crypto, struct sl_crypto_op *const *ops, unsigned n);
	void (*rtcp_protect)(struct sl_crypto *crypto, struct sl_crypto_op *const *ops, unsigned n);
};

extern const struct sl_crypto_backend sl_crypto_ipsecmb; /* where IPsec-MB was found: x86 */
extern const struct sl_crypto_backend sl_crypto_srtp2;

/* Those of this build (meson.build chooses), the best one first; ends with NULL. */
extern const struct sl_crypto_backend *const sl_crypto_backends[];

/*
 * The backend called `name` ("ipsec-mb", "srtp2", or "auto": the best one there is), after it has
 * passed the RFC vectors of every suite it supports (crypto_selftest.h). Needs the EAL. NULL: no
 * such backend, or it failed; `why` (may be NULL) then says which, until the next call.
 */
const struct sl_crypto_backend *sl_crypto_select(const char *name, const char **why);

/*
 * The E flag (top bit) and SRTCP index of a protected packet of at least 4 + tag bytes, host byte
 * order (RFC 3711 3.4, RFC 7714 9.2).
 */
uint32_t sl_srtcp_trailer(enum sl_suite suite, const uint8_t *data, uint16_t len);

#endif
