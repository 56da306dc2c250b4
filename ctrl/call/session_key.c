/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/call/session_key.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/base/random.h"

bool sl_master_equal(const struct sl_master *a, const struct sl_master *b)
{
	if (a->suite != b->suite)
		return false;
	return !CRYPTO_memcmp(a->key, b->key, sl_suites[a->suite].key_len) &&
	       !CRYPTO_memcmp(a->salt, b->salt, sl_suites[a->suite].salt_len);
}

bool sl_master_same_key(const struct sl_master *a, const struct sl_master *b)
{
	unsigned len = sl_suites[a->suite].key_len;

	return len && len == sl_suites[b->suite].key_len && !CRYPTO_memcmp(a->key, b->key, len);
}

int sl_master_random(struct sl_master *master, enum sl_suite suite)
{
	memset(master, 0, sizeof(*master));
	master->suite = suite;
	if (sl_random(master->key, sl_suites[suite].key_len) ||
		sl_random(master->salt, sl_suites[suite].salt_len)) {
		explicit_bzero(master, sizeof(*master));
		return -EIO;
	}
	return 0;
}

void sl_master_fingerprint(const struct sl_master *master, char text[9])
{
	const struct sl_suite_info *suite = &sl_suites[master->suite];
	unsigned char secret[SL_MASTER_KEY_MAX + SL_MASTER_SALT_MAX];
	unsigned char hash[EVP_MAX_MD_SIZE] = {0};

	text[0] = '\0';
	if (master->suite == SL_SUITE_NONE)
		return;
	memcpy(secret, master->key, suite->key_len);
	memcpy(secret + suite->key_len, master->salt, suite->salt_len);
	if (EVP_Digest(secret, (size_t)suite->key_len + suite->salt_len, hash, NULL, EVP_sha256(),
		    NULL) == 1)
		snprintf(text, 9, "%02x%02x%02x%02x", hash[0], hash[1], hash[2], hash[3]);
	explicit_bzero(secret, sizeof(secret));
}

struct sl_session_key *sl_session_key_ref(struct sl_session_key *key)
{
	if (key)
		key->refs++;
	return key;
}

/* Without a key yet. */
static struct sl_session_key *new_key(void)
{
	static uint32_t serial;
	struct sl_session_key *key = calloc(1, sizeof(*key));

	if (!key)
		return NULL;
	key->refs = 1;
	serial += serial + 1 ? 1 : 2;
	key->serial = serial;
	return key;
}

struct sl_session_key *sl_session_key_get(const struct sl_crypto_backend *crypto,
	struct sl_session_key *known, const struct sl_master *master)
{
	struct sl_session_key *key;
	int rc;

	if (master->suite == SL_SUITE_NONE)
		return NULL;
	if (known && sl_master_equal(&known->master, master))
		return sl_session_key_ref(known);
	key = new_key();
	if (!key) {
		errno = ENOMEM;
		return NULL;
	}
	key->master = *master;
	rc = crypto->key_new(&key->key, master);
	if (rc) {
		sl_session_key_put(crypto, key);
		errno = -rc;
		return NULL;
	}
	return key;
}

struct sl_session_key *sl_session_key_random(enum sl_suite suite)
{
	struct sl_session_key *key = new_key();

	if (key && sl_master_random(&key->master, suite)) {
		free(key);
		return NULL;
	}
	return key;
}

int sl_session_key_expand(const struct sl_crypto_backend *crypto, struct sl_session_key *key)
{
	return key->key ? 0 : crypto->key_new(&key->key, &key->master);
}

void sl_session_key_put(const struct sl_crypto_backend *crypto, struct sl_session_key *key)
{
	if (!key || --key->refs)
		return;
	crypto->key_free(key->key);
	explicit_bzero(key, sizeof(*key));
	free(key);
}
