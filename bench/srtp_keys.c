/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/srtp_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static void cm_128_80(srtp_crypto_policy_t *policy)
{
	srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(policy);
}

/* SRTCP keeps the 80-bit tag with the _32 suites (RFC 4568 6.2.2, RFC 6188 4). */
static const struct sl_load_suite suites[] = {
	{"RTP", 0, 0, NULL, NULL},
	{"AES_CM_128_HMAC_SHA1_80", 30, 10, cm_128_80, cm_128_80},
	{"AES_CM_128_HMAC_SHA1_32", 30, 4, srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32,
		cm_128_80},
	{"AES_192_CM_HMAC_SHA1_80", 38, 10, NULL, NULL},
	{"AES_192_CM_HMAC_SHA1_32", 38, 4, NULL, NULL},
	{"AES_256_CM_HMAC_SHA1_80", 46, 10, srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80,
		srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80},
	{"AES_256_CM_HMAC_SHA1_32", 46, 4, srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32,
		srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80},
	{"AEAD_AES_128_GCM", 28, 16, srtp_crypto_policy_set_aes_gcm_128_16_auth,
		srtp_crypto_policy_set_aes_gcm_128_16_auth},
	{"AEAD_AES_256_GCM", 44, 16, srtp_crypto_policy_set_aes_gcm_256_16_auth,
		srtp_crypto_policy_set_aes_gcm_256_16_auth},
};

const struct sl_load_suite *sl_load_suite_at(unsigned index)
{
	return index < sizeof(suites) / sizeof(suites[0]) ? &suites[index] : NULL;
}

const struct sl_load_suite *sl_load_suite_find(const char *name)
{
	const struct sl_load_suite *suite;

	for (unsigned i = 0; (suite = sl_load_suite_at(i)); i++)
		if (!strcmp(suite->name, name))
			return suite;
	return NULL;
}

void sl_load_key_random(struct sl_load_key *key)
{
	if (getrandom(key->bytes, sizeof(key->bytes), 0) != (ssize_t)sizeof(key->bytes))
		abort();
}

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void sl_load_key_print(const struct sl_load_key *key, const struct sl_load_suite *suite, char *out)
{
	for (unsigned i = 0; i < suite->key_len; i += 3) {
		unsigned left = suite->key_len - i;
		uint32_t group = (uint32_t)key->bytes[i] << 16;

		if (left > 1)
			group |= (uint32_t)key->bytes[i + 1] << 8;
		if (left > 2)
			group |= key->bytes[i + 2];
		*out++ = alphabet[group >> 18];
		*out++ = alphabet[group >> 12 & 63];
		*out++ = left > 1 ? alphabet[group >> 6 & 63] : '=';
		*out++ = left > 2 ? alphabet[group & 63] : '=';
	}
	*out = '\0';
}

bool sl_load_key_parse(
	struct sl_load_key *key, const struct sl_load_suite *suite, const char *text, size_t len)
{
	uint32_t bits = 0;
	unsigned have = 0, bytes = 0;

	while (len && text[len - 1] == '=')
		len--;
	for (size_t i = 0; i < len; i++) {
		const char *digit = text[i] ? strchr(alphabet, text[i]) : NULL;

		if (!digit)
			return false;
		bits = bits << 6 | (uint32_t)(digit - alphabet);
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		if (bytes == suite->key_len)
			return false;
		key->bytes[bytes++] = (uint8_t)(bits >> have);
	}
	return bytes == suite->key_len;
}
