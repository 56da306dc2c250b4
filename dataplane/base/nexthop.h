/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The next-hop table: one word per destination in use, written by the control thread
 * (ctrl/neigh/neigh.h), read by the workers. Both sides use single atomic loads and stores, so a
 * change takes effect with the next packet and no flow is touched.
 */
#ifndef SL_DATAPLANE_NEXTHOP_H
#define SL_DATAPLANE_NEXTHOP_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Bytes 0-5: link-layer address in wire order; byte 6: 1 if valid; byte 7: 0. All zero: not known.
 */
typedef uint64_t sl_nexthop;

enum {
	SL_MAX_NEXTHOPS = 65536,
	SL_NEXTHOP_HAIRPIN = SL_MAX_NEXTHOPS, /* always valid: dataplane/path/hairpin.h */
};

/* Index 0 is never given out and never valid. */
extern sl_nexthop sl_nexthops[SL_MAX_NEXTHOPS + 1];

static inline void sl_nexthop_set(sl_nexthop *entry, const uint8_t mac[6])
{
	uint8_t b[8] = {0};
	uint64_t word;

	memcpy(b, mac, 6);
	b[6] = 1;
	memcpy(&word, b, sizeof(word));
	__atomic_store_n(entry, word, __ATOMIC_RELAXED);
}

static inline void sl_nexthop_clear(sl_nexthop *entry)
{
	__atomic_store_n(entry, 0, __ATOMIC_RELAXED);
}

/* Returns its present state; 0: the address is not known. */
static inline sl_nexthop sl_nexthop_get(const sl_nexthop *entry)
{
	return __atomic_load_n(entry, __ATOMIC_RELAXED);
}

#endif
