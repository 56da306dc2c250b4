/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/crypto/crypto_ref.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

enum { CM_IV_LEN = 16, GCM_IV_LEN = 12, GCM_TAG_LEN = 16, SHA1_LEN = 20 };

static const EVP_CIPHER *cipher_of(const struct sl_suite_info *info)
{
	if (info->aead)
		return info->key_len == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm();
	if (info->key_len == 16)
		return EVP_aes_128_ctr();
	return info->key_len == 24 ? EVP_aes_192_ctr() : EVP_aes_256_ctr();
}

static void xor_be(uint8_t *at, uint64_t value, unsigned bytes)
{
	for (unsigned i = bytes; i-- > 0; value >>= 8)
		at[i] ^= (uint8_t)value;
}

/* IV = salt * 2^16 XOR SSRC * 2^64 XOR index * 2^16 (RFC 3711 4.1.1), then HMAC-SHA1 over packet
 * and ROC or E+index (4.2). `word` is that last one, network byte order. */
static int protect_cm(EVP_CIPHER_CTX *ctx, const struct sl_session_keys *keys,
	struct sl_ref_packet *packet, uint32_t word)
{
	const struct sl_suite_info *info = &sl_suites[keys->suite];
	uint8_t iv[CM_IV_LEN] = {0}, tag[SHA1_LEN];
	uint8_t *end = packet->data + packet->len;
	int n = 0;

	memcpy(iv, keys->salt, info->salt_len);
	xor_be(iv + 4, packet->ssrc, 4);
	xor_be(iv + 8, packet->index, 6);
	if (EVP_EncryptInit_ex(ctx, cipher_of(info), NULL, keys->encryption, iv) != 1)
		return -EIO;
	if (packet->len > packet->header_len &&
		EVP_EncryptUpdate(ctx, packet->data + packet->header_len, &n,
			packet->data + packet->header_len, packet->len - packet->header_len) != 1)
		return -EIO;
	memcpy(end, &word, sizeof(word));
	if (!HMAC(EVP_sha1(), keys->auth, sizeof(keys->auth), packet->data,
		    packet->len + sizeof(word), tag, NULL))
		return -EIO;
	unsigned tag_len = packet->rtcp ? info->rtcp_tag : info->rtp_tag;
	memcpy(packet->rtcp ? end + sizeof(word) : end, tag, tag_len);
	packet->len += tag_len + (packet->rtcp ? sizeof(word) : 0);
	return 0;
}

/* IV = 00 00 || SSRC || 48-bit index, XOR salt (RFC 7714 8.1, 9.1); SRTCP's E+index is associated
 * data and stands behind the tag (9.2). */
static int protect_gcm(EVP_CIPHER_CTX *ctx, const struct sl_session_keys *keys,
	struct sl_ref_packet *packet, uint32_t word)
{
	uint8_t iv[GCM_IV_LEN], *body = packet->data + packet->header_len;
	uint8_t *end = packet->data + packet->len;
	int n;

	memcpy(iv, keys->salt, sizeof(iv));
	xor_be(iv + 2, packet->ssrc, 4);
	xor_be(iv + 6, packet->index, 6);
	bool ok = EVP_EncryptInit_ex(ctx, cipher_of(&sl_suites[keys->suite]), NULL,
			  keys->encryption, iv) == 1 &&
		  EVP_EncryptUpdate(ctx, NULL, &n, packet->data, packet->header_len) == 1;
	if (ok && packet->rtcp)
		ok = EVP_EncryptUpdate(ctx, NULL, &n, (uint8_t *)&word, sizeof(word)) == 1;
	if (ok && end > body)
		ok = EVP_EncryptUpdate(ctx, body, &n, body, (int)(end - body)) == 1;
	ok = ok && EVP_EncryptFinal_ex(ctx, end, &n) == 1 &&
	     EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, GCM_TAG_LEN, end) == 1;
	if (!ok)
		return -EIO;
	packet->len += GCM_TAG_LEN;
	if (packet->rtcp) {
		memcpy(end + GCM_TAG_LEN, &word, sizeof(word));
		packet->len += sizeof(word);
	}
	return 0;
}

int sl_ref_protect(const struct sl_session_keys *keys, struct sl_ref_packet *packet)
{
	const uint32_t word = packet->rtcp ? htobe32(UINT32_C(1) << 31 | (uint32_t)packet->index)
					   : htobe32((uint32_t)(packet->index >> 16));
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

	if (!ctx)
		return -EIO;
	int rc = sl_suites[keys->suite].aead ? protect_gcm(ctx, keys, packet, word)
					     : protect_cm(ctx, keys, packet, word);
	EVP_CIPHER_CTX_free(ctx);
	return rc;
}
