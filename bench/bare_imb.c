/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/bare_imb.h"

#include <string.h>

static void prepare_cm(struct bare_imb *b, unsigned i)
{
	const struct sl_crypto_op *op = b->ops[i];
	const struct ipsecmb_cm *cm = (const void *)op->key;

	b->hash[i] = (IMB_JOB){
		.src = op->data,
		.msg_len_to_hash_in_bytes = op->len - cm->head.tag_len + 4,
		.u.HMAC._hashed_auth_key_xor_ipad = (const uint8_t *)cm->inner,
		.u.HMAC._hashed_auth_key_xor_opad = (const uint8_t *)cm->outer,
		.auth_tag_output = b->tag[i],
		.auth_tag_output_len_in_bytes = 12,
		.hash_alg = IMB_AUTH_HMAC_SHA_1,
	};
	b->cipher[i] = (IMB_JOB){
		.src = op->data + op->header_len,
		.dst = op->data + op->header_len,
		.msg_len_to_cipher_in_bytes = op->len - cm->head.tag_len - op->header_len,
		.enc_keys = cm->round_keys,
		.dec_keys = cm->round_keys,
		.key_len_in_bytes = cm->head.key_len,
		.iv = b->iv[i],
		.iv_len_in_bytes = 16,
		.cipher_mode = IMB_CIPHER_CNTR,
		.cipher_direction = IMB_DIR_ENCRYPT,
	};
}

void bare_imb_prepare(struct bare_imb *b, IMB_MGR *mgr, struct sl_crypto_op *const *ops,
	const struct sl_key *out, unsigned n)
{
	memset(b, 0, sizeof(*b));
	b->mgr = mgr;
	b->ops = ops;
	b->out = out;
	b->n = n;
	for (unsigned i = 0; i < n && !out->aead; i++)
		prepare_cm(b, i);
}

static void gcm(struct bare_imb *b, unsigned i)
{
	const struct sl_crypto_op *op = b->ops[i];
	const struct ipsecmb_gcm *in = (const void *)op->key, *out = (const void *)b->out;
	uint8_t *body = op->data + op->header_len;
	uint64_t len = op->len - 16u - op->header_len;
	bool large = in->head.key_len == 32;
	aes_gcm_enc_dec_t open = large ? b->mgr->gcm256_dec : b->mgr->gcm128_dec;
	aes_gcm_enc_dec_t seal = large ? b->mgr->gcm256_enc : b->mgr->gcm128_enc;

	open(&in->expanded, &b->gcm, body, body, len, b->iv[i], op->data, op->header_len, b->tag[i],
		16);
	seal(&out->expanded, &b->gcm, body, body, len, b->iv[i], op->data, op->header_len,
		b->tag[i], 16);
}

void bare_imb_rekey(struct bare_imb *b)
{
	if (b->out->aead) {
		for (unsigned i = 0; i < b->n; i++)
			gcm(b, i);
		return;
	}

	unsigned key_len = b->out->key_len;

	IMB_SUBMIT_HASH_BURST_NOCHECK(b->mgr, b->hash, b->n, IMB_AUTH_HMAC_SHA_1);
	IMB_SUBMIT_CIPHER_BURST_NOCHECK(
		b->mgr, b->cipher, b->n, IMB_CIPHER_CNTR, IMB_DIR_ENCRYPT, key_len);
	IMB_SUBMIT_CIPHER_BURST_NOCHECK(
		b->mgr, b->cipher, b->n, IMB_CIPHER_CNTR, IMB_DIR_ENCRYPT, key_len);
	IMB_SUBMIT_HASH_BURST_NOCHECK(b->mgr, b->hash, b->n, IMB_AUTH_HMAC_SHA_1);
}
