/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The IPsec-MB backend. AES-CM packets of a burst go through one HMAC-SHA1 burst and one AES-CTR
 * burst per key size; AES-GCM packets through the direct calls. SRTP and SRTCP differ in three
 * things only, so the code is written once: what 32-bit word the MAC covers behind the body (ROC,
 * or E flag and index), whether that word is sent, and on which side of the tag it stands.
 */
#include "dataplane/crypto/crypto.h"

#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_byteorder.h>
#include <rte_common.h>
#include <rte_prefetch.h>

#include "dataplane/crypto/ipsecmb.h"
#include "sluice/drop.h"

#include "dataplane/base/packet_path.h"

enum {
	WORD = 4, /* bytes of ROC, or of E flag and SRTCP index */
	CM_TAG_MAX = 10,
	GCM_TAG = 16,
	RTCP_HEADER = 8,
};

enum protocol { RTP, RTCP };

enum {
	LINE = RTE_CACHE_LINE_SIZE,
	GCM_AHEAD = 8,       /* packets, from asking for a key to using it */
	GCM_POWER_LINES = 4, /* of the hash key, the lowest are last: 16 blocks, one voice packet */
};

/* Returns the expanded key; for SRTCP the one that run() has expanded for the packet at hand. */
static inline const struct ipsecmb_cm *cm_of(
	const struct sl_crypto *crypto, const struct sl_crypto_op *op, enum protocol protocol)
{
	return protocol == RTP ? (const void *)op->key : &crypto->rtcp_cm;
}

static inline void put_word(uint8_t *at, uint32_t host_order)
{
	const uint32_t word = rte_cpu_to_be_32(host_order);

	memcpy(at, &word, sizeof(word));
}

/* The bytes that the MAC covers behind the body (RFC 3711 4.2). */
static inline uint32_t authenticated_word(const struct sl_crypto_op *op, enum protocol protocol)
{
	return protocol == RTP ? (uint32_t)(op->index >> 16)
			       : UINT32_C(1) << 31 | (uint32_t)op->index;
}

/* Variable length, but only two lengths exist: spares the call. */
static inline void copy_cm_tag(uint8_t *to, const uint8_t *from, unsigned len)
{
	if (len == CM_TAG_MAX)
		memcpy(to, from, CM_TAG_MAX);
	else
		memcpy(to, from, 4);
}

/* No early exit: the time must not tell how many bytes of a forged tag were right. */
static inline bool tags_equal(const uint8_t *a, const uint8_t *b, unsigned len)
{
	uint64_t head[2] = {0}, tail[2] = {0};

	if (len == CM_TAG_MAX) {
		memcpy(&head[0], a, 8);
		memcpy(&head[1], b, 8);
		memcpy(&tail[0], a + 8, CM_TAG_MAX - 8);
		memcpy(&tail[1], b + 8, CM_TAG_MAX - 8);
	} else {
		memcpy(&head[0], a, 4);
		memcpy(&head[1], b, 4);
	}
	return ((head[0] ^ head[1]) | (tail[0] ^ tail[1])) == 0;
}

/* salt * 2^16 XOR SSRC * 2^64 XOR index * 2^16 (RFC 3711 4.1.1) */
static inline void cm_iv(uint8_t *iv, const uint8_t *salt, uint32_t ssrc, uint64_t index)
{
	uint64_t halves[2];

	memcpy(halves, salt, sizeof(halves));
	halves[0] ^= rte_cpu_to_be_64(ssrc);
	halves[1] ^= rte_cpu_to_be_64(index << 16);
	memcpy(iv, halves, sizeof(halves));
}

/* MACs over [data, ends) and the word behind it, into macs. False: the library did not do its job.
 */
static bool cm_hash(struct sl_crypto *crypto, unsigned n, enum protocol protocol)
{
	for (unsigned i = 0; i < n; i++) {
		const struct ipsecmb_cm *cm = cm_of(crypto, crypto->ops[i], protocol);
		IMB_JOB *job = &crypto->jobs[i];
		job->src = crypto->ops[i]->data;
		job->msg_len_to_hash_in_bytes = crypto->ends[i] + WORD;
		job->u.HMAC._hashed_auth_key_xor_ipad = (const uint8_t *)cm->inner;
		job->u.HMAC._hashed_auth_key_xor_opad = (const uint8_t *)cm->outer;
	}
	return likely(IMB_SUBMIT_HASH_BURST_NOCHECK(
			      crypto->mgr, crypto->jobs, n, IMB_AUTH_HMAC_SHA_1) == n);
}

/* AES-CTR over [header_len, ends) of the ops that are still on their way. The API takes one key
 * size. False: the library did not do them all. */
static bool cm_cipher(
	struct sl_crypto *crypto, unsigned n, enum protocol protocol, unsigned key_len)
{
	unsigned jobs = 0;

	for (unsigned i = 0; i < n; i++) {
		struct sl_crypto_op *op = crypto->ops[i];
		const struct ipsecmb_cm *cm = cm_of(crypto, op, protocol);
		if (cm->head.key_len != key_len || op->verdict != SL_FORWARD ||
			crypto->ends[i] <= op->header_len)
			continue;
		IMB_JOB *job = &crypto->jobs[jobs];
		cm_iv(crypto->ivs[jobs], cm->salt, op->ssrc, op->index);
		job->src = op->data + op->header_len;
		job->dst = op->data + op->header_len;
		job->msg_len_to_cipher_in_bytes = crypto->ends[i] - op->header_len;
		job->enc_keys = cm->round_keys;
		job->dec_keys = cm->round_keys;
		job->key_len_in_bytes = key_len;
		jobs++;
	}
	return !jobs || likely(IMB_SUBMIT_CIPHER_BURST_NOCHECK(crypto->mgr, crypto->jobs, jobs,
				       IMB_CIPHER_CNTR, IMB_DIR_ENCRYPT, key_len) == jobs);
}

static inline unsigned key_len_bit(unsigned key_len)
{
	return 1u << key_len / 8;
}

static bool cm_cipher_all(
	struct sl_crypto *crypto, unsigned n, enum protocol protocol, unsigned key_lens)
{
	bool done = true;

	for (unsigned len = 16; len <= 32; len += 8)
		if (key_lens & key_len_bit(len))
			done &= cm_cipher(crypto, n, protocol, len);
	return done;
}

/* Prefetches what lies behind the line of the head, which the caller is likely to have brought
 * near. */
static inline void cm_prefetch(const struct ipsecmb_cm *cm)
{
	const uint8_t *keys = cm->round_keys;

	for (unsigned line = 0; line < 3; line++)
		rte_prefetch0(keys + line * LINE);
}

static inline void gcm_prefetch(const struct sl_key *head)
{
	const struct gcm_key_data *key = &((const struct ipsecmb_gcm *)head)->expanded;
	const uint8_t *end = (const uint8_t *)(key + 1);

	for (unsigned line = 0; line < 4; line++)
		rte_prefetch0((const uint8_t *)key + line * LINE);
	for (unsigned line = 1; line <= GCM_POWER_LINES; line++)
		rte_prefetch0(end - line * LINE);
}

static void cm_unprotect(struct sl_crypto *crypto, unsigned n, enum protocol protocol)
{
	unsigned key_lens = 0;

	for (unsigned i = 0; i < n; i++) {
		struct sl_crypto_op *op = crypto->ops[i];
		const struct ipsecmb_cm *cm = cm_of(crypto, op, protocol);
		const uint16_t tag_at = op->len - cm->head.tag_len;
		cm_prefetch(cm);
		copy_cm_tag(crypto->tags[i], op->data + tag_at, cm->head.tag_len);
		crypto->ends[i] = protocol == RTP ? tag_at : tag_at - WORD;
		if (protocol ==
			RTP) /* the ROC is hashed where the tag was: no copy of the packet */
			put_word(op->data + tag_at, authenticated_word(op, protocol));
	}
	const bool hashed = cm_hash(crypto, n, protocol);
	for (unsigned i = 0; i < n; i++) {
		struct sl_crypto_op *op = crypto->ops[i];
		const struct sl_key *head = &cm_of(crypto, op, protocol)->head;
		if (likely(hashed && tags_equal(crypto->macs[i], crypto->tags[i], head->tag_len))) {
			key_lens |= key_len_bit(head->key_len);
			op->len = crypto->ends[i];
			continue;
		}
		op->verdict = hashed ? SL_DROP_AUTH : SL_DROP_CRYPTO;
		if (protocol == RTP)
			copy_cm_tag(op->data + crypto->ends[i], crypto->tags[i], head->tag_len);
	}
	if (likely(cm_cipher_all(crypto, n, protocol, key_lens)))
		return;
	for (unsigned i = 0; i < n; i++)
		if (crypto->ops[i]->verdict == SL_FORWARD)
			crypto->ops[i]->verdict = SL_DROP_CRYPTO;
}

static void cm_protect(struct sl_crypto *crypto, unsigned n, enum protocol protocol)
{
	unsigned key_lens = 0;

	for (unsigned i = 0; i < n; i++) {
		struct sl_crypto_op *op = crypto->ops[i];
		key_lens |= key_len_bit(op->key->key_len);
		cm_prefetch(cm_of(crypto, op, protocol));
		crypto->ends[i] = op->len;
		put_word(op->data + op->len, authenticated_word(op, protocol));
	}
	/* A packet that was not encrypted must not get a tag that verifies, still less leave. */
	const bool done =
		cm_cipher_all(crypto, n, protocol, key_lens) && cm_hash(crypto, n, protocol);
	for (unsigned i = 0; i < n; i++) {
		struct sl_crypto_op *op = crypto->ops[i];
		const uint8_t tag_len = cm_of(crypto, op, protocol)->head.tag_len;
		if (unlikely(!done)) {
			op->verdict = SL_DROP_CRYPTO;
			continue;
		}
		const uint16_t tag_at = protocol == RTP ? op->len : op->len + WORD;
		copy_cm_tag(op->data + tag_at, crypto->macs[i], tag_len);
		op->len = tag_at + tag_len;
	}
}

typedef uint64_t iv_vector __attribute__((vector_size(16)));

/*
 * 00 00 || SSRC || 48-bit index, XOR salt (RFC 7714 8.1, 9.1); four bytes behind are not used. One
 * store of 16 bytes, as the library reads it at once: for smaller ones it would wait.
 */
static inline void gcm_iv(iv_vector *iv, const void *salt, uint32_t ssrc, uint64_t index)
{
	const uint64_t head = (uint64_t)ssrc << 16 | index >> 32, tail = index << 32;
	iv_vector salted;

	memcpy(&salted, salt, sizeof(salted));
	*iv = salted ^ (iv_vector) { rte_cpu_to_be_64(head), rte_cpu_to_be_64(tail) };
}

static inline bool gcm_tags_equal(const uint8_t *a, const uint8_t *b)
{
	uint64_t x[2], y[2];

	memcpy(x, a, GCM_TAG);
	memcpy(y, b, GCM_TAG);
	return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
}

/* SRTP authenticates the header; SRTCP its first 8 bytes and the E+index word (RFC 7714 8.2, 9.2).
 */
static void gcm_run(struct sl_crypto *crypto, const struct sl_crypto_op *op, enum protocol protocol,
	bool encrypt, uint16_t end, uint8_t *tag)
{
	const struct ipsecmb_gcm *gcm = (const void *)op->key;
	const bool short_key = gcm->head.key_len == 16;
	iv_vector iv;
	uint8_t rtcp_aad[RTCP_HEADER + WORD];
	uint8_t *const body = op->data + op->header_len;
	const uint8_t *aad = op->data;
	uint64_t aad_len = op->header_len;
	const struct gcm_key_data *key = &gcm->expanded;
	size_t salt_at = offsetof(struct ipsecmb_gcm, salt);

	if (protocol == RTCP) {
		if (short_key)
			IMB_AES128_GCM_PRE(crypto->mgr, gcm->rtcp_encryption, &crypto->rtcp_gcm);
		else
			IMB_AES256_GCM_PRE(crypto->mgr, gcm->rtcp_encryption, &crypto->rtcp_gcm);
		key = &crypto->rtcp_gcm;
		salt_at = offsetof(struct ipsecmb_gcm, rtcp_salt);
		memcpy(rtcp_aad, op->data, RTCP_HEADER);
		if (encrypt)
			put_word(rtcp_aad + RTCP_HEADER, authenticated_word(op, protocol));
		else /* as it came, so that a changed E flag does not verify */
			memcpy(rtcp_aad + RTCP_HEADER, op->data + end + GCM_TAG, WORD);
		aad = rtcp_aad;
		aad_len = sizeof(rtcp_aad);
	}
	gcm_iv(&iv, (const uint8_t *)gcm + salt_at, op->ssrc, op->index);
	aes_gcm_enc_dec_t run =
		short_key ? (encrypt ? crypto->mgr->gcm128_enc : crypto->mgr->gcm128_dec)
			  : (encrypt ? crypto->mgr->gcm256_enc : crypto->mgr->gcm256_dec);
	run(key, &crypto->gcm, body, body, end - op->header_len, (const uint8_t *)&iv, aad, aad_len,
		tag, GCM_TAG);
	if (protocol == RTCP)
		explicit_bzero(&crypto->rtcp_gcm, sizeof(crypto->rtcp_gcm));
}

static void gcm_unprotect(struct sl_crypto *crypto, struct sl_crypto_op *op, enum protocol protocol)
{
	const uint16_t end = op->len - GCM_TAG - (protocol == RTP ? 0 : WORD);
	uint8_t tag[GCM_TAG];

	gcm_run(crypto, op, protocol, false, end, tag);
	if (likely(gcm_tags_equal(tag, op->data + end)))
		op->len = end;
	else
		op->verdict = SL_DROP_AUTH;
}

static void gcm_protect(struct sl_crypto *crypto, struct sl_crypto_op *op, enum protocol protocol)
{
	gcm_run(crypto, op, protocol, true, op->len, op->data + op->len);
	op->len += GCM_TAG;
	if (protocol == RTCP) {
		put_word(op->data + op->len, authenticated_word(op, protocol));
		op->len += WORD;
	}
}

/* The SRTCP keys of an AES-CM packet, for as long as it is worked on. */
static void cm_rtcp_expand(struct sl_crypto *crypto, const struct sl_key *key)
{
	const struct ipsecmb_cm_rtcp *rtcp = RTE_PTR_ADD(key, key->rtcp_offset);

	crypto->rtcp_cm.head = *key;
	crypto->rtcp_cm.head.tag_len = sl_suites[key->suite].rtcp_tag;
	sl_ipsecmb_fill_cm(crypto->mgr, &crypto->rtcp_cm, rtcp->salt, rtcp->auth, rtcp->encryption);
}

/*
 * AEAD packets are done as they are met, AES-CM packets gathered, up to SL_BURST of SRTP at a time
 * and one of SRTCP.
 */
static inline __attribute__((always_inline)) void run(struct sl_crypto *crypto,
	struct sl_crypto_op *const *ops, unsigned n, enum protocol protocol,
	void (*gcm)(struct sl_crypto *, struct sl_crypto_op *, enum protocol),
	void (*cm)(struct sl_crypto *, unsigned, enum protocol))
{
	unsigned gathered = 0;

	for (unsigned i = 0; i < n; i++) {
		if (protocol == RTP && i + GCM_AHEAD < n && ops[i + GCM_AHEAD]->key->aead)
			gcm_prefetch(ops[i + GCM_AHEAD]->key);
		if (ops[i]->verdict != SL_FORWARD)
			continue;
		if (ops[i]->key->aead) {
			gcm(crypto, ops[i], protocol);
			continue;
		}
		crypto->ops[gathered++] = ops[i];
		if (protocol == RTCP) {
			cm_rtcp_expand(crypto, ops[i]->key);
			cm(crypto, 1, protocol);
			explicit_bzero(crypto->rtcp_cm_room, sizeof(crypto->rtcp_cm_room));
			gathered = 0;
		} else if (gathered == SL_BURST) {
			cm(crypto, gathered, protocol);
			gathered = 0;
		}
	}
	if (gathered)
		cm(crypto, gathered, protocol);
}

static void rtp_unprotect(struct sl_crypto *crypto, struct sl_crypto_op *const *ops, unsigned n)
{
	run(crypto, ops, n, RTP, gcm_unprotect, cm_unprotect);
}

static void rtp_protect(struct sl_crypto *crypto, struct sl_crypto_op *const *ops, unsigned n)
{
	run(crypto, ops, n, RTP, gcm_protect, cm_protect);
}

static void rtcp_unprotect(struct sl_crypto *crypto, struct sl_crypto_op *const *ops, unsigned n)
{
	run(crypto, ops, n, RTCP, gcm_unprotect, cm_unprotect);
}

static void rtcp_protect(struct sl_crypto *crypto, struct sl_crypto_op *const *ops, unsigned n)
{
	run(crypto, ops, n, RTCP, gcm_protect, cm_protect);
}

static bool supports(enum sl_suite suite)
{
	return suite > SL_SUITE_NONE && suite < SL_SUITE_COUNT;
}

const struct sl_crypto_backend sl_crypto_ipsecmb = {
	.name = "ipsec-mb",
	.supports = supports,
	.key_new = sl_ipsecmb_key_new,
	.key_free = sl_ipsecmb_key_free,
	.open = sl_ipsecmb_open,
	.close = sl_ipsecmb_close,
	.rtp_unprotect = rtp_unprotect,
	.rtp_protect = rtp_protect,
	.rtcp_unprotect = rtcp_unprotect,
	.rtcp_protect = rtcp_protect,
};
