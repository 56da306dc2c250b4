/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/kdf.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <openssl/evp.h>

enum {
	IV_LEN = 16,
	LABEL_AT = 7, /* key_id = label || 48 bits of index DIV rate, right-aligned with the 14-byte
			 salt */
	PRF_MAX = 1 << 20, /* 2^16 counter blocks (RFC 3711 4.1.1) */
};

static const EVP_CIPHER *prf_cipher(unsigned key_len)
{
	switch (key_len) {
	case 16:
		return EVP_aes_128_ctr();
	case 24:
		return EVP_aes_192_ctr();
	case 32:
		return EVP_aes_256_ctr();
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

static int prf(EVP_CIPHER_CTX *ctx, const struct sl_master *master, enum sl_kdf_label label,
	uint8_t *out, size_t len)
{
	uint8_t iv[IV_LEN] = {0};
	int n;

	/* x = key_id XOR master_salt, times 2^16. A 12-byte AEAD salt has two zero bytes behind it
	 * (RFC 7714 11). */
	memcpy(iv, master->salt, sl_suites[master->suite].salt_len);
	iv[LABEL_AT] ^= (uint8_t)label;
	memset(out, 0, len);
	bool ok = EVP_EncryptInit_ex(ctx, NULL, NULL, NULL, iv) == 1 &&
		  EVP_EncryptUpdate(ctx, out, &n, out, (int)len) == 1 && n == (int)len;
	explicit_bzero(iv, sizeof(iv));
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
