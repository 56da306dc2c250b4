/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Inside the ipsec-mb backend: how session keys lie in memory, and what a worker has. One 160-byte
 * packet touches: AES-CM-128 four cache lines; AES-GCM one, the round keys (176 or 240 bytes) and
 * the few hash-key powers its length needs.
 */
#ifndef SL_DATAPLANE_IPSECMB_H
#define SL_DATAPLANE_IPSECMB_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include <intel-ipsec-mb.h>

#include "dataplane/crypto.h"
#include "dataplane/imb_copy.h"
#include "sluice/limits.h"

enum { SL_IPSECMB_RAW_KEY_MAX = 32 };

/* What every half of a key starts with. `struct sl_key` is the head of the SRTP half. Read-only
 * once made. */
struct sl_key {
	uint8_t suite;
	uint8_t aead;
	uint8_t key_len;      /* AES key, bytes */
	uint8_t tag_len;      /* of this half's protocol, bytes */
	uint16_t rtcp_offset; /* from the SRTP half to the SRTCP half, bytes */
	uint16_t size;        /* of the whole allocation, bytes */
};

/* AES-CM with HMAC-SHA1: one for SRTP, one for SRTCP. */
struct ipsecmb_cm {
	struct sl_key head;
	uint8_t salt[16];  /* session salt times 2^16: the IV without SSRC and index */
	uint32_t inner[5]; /* SHA-1 state after the key XOR ipad */
	uint32_t outer[5]; /* SHA-1 state after the key XOR opad */
	uint8_t round_keys[] __attribute__((aligned(64))); /* 176, 208 or 240 bytes by key size */
};
static_assert(offsetof(struct ipsecmb_cm, round_keys) == 64, "head, salt and HMAC share one line");

/* AES-GCM for SRTP. */
struct ipsecmb_gcm {
	struct sl_key head;
	uint8_t salt[16]; /* 12, then zero: read as one vector */
	/* The library's header aligns it only where LINUX is defined, its code counts on it. */
	struct gcm_key_data expanded __attribute__((aligned(64)));
};
static_assert(offsetof(struct ipsecmb_gcm, expanded) == 64, "head and salt in one line");

/* AES-GCM for SRTCP, which is rare: expanded per packet, so that a call does not pay 1 KB four
 * times. */
struct ipsecmb_gcm_rtcp {
	struct sl_key head;
	uint8_t salt[16]; /* 12, then zero: read as one vector */
	uint8_t raw[SL_IPSECMB_RAW_KEY_MAX];
};
static_assert(sizeof(struct ipsecmb_gcm_rtcp) <= 64, "one line");

enum {
	IPSECMB_SLOT = 16, /* bytes of an IV, and room for a tag */
	IPSECMB_HASH_LEN =
		12, /* the library hands out 12 or 20 of HMAC-SHA1; the longest tag is 10 */
};

/* A worker's working memory. */
struct sl_crypto {
	IMB_MGR *mgr;
	struct sl_imb imb;
	/* The HMAC burst and the CTR burst use different fields of the same jobs. */
	IMB_JOB jobs[SL_BURST];
	struct sl_crypto_op *ops[SL_BURST]; /* the AES-CM packets being worked on */
	uint16_t ends[SL_BURST];            /* offset behind the body: tag or trailer starts here */
	uint8_t macs[SL_BURST][IPSECMB_SLOT]; /* computed */
	uint8_t tags[SL_BURST][IPSECMB_SLOT]; /* received */
	uint8_t ivs[SL_BURST][IPSECMB_SLOT] __attribute__((aligned(IPSECMB_SLOT)));
	struct gcm_context_data gcm __attribute__((aligned(64)));
	struct gcm_key_data rtcp_key __attribute__((aligned(64))); /* wiped after each packet */
};

/* Of the backend's table, what may allocate (ipsecmb_setup.c). */
int sl_ipsecmb_key_new(struct sl_key **key, const struct sl_master *master);
void sl_ipsecmb_key_free(struct sl_key *key);
struct sl_crypto *sl_ipsecmb_open(void);
void sl_ipsecmb_close(struct sl_crypto *crypto);

#endif
