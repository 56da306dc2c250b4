/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One packet at a time, by the letter of the RFCs, on OpenSSL. Slow and plain on purpose: it takes
 * session keys, as the RFCs' vectors do, so it is what the start-up self-test checks against the
 * vectors first and the backends against second. Never on the media path of the ipsec-mb backend.
 * Private to dataplane/crypto.
 */
#ifndef SL_DATAPLANE_CRYPTO_REF_H
#define SL_DATAPLANE_CRYPTO_REF_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/crypto/kdf.h"

struct sl_ref_packet {
	uint8_t *data;       /* SL_CRYPTO_TAILROOM bytes behind len must be writable */
	uint64_t index;      /* as in struct sl_crypto_op */
	uint32_t ssrc;       /* host byte order */
	uint16_t len;        /* in and out, bytes */
	uint16_t header_len; /* bytes that stay clear */
	bool rtcp;
};

/* Encrypts and authenticates in place (RFC 3711 3.3 and 3.4, RFC 7714 8 and 9). 0 or -EIO. */
int sl_ref_protect(const struct sl_session_keys *keys, struct sl_ref_packet *packet);

#endif
