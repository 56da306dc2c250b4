/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/filter/unknown_sources.h"

#include <stdbool.h>

#include "dataplane/base/packet_path.h"

enum { SET_SHIFT = 64 - 14 };
_Static_assert(SL_UNKNOWN_SETS == 1u << (64 - SET_SHIFT), "the upper bits say which set");

/* Another worker may write the two words of a place at the same time: then a bucket is one
 * packet's worth wrong. */
static void remember(
	struct sl_unknown_sources *s, unsigned set, uint64_t who, uint64_t full_at, uint64_t now)
{
	unsigned least = 0;
	int64_t least_debt = INT64_MAX;

	for (unsigned way = 0; way < SL_UNKNOWN_WAYS; way++) {
		uint64_t at = __atomic_load_n(&s->place[set][way].full_at, __ATOMIC_RELAXED);
		int64_t debt = (int64_t)(at - now);

		if (!__atomic_load_n(&s->place[set][way].who, __ATOMIC_RELAXED))
			debt = INT64_MIN;
		if (debt < least_debt) {
			least = way;
			least_debt = debt;
		}
	}
	__atomic_store_n(&s->place[set][least].full_at, full_at, __ATOMIC_RELAXED);
	__atomic_store_n(&s->place[set][least].who, who, __ATOMIC_RELAXED);
}

enum sl_unknown sl_unknown_sources_judge(struct sl_unknown_sources *s,
	const struct sl_policy *limits, enum sl_budget budget, const uint8_t source[16],
	uint64_t now)
{
	uint8_t ip[16];
	__u64 *bucket = NULL;
	enum sl_unknown verdict;

	sl_source_key(source, ip);

	uint64_t who = sl_address_hash(&s->key, ip);
	unsigned set = (unsigned)(who >> SET_SHIFT);

	for (unsigned way = 0; way < SL_UNKNOWN_WAYS && !bucket; way++)
		if (__atomic_load_n(&s->place[set][way].who, __ATOMIC_RELAXED) == who)
			bucket = &s->place[set][way].full_at;
	verdict = sl_unknown_judge(limits, bucket, &s->budget[budget], now);
	if (verdict == SL_UNKNOWN_PASSES && !bucket && limits->unknown_source.interval)
		remember(s, set, who, sl_unknown_first(limits, now), now);
	return verdict;
}
