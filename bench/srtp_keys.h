/* SPDX-License-Identifier: BSD-3-Clause */
/* Suites and SDES keys of an endpoint. */
#ifndef SL_BENCH_SRTP_KEYS_H
#define SL_BENCH_SRTP_KEYS_H

#include <srtp2/srtp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sl_load_suite {
	const char *name; /* SDES name; "RTP" for plain */
	unsigned key_len; /* master key and salt, bytes; 0 for plain */
	unsigned rtp_tag; /* bytes; 0 for plain */
	/* libsrtp2's policies; NULL for plain, and for AES-192 (see srtp_session.h) */
	void (*rtp)(srtp_crypto_policy_t *policy);
	void (*rtcp)(srtp_crypto_policy_t *policy);
};

struct sl_load_key {
	uint8_t bytes[SRTP_MAX_KEY_LEN]; /* master key, then master salt */
};

/* NULL: unknown. */
const struct sl_load_suite *sl_load_suite_find(const char *name);
const struct sl_load_suite *sl_load_suite_at(unsigned index);

void sl_load_key_random(struct sl_load_key *key);
/* Writes the base64 of a key (RFC 4568 6.1 inline value) and a NUL; `out` holds 68 bytes. */
void sl_load_key_print(const struct sl_load_key *key, const struct sl_load_suite *suite, char *out);
/* Reads exactly the suite's key and salt from `len` characters of base64. false: not that. */
bool sl_load_key_parse(
	struct sl_load_key *key, const struct sl_load_suite *suite, const char *text, size_t len);

#endif
