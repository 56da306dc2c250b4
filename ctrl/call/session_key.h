/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Session keys shared by what refers to them: local ports, offers, legs and flows. The same master
 * key is the same object as long as anything refers to it: the history of what was received or sent
 * under it is the key's (dataplane/crypto/history.h), so whatever uses it next goes on from there
 * (RFC 3711 9.1: no index twice).
 */
#ifndef SL_CTRL_SESSION_KEY_H
#define SL_CTRL_SESSION_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "dataplane/crypto/crypto.h"

struct sl_session_key {
	struct sl_key *key; /* the backend's, expanded; NULL: not needed so far */
	struct sl_master master;
	uint32_t serial; /* no other has the same; never 0 */
	bool used;       /* a key of ours: it was in force */
	unsigned refs;
};

/*
 * A reference to the session key of `master`: `known` itself when it is that, else a new one.
 * NULL: suite SL_SUITE_NONE, or, with errno set, the backend refused.
 */
struct sl_session_key *sl_session_key_get(const struct sl_crypto_backend *crypto,
	struct sl_session_key *known, const struct sl_master *master);

/* A new random key with one reference, not expanded. NULL: no memory or randomness. */
struct sl_session_key *sl_session_key_random(enum sl_suite suite);

/* Makes sure that `key->key` is there. 0 or -errno. */
int sl_session_key_expand(const struct sl_crypto_backend *crypto, struct sl_session_key *key);

struct sl_session_key *sl_session_key_ref(struct sl_session_key *key);

/* Gives one reference back; the last one wipes and frees. NULL is ignored. */
void sl_session_key_put(const struct sl_crypto_backend *crypto, struct sl_session_key *key);

/* The backend's key, or NULL for plain RTP. */
static inline struct sl_key *sl_session_key_raw(const struct sl_session_key *key)
{
	return key ? key->key : NULL;
}

/* Same suite, key and salt; in constant time. */
bool sl_master_equal(const struct sl_master *a, const struct sl_master *b);

/* The same master key, whatever suites it is said to be for; in constant time. */
bool sl_master_same_key(const struct sl_master *a, const struct sl_master *b);

/* A new random key and salt for `suite`. 0 or -EIO. */
int sl_master_random(struct sl_master *master, enum sl_suite suite);

/* The first 8 hex digits of SHA-256 over key and salt: tells keys apart and reveals nothing. */
void sl_master_fingerprint(const struct sl_master *master, char text[9]);

#endif
