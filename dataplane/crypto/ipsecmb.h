/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Inside the ipsec-mb backend: how session keys lie in memory, and what a worker has. One 160-byte
 * packet touches: AES-CM-128 four cache lines; AES-GCM one, the round keys (176 or 240 bytes) and
 * the few hash-key powers its length needs. SRTCP is rare, so its keys are kept as derived and
 * expanded for each packet. Private to dataplane/crypto.
 */
#ifndef SL_DATAPLANE_IPSECMB_H
#define SL_DATAPLANE_IPSECMB_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include <intel-ipsec-mb.h>

#include "dataplane/crypto/crypto.h"
#include "dataplane/crypto/imb_copy.h"
#include "dataplane/crypto/kdf.h"
#include "sluice/limits.h"

enum { IPSECMB_ROUND_KEYS_MAX = 15 * 16, IPSECMB_GCM_SALT = 12 };

/* The common start of every key. Read-only once made. */
struct sl_key {
	uint8_t suite;
	uint8_t aead;
	uint8_t key_len;      /* AES key, bytes */
	uint8_t tag_len;      /* of SRTP or, in a worker's memory, SRTCP, bytes */
	uint16_t rtcp_offset; /* AES-CM: to struct ipsecmb_cm_rtcp, bytes */
	uint16_t size;        /* bytes */
};

/* AES-CM with HMAC-SHA1. */
struct ipsecmb_cm {
	struct sl_key head;
	uint8_t salt[16];  /* session salt times 2^16: the IV without SSRC and index */
	uint32_t inner[5]; /* SHA-1 state after the key XOR ipad */
	uint32_t outer[5]; /* SHA-1 state after the key XOR opad */
	uint8_t round_keys[] __attribute__((aligned(64))); /* 176, 208 or 240 bytes by key size */
};
static_assert(offsetof(struct ipsecmb_cm, round_keys) == 64, "head, salt and HMAC share one line");

/* Behind the round keys. */
struct ipsecmb_cm_rtcp {
	uint8_t salt[SL_MASTER_SALT_MAX];
	uint8_t auth[SL_AUTH_KEY_LEN];
	uint8_t encryption[]; /* key_len */
};

struct ipsecmb_gcm {
	struct sl_key head;
	/* Each salt is read as one vector, with four bytes of what follows that are not used. */
	uint8_t salt[IPSECMB_GCM_SALT], rtcp_salt[IPSECMB_GCM_SALT];
	uint8_t rtcp_encryption[SL_MASTER_KEY_MAX];
	/* The library's header aligns it only where LINUX is defined, its code counts on it. */
	struct gcm_key_data expanded __attribute__((aligned(64)));
};
static_assert(offsetof(struct ipsecmb_gcm, expanded) == 64, "what is not expanded in one line");

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

	/* For the SRTCP packet at hand; wiped after each. */
	struct gcm_key_data rtcp_gcm __attribute__((aligned(64)));
	union {
		struct ipsecmb_cm rtcp_cm;
		uint8_t rtcp_cm_room[sizeof(struct ipsecmb_cm) + IPSECMB_ROUND_KEYS_MAX];
	} __attribute__((aligned(64)));
};

/* Expands the keys of AES-CM: all but the head. */
void sl_ipsecmb_fill_cm(IMB_MGR *mgr, struct ipsecmb_cm *cm, const uint8_t *salt,
	const uint8_t *auth, const uint8_t *encryption);

/* The functions of the backend's table that may allocate (ipsecmb_setup.c). */
int sl_ipsecmb_key_new(struct sl_key **key, const struct sl_master *master);
void sl_ipsecmb_key_free(struct sl_key *key);
struct sl_crypto *sl_ipsecmb_open(void);
void sl_ipsecmb_close(struct sl_crypto *crypto);

#endif
