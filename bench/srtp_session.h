/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SRTP of one direction of one leg (RFC 3711, RFC 6188, RFC 7714), any SSRC. libsrtp2 does the
 * work, but for AES-192: the one of Debian 12 derives those session keys with AES-256
 * (cisco/libsrtp issue 763), so they are done here with OpenSSL.
 */
#ifndef SL_BENCH_SRTP_SESSION_H
#define SL_BENCH_SRTP_SESSION_H

#include "bench/srtp_keys.h"

enum sl_session_status { SL_SESSION_OK, SL_SESSION_REPLAY, SL_SESSION_BAD };

struct sl_session;

/* NULL on failure. Not for a plain suite. */
struct sl_session *sl_session_new(
	const struct sl_load_suite *suite, const struct sl_load_key *key, bool inbound);
void sl_session_free(struct sl_session *session);

/* In place; `len` in bytes, in and out. Protect needs SRTP_MAX_TRAILER_LEN writable bytes behind.
 */
enum sl_session_status sl_session_protect(
	struct sl_session *session, bool rtcp, uint8_t *data, unsigned *len);
enum sl_session_status sl_session_unprotect(
	struct sl_session *session, bool rtcp, uint8_t *data, unsigned *len);

#endif
