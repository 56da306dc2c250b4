/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SRTP key derivation with a key derivation rate of 0: every session key is derived once, from the
 * master key and salt alone (RFC 3711 4.3.1, AES-CM PRF 4.3.3; RFC 6188 3 for 192 and 256 bits; RFC
 * 7714 11 for AEAD). Set-up only: OpenSSL may allocate.
 */
#ifndef SL_DATAPLANE_KDF_H
#define SL_DATAPLANE_KDF_H

#include <stddef.h>
#include <stdint.h>

#include "sluice/suite.h"

/* RFC 3711 4.3.2 */
enum sl_kdf_label {
	SL_KDF_RTP_ENCRYPTION = 0,
	SL_KDF_RTP_AUTH = 1,
	SL_KDF_RTP_SALT = 2,
	SL_KDF_RTCP_ENCRYPTION = 3,
	SL_KDF_RTCP_AUTH = 4,
	SL_KDF_RTCP_SALT = 5,
};

enum { SL_AUTH_KEY_LEN = 20 }; /* HMAC-SHA1 key, bytes (RFC 3711 5.2) */

/* Session keys of SRTP or of SRTCP. Secret: whoever holds one wipes it with explicit_bzero. */
struct sl_session_keys {
	enum sl_suite suite;
	uint8_t encryption[SL_MASTER_KEY_MAX]; /* sl_suites[suite].key_len bytes */
	uint8_t auth[SL_AUTH_KEY_LEN];         /* zero for AEAD suites */
	uint8_t salt[SL_MASTER_SALT_MAX]; /* sl_suites[suite].salt_len bytes, zero behind them */
};

/*
 * The first `len` bytes (at most 2^20) of the PRF's output for `label`.
 * 0, -EINVAL (no such suite, plain RTP, or len), -ENOMEM, -EIO (OpenSSL refused). `out` is zeroed
 * on error.
 */
int sl_kdf_derive(
	const struct sl_master *master, enum sl_kdf_label label, uint8_t *out, size_t len);

/* All six session keys. Errors as above; both structs are zeroed on error. */
int sl_kdf_session(
	const struct sl_master *master, struct sl_session_keys *rtp, struct sl_session_keys *rtcp);

#endif
