/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SRTP crypto suites by their registered SDES names (RFC 4568 6.2, RFC 6188 4, RFC 7714 14.2).
 *
 * X(identifier, SDES name, master key bytes, master salt bytes, SRTP tag bytes, SRTCP tag bytes,
 * AEAD)
 *
 * The _32 suites shorten the SRTP tag only: SRTCP keeps 80 bits (RFC 4568 6.2.2, RFC 6188 4).
 */
#ifndef SLUICE_SUITE_H
#define SLUICE_SUITE_H

/* clang-format off */
#define SL_SUITES(X)                                                                               \
	X(AES_CM_128_HMAC_SHA1_80, "AES_CM_128_HMAC_SHA1_80", 16, 14, 10, 10, 0)                   \
	X(AES_CM_128_HMAC_SHA1_32, "AES_CM_128_HMAC_SHA1_32", 16, 14, 4, 10, 0)                    \
	X(AES_192_CM_HMAC_SHA1_80, "AES_192_CM_HMAC_SHA1_80", 24, 14, 10, 10, 0)                   \
	X(AES_192_CM_HMAC_SHA1_32, "AES_192_CM_HMAC_SHA1_32", 24, 14, 4, 10, 0)                    \
	X(AES_256_CM_HMAC_SHA1_80, "AES_256_CM_HMAC_SHA1_80", 32, 14, 10, 10, 0)                   \
	X(AES_256_CM_HMAC_SHA1_32, "AES_256_CM_HMAC_SHA1_32", 32, 14, 4, 10, 0)                    \
	X(AEAD_AES_128_GCM, "AEAD_AES_128_GCM", 16, 12, 16, 16, 1)                                 \
	X(AEAD_AES_256_GCM, "AEAD_AES_256_GCM", 32, 12, 16, 16, 1)
/* clang-format on */

enum sl_suite {
	SL_SUITE_NONE = 0, /* plain RTP */
#define X(id, name, key, salt, rtp_tag, rtcp_tag, aead) SL_SUITE_##id,
	SL_SUITES(X)
#undef X
		SL_SUITE_COUNT,
};

enum { SL_MASTER_KEY_MAX = 32, SL_MASTER_SALT_MAX = 14, SL_TAG_MAX = 16 };

struct sl_suite_info {
	const char *name;       /* SDES name; "RTP" for SL_SUITE_NONE */
	unsigned char key_len;  /* master key, bytes */
	unsigned char salt_len; /* master salt, bytes */
	unsigned char rtp_tag;  /* SRTP authentication tag, bytes */
	unsigned char rtcp_tag; /* SRTCP authentication tag, bytes; E flag and index not counted */
	unsigned char aead;     /* 1: AES-GCM (RFC 7714) */
};

/* By enum sl_suite. */
/* clang-format off */
static const struct sl_suite_info sl_suites[SL_SUITE_COUNT] = {
	{"RTP", 0, 0, 0, 0, 0},
#define X(id, name, key, salt, rtp_tag, rtcp_tag, aead) {name, key, salt, rtp_tag, rtcp_tag, aead},
	SL_SUITES(X)
#undef X
};
/* clang-format on */

/* The master key and salt of one direction of one leg: the SDES inline value (RFC 4568 6.1),
 * decoded. */
struct sl_master {
	enum sl_suite suite;
	unsigned char key[SL_MASTER_KEY_MAX];   /* sl_suites[suite].key_len bytes are used */
	unsigned char salt[SL_MASTER_SALT_MAX]; /* sl_suites[suite].salt_len bytes are used */
};

#endif
