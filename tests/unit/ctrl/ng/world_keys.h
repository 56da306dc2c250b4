/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Watches the real crypto backend: which keys there are, and every index that was sent under each.
 * Keys are told apart by their bytes, so that two objects with one master key are one key.
 */
#ifndef SL_TESTS_WORLD_KEYS_H
#define SL_TESTS_WORLD_KEYS_H

#include <stdbool.h>

#include "dataplane/crypto/crypto.h"

/* `real`, watched. */
const struct sl_crypto_backend *keys_watch(const struct sl_crypto_backend *real);

/* Forgets all that was sent. */
void keys_forget(void);

/* Keys that were made and are not freed. */
unsigned keys_alive(void);
/* The same for two keys with one master key; 0: it is none. */
unsigned keys_number(const struct sl_key *key);

/* Indices that were sent twice under one key and SSRC; this must stay 0. */
unsigned keys_reused(void);
/* How many were sent. */
unsigned long keys_sent(void);

/* Finds index and master key of the packet that was protected at this address, once. False: none
 * was. */
bool keys_taken(const uint8_t *data, uint64_t *index, struct sl_master *master);
/* Notes that the packet at this address was not protected. */
void keys_leave(const uint8_t *data);

/* Protects or unprotects a packet without being watched, with room for what is added. False: it
 * does not verify. */
bool keys_transform(uint8_t *data, uint16_t *len, const struct sl_master *master, uint64_t index,
	uint32_t ssrc, bool rtcp, bool protect);

#endif
