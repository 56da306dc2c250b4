/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Limits how much unknown sources send to open ports: a bucket for each of them, and two for all
 * together. A pure leaf. Memory is fixed: as many buckets as there are places; when the four places
 * of an unknown source are taken, the one whose bucket is fullest goes, which is the one that
 * forgetting makes the least difference to. Workers share it without a lock.
 */
#ifndef SL_DATAPLANE_UNKNOWN_SOURCES_H
#define SL_DATAPLANE_UNKNOWN_SOURCES_H

#include "dataplane/base/address_hash.h"
#include "sluice/policy.h"

enum { SL_UNKNOWN_WAYS = 4, SL_UNKNOWN_SETS = 1 << 14 };

/* All zero but the key: nobody has sent. */
struct sl_unknown_sources {
	struct sl_hash_key key;
	__u64 budget[SL_BUDGETS] __attribute__((aligned(64)));
	struct {
		__u64 who; /* hash of an IPv4 address or IPv6 /64; 0: free */
		__u64 full_at;
	} place[SL_UNKNOWN_SETS][SL_UNKNOWN_WAYS] __attribute__((aligned(64)));
};

/* `source` (an IPv6 address counts as its /64) sends a packet at `now`, ns. */
enum sl_unknown sl_unknown_sources_judge(struct sl_unknown_sources *unknown_sources,
	const struct sl_policy *limits, enum sl_budget budget, const uint8_t source[16],
	uint64_t now);

#endif
