/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/srtp_aes192.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

enum { KEY = 24, SALT = 14, AUTH_KEY = 20, RTCP_TAG = 10, RTP_HEADER = 12, RTCP_HEADER = 8 };

static const uint32_t ENCRYPTED = 1u << 31; /* the E flag (RFC 3711 3.4) */

struct keys {
	uint8_t cipher[KEY], auth[AUTH_KEY], salt[SALT];
};

struct sl_aes192 {
	EVP_CIPHER_CTX *ctx;
	struct keys rtp, rtcp;
	unsigned rtp_tag;
	uint64_t highest; /* index of the newest packet that verified */
	bool started;
	uint32_t rtcp_index;
};

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void put32(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static bool counter_mode(struct sl_aes192 *session, const uint8_t *key, const uint8_t *iv,
	uint8_t *data, unsigned len)
{
	int done = 0;

	return EVP_EncryptInit_ex(session->ctx, EVP_aes_192_ctr(), NULL, key, iv) == 1 &&
	       EVP_EncryptUpdate(session->ctx, data, &done, data, (int)len) == 1;
}

/* RFC 3711 4.3.1 with AES-192 as the PRF (RFC 6188 3.1). */
static bool derive(
	struct sl_aes192 *session, const uint8_t *master, uint8_t label, uint8_t *out, unsigned len)
{
	uint8_t iv[16] = {0};

	memcpy(iv, master + KEY, SALT);
	iv[7] ^= label;
	memset(out, 0, len);
	return counter_mode(session, master, iv, out, len);
}

static bool derive_keys(
	struct sl_aes192 *session, const uint8_t *master, uint8_t label, struct keys *keys)
{
	return derive(session, master, label, keys->cipher, KEY) &&
	       derive(session, master, label + 1, keys->auth, AUTH_KEY) &&
	       derive(session, master, label + 2, keys->salt, SALT);
}

struct sl_aes192 *sl_aes192_new(const uint8_t *master, unsigned rtp_tag)
{
	struct sl_aes192 *session = calloc(1, sizeof(*session));

	if (!session)
		return NULL;
	session->rtp_tag = rtp_tag;
	session->ctx = EVP_CIPHER_CTX_new();
	if (session->ctx && derive_keys(session, master, 0, &session->rtp) &&
		derive_keys(session, master, 3, &session->rtcp))
		return session;
	sl_aes192_free(session);
	return NULL;
}

void sl_aes192_free(struct sl_aes192 *session)
{
	if (!session)
		return;
	EVP_CIPHER_CTX_free(session->ctx);
	free(session);
}

/* RFC 3711 4.1.1; `index` is 48 or 31 bits. */
static bool crypt(struct sl_aes192 *session, const struct keys *keys, uint32_t ssrc, uint64_t index,
	uint8_t *data, unsigned len)
{
	uint8_t iv[16] = {0};

	memcpy(iv, keys->salt, SALT);
	for (unsigned i = 0; i < 4; i++)
		iv[4 + i] ^= (uint8_t)(ssrc >> (24 - 8 * i));
	for (unsigned i = 0; i < 6; i++)
		iv[8 + i] ^= (uint8_t)(index >> (40 - 8 * i));
	return counter_mode(session, keys->cipher, iv, data, len);
}

/* The tag over `len` bytes that are followed by room for the ROC; those four bytes are put back. */
static void sign(
	const struct keys *keys, uint8_t *data, unsigned len, const uint32_t *roc, uint8_t *tag)
{
	uint8_t behind[4];

	memcpy(behind, data + len, sizeof(behind));
	if (roc)
		put32(data + len, *roc);
	HMAC(EVP_sha1(), keys->auth, AUTH_KEY, data, len + (roc ? 4 : 0), tag, NULL);
	memcpy(data + len, behind, sizeof(behind));
}

/* The index nearest to the highest one (RFC 3711 3.3.1). */
static uint64_t estimate(const struct sl_aes192 *session, const uint8_t *data)
{
	uint16_t seq = (uint16_t)(data[2] << 8 | data[3]);
	int16_t ahead = (int16_t)(seq - (uint16_t)session->highest);

	if (!session->started)
		return seq;
	if (ahead < 0 && session->highest < (uint64_t) - (int64_t)ahead)
		return seq;
	return session->highest + (uint64_t)(int64_t)ahead;
}

static void advance(struct sl_aes192 *session, uint64_t index)
{
	if (!session->started || index > session->highest)
		session->highest = index;
	session->started = true;
}

bool sl_aes192_protect(struct sl_aes192 *session, bool rtcp, uint8_t *data, unsigned *len)
{
	uint8_t tag[EVP_MAX_MD_SIZE];

	if (rtcp) {
		uint32_t index = ++session->rtcp_index;

		if (!crypt(session, &session->rtcp, get32(data + 4), index, data + RTCP_HEADER,
			    *len - RTCP_HEADER))
			return false;
		put32(data + *len, index | ENCRYPTED);
		sign(&session->rtcp, data, *len + 4, NULL, tag);
		memcpy(data + *len + 4, tag, RTCP_TAG);
		*len += 4 + RTCP_TAG;
		return true;
	}
	uint64_t index = estimate(session, data);
	uint32_t roc = (uint32_t)(index >> 16);

	if (!crypt(session, &session->rtp, get32(data + 8), index, data + RTP_HEADER,
		    *len - RTP_HEADER))
		return false;
	sign(&session->rtp, data, *len, &roc, tag);
	memcpy(data + *len, tag, session->rtp_tag);
	*len += session->rtp_tag;
	advance(session, index);
	return true;
}

bool sl_aes192_unprotect(struct sl_aes192 *session, bool rtcp, uint8_t *data, unsigned *len)
{
	uint8_t tag[EVP_MAX_MD_SIZE];
	unsigned tag_len = rtcp ? RTCP_TAG : session->rtp_tag;

	if (*len < (rtcp ? RTCP_HEADER + 4 : RTP_HEADER) + tag_len)
		return false;
	unsigned signed_len = *len - tag_len;
	uint64_t index = rtcp ? get32(data + signed_len - 4) : estimate(session, data);
	uint32_t roc = (uint32_t)(index >> 16);
	if (rtcp && !(index & ENCRYPTED))
		return false;
	sign(rtcp ? &session->rtcp : &session->rtp, data, signed_len, rtcp ? NULL : &roc, tag);
	if (CRYPTO_memcmp(tag, data + signed_len, tag_len))
		return false;
	if (rtcp) {
		*len = signed_len - 4;
		return crypt(session, &session->rtcp, get32(data + 4), index & ~ENCRYPTED,
			data + RTCP_HEADER, *len - RTCP_HEADER);
	}
	*len = signed_len;
	advance(session, index);
	return crypt(session, &session->rtp, get32(data + 8), index, data + RTP_HEADER,
		*len - RTP_HEADER);
}
