/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The sources that calls name, and how often. A pure leaf. One thread adds and removes, any may
 * ask; memory is fixed, and only calls take room in it.
 */
#ifndef SL_DATAPLANE_NAMED_H
#define SL_DATAPLANE_NAMED_H

#include <stdbool.h>

#include "dataplane/base/address_hash.h"

enum { SL_NAMED_MAX = 262144, SL_NAMED_PLACES = 2 * SL_NAMED_MAX };

/* All zero but the key: nobody. */
struct sl_named {
	struct sl_hash_key key;
	unsigned n;
	uint64_t who[SL_NAMED_PLACES]; /* hash of an IPv4 address or IPv6 /64; 0: free */
	uint32_t calls[SL_NAMED_PLACES];
};

/* Of an IPv6 address its /64. False, for asking: by any thread; while the one thread removes
 * another source, one that is named may for an instant not be found. */
bool sl_named_has(const struct sl_named *named, const uint8_t ip[16]);

/* False: there is no room. */
bool sl_named_add(struct sl_named *named, const uint8_t ip[16]);

/* One less; what is not there is not removed. */
void sl_named_remove(struct sl_named *named, const uint8_t ip[16]);

#endif
