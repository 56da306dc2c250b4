/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The sources that calls name, and how often. A pure leaf. One thread adds and removes, any may
 * ask; memory is fixed, and only calls take room in it.
 */
#ifndef SL_DATAPLANE_EXPECTED_SOURCES_H
#define SL_DATAPLANE_EXPECTED_SOURCES_H

#include <stdbool.h>

#include "dataplane/base/address_hash.h"

enum { SL_EXPECTED_SOURCES_MAX = 262144, SL_EXPECTED_PLACES = 2 * SL_EXPECTED_SOURCES_MAX };

/* All zero but the key: nobody. */
struct sl_expected_sources {
	struct sl_hash_key key;
	unsigned n;
	uint64_t who[SL_EXPECTED_PLACES]; /* hash of an IPv4 address or IPv6 /64; 0: free */
	uint32_t calls[SL_EXPECTED_PLACES];
};

/* Tells whether calls name the address, or the /64 of an IPv6 address. By any thread. While another
 * source is being removed, one that is expected may for an instant not be found. */
bool sl_expected_sources_has(const struct sl_expected_sources *expected, const uint8_t ip[16]);

/* False: there is no room. */
bool sl_expected_sources_add(struct sl_expected_sources *expected, const uint8_t ip[16]);

/* One less; what is not there is not removed. */
void sl_expected_sources_remove(struct sl_expected_sources *expected, const uint8_t ip[16]);

#endif
