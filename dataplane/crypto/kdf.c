/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/crypto/kdf.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <openssl/evp.h>

enum {
	BLOCK = 16,   /* of AES, bytes */
	LABEL_AT = 7, /* key_id = label || 48 bits of index DIV rate, right-aligned with the 14-byte
			 salt */
	PRF_MAX = 1 << 20, /* 2^16 counter blocks (RFC 3711 4.1.1) */
};

static const EVP_CIPHER *prf_cipher(unsigned key_len)
{
	switch (key_len) {
	case 16:
		return EVP_aes_128_ecb();
	case 24:
		return EVP_aes_192_ecb();
	case 32:
		return EVP_aes_256_ecb();
	default:
		return NULL;
	}
}

/* The master key's PRF: its key schedule serves all labels. */
static int prf_open(EVP_CIPHER_CTX **prf, const struct sl_master *master)
{
	if ((unsigned)master->suite >= SL_SUITE_COUNT)
		return -EINVAL;
	const EVP_CIPHER *cipher = prf_cipher(sl_suites[master->suite].key_len);
	if (!cipher)
		return -EINVAL;
	*prf = EVP_CIPHER_CTX_new();
	if (!*prf)
		return -ENOMEM;
	if (EVP_EncryptInit_ex(*prf, cipher, NULL, master->key, NULL) != 1) {
		EVP_CIPHER_CTX_free(*prf);
		return -EIO;
	}
	return 0;
}

/* Counter mode by hand (RFC 3711 4.1.1): for OpenSSL, another IV costs as much as another key. */
static int prf(EVP_CIPHER_CTX *ctx, const struct sl_master *master, enum sl_kdf_label label,
	uint8_t *out, size_t len)
{
	uint8_t iv[BLOCK] = {0}, stream[BLOCK];
	bool ok = true;
	int n;

	/* x = key_id XOR master_salt, times 2^16. A 12-byte AEAD salt has two zero bytes behind it
	 * (RFC 7714 11). */
	memcpy(iv, master->salt, sl_suites[master->suite].salt_len);
	iv[LABEL_AT] ^= (uint8_t)label;
	for (size_t at = 0; at < len && ok; at += BLOCK) {
		iv[BLOCK - 2] = (uint8_t)(at / BLOCK >> 8);
		iv[BLOCK - 1] = (uint8_t)(at / BLOCK);
		ok = EVP_EncryptUpdate(ctx, stream, &n, iv, BLOCK) == 1 && n == BLOCK;
		memcpy(out + at, stream, len - at < BLOCK ? len - at : BLOCK);
	}
	explicit_bzero(iv, sizeof(iv));
	explicit_bzero(stream, sizeof(stream));
	return ok ? 0 : -EIO;
}

int sl_kdf_derive(const struct sl_master *master, enum sl_kdf_label label, uint8_t *out, size_t len)
{
	EVP_CIPHER_CTX *ctx = NULL;
	int rc = len > PRF_MAX || label > SL_KDF_RTCP_SALT ? -EINVAL : prf_open(&ctx, master);

	if (!rc) {
		rc = prf(ctx, master, label, out, len);
		EVP_CIPHER_CTX_free(ctx);
	}
	if (rc)
		explicit_bzero(out, len);
	return rc;
}

static int derive_half(EVP_CIPHER_CTX *ctx, const struct sl_master *master, enum sl_kdf_label first,
	struct sl_session_keys *keys)
{
	const struct sl_suite_info *info = &sl_suites[master->suite];

	keys->suite = master->suite;
	int rc = prf(ctx, master, first, keys->encryption, info->key_len);
	if (!rc && !info->aead)
		rc = prf(ctx, master, first + SL_KDF_RTP_AUTH, keys->auth, sizeof(keys->auth));
	if (!rc)
		rc = prf(ctx, master, first + SL_KDF_RTP_SALT, keys->salt, info->salt_len);
	return rc;
}

int sl_kdf_session(
	const struct sl_master *master, struct sl_session_keys *rtp, struct sl_session_keys *rtcp)
{
	EVP_CIPHER_CTX *ctx;

	memset(rtp, 0, sizeof(*rtp));
	memset(rtcp, 0, sizeof(*rtcp));
	int rc = prf_open(&ctx, master);
	if (rc)
		return rc;
	rc = derive_half(ctx, master, SL_KDF_RTP_ENCRYPTION, rtp);
	if (!rc)
		rc = derive_half(ctx, master, SL_KDF_RTCP_ENCRYPTION, rtcp);
	EVP_CIPHER_CTX_free(ctx);
	if (rc) {
		explicit_bzero(rtp, sizeof(*rtp));
		explicit_bzero(rtcp, sizeof(*rtcp));
	}
	return rc;
}
