/* SPDX-License-Identifier: BSD-3-Clause */
/* Private to dataplane/crypto. */
#ifndef SL_DATAPLANE_CRYPTO_SELFTEST_H
#define SL_DATAPLANE_CRYPTO_SELFTEST_H

#include "dataplane/crypto/crypto.h"

/*
 * The RFC vectors, at start: the key derivation and the reference transform against the vectors of
 * RFC 3711, 6188 and 7714, then the backend against both, for every suite it supports, SRTP and
 * SRTCP, protect, unprotect and a forged tag. NULL: passed; else what failed, until the next call.
 * Needs the EAL. Control thread.
 */
const char *sl_crypto_selftest(const struct sl_crypto_backend *backend);

#endif
