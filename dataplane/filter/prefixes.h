/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lists of prefixes made fit to be searched: the whole space of addresses as ranges, each with what
 * the longest prefix over it says. A pure leaf; memory is fixed.
 */
#ifndef SL_DATAPLANE_PREFIXES_H
#define SL_DATAPLANE_PREFIXES_H

#include <stdint.h>

#include "sluice/limits.h"
#include "sluice/policy.h"

enum { SL_PREFIX_RANGES = 2 * SL_MAX_PREFIXES + 1 };

struct sl_range_start {
	uint64_t high, low; /* of an address, as numbers */
};

struct sl_prefixes {
	unsigned n;                                    /* ranges; 0: there is no prefix */
	struct sl_range_start start[SL_PREFIX_RANGES]; /* ascending, from 0 */
	uint8_t says[SL_PREFIX_RANGES];                /* enum sl_prefix */
};

/* `n` prefixes, at most SL_MAX_PREFIXES, each once. `list` is put in order. */
void sl_prefixes_make(struct sl_prefixes *prefixes, struct sl_listed *list, unsigned n);

/* IPv4 in mapped form. */
enum sl_prefix sl_prefixes_find(const struct sl_prefixes *prefixes, const uint8_t ip[16]);

#endif
