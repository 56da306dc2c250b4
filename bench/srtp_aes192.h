/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AES_192_CM_HMAC_SHA1_{80,32} (RFC 6188) by OpenSSL, one direction, one SSRC at a time. For
 * packets with a bare 12-byte RTP header. It keeps no replay window: who needs to know of
 * duplicates looks inside.
 */
#ifndef SL_BENCH_SRTP_AES192_H
#define SL_BENCH_SRTP_AES192_H

#include <stdbool.h>
#include <stdint.h>

struct sl_aes192;

/* `master`: 24 bytes of key, 14 of salt; `rtp_tag` 10 or 4 bytes (SRTCP: always 10). NULL: failed.
 */
struct sl_aes192 *sl_aes192_new(const uint8_t *master, unsigned rtp_tag);
void sl_aes192_free(struct sl_aes192 *session);

bool sl_aes192_protect(struct sl_aes192 *session, bool rtcp, uint8_t *data, unsigned *len);
/* False, with nothing changed, when the tag does not verify. */
bool sl_aes192_unprotect(struct sl_aes192 *session, bool rtcp, uint8_t *data, unsigned *len);

#endif
