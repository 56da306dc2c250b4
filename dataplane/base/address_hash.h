/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A hash of an address under a secret key (multiply-shift, Dietzfelbinger 1996): of two addresses
 * that somebody has chosen without knowing the key, the hashes are the same with a probability of
 * 2^-64, their upper n bits with 2^-n. Tables that unknown sources fill keep 64 bits in place of
 * the address: a word that is read and written at once.
 */
#ifndef SL_DATAPLANE_ADDRESS_HASH_H
#define SL_DATAPLANE_ADDRESS_HASH_H

#include <stdint.h>
#include <string.h>

struct sl_hash_key {
	uint64_t word[6]; /* random */
};

/* Never 0. */
static inline uint64_t sl_address_hash(const struct sl_hash_key *key, const uint8_t ip[16])
{
	const uint64_t *k = key->word;
	uint64_t half[2], hash;
	__uint128_t sum;

	memcpy(half, ip, sizeof(half));
	sum = ((__uint128_t)k[0] << 64 | k[1]) * half[0] +
	      ((__uint128_t)k[2] << 64 | k[3]) * half[1] + ((__uint128_t)k[4] << 64 | k[5]);
	hash = (uint64_t)(sum >> 64);
	return hash ? hash : 1;
}

#endif
