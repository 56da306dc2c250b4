/* SPDX-License-Identifier: BSD-3-Clause */
/* Open addressing with linear probing; a removal moves up what stands behind it. */
#include "dataplane/filter/expected_sources.h"

#include "sluice/policy.h"

#include "dataplane/base/packet_path.h"

enum { HOME_SHIFT = 64 - 19, LAST = SL_EXPECTED_PLACES - 1 };
_Static_assert(SL_EXPECTED_PLACES == 1u << (64 - HOME_SHIFT), "the upper bits say where to begin");

static unsigned home_of(uint64_t who)
{
	return (unsigned)(who >> HOME_SHIFT);
}

/* Where it is, or the free place it would get. */
static unsigned find(
	const struct sl_expected_sources *expected, const uint8_t source[16], uint64_t *who)
{
	uint8_t ip[16];
	unsigned at;

	sl_source_key(source, ip);
	*who = sl_address_hash(&expected->key, ip);
	for (at = home_of(*who);; at = (at + 1) & LAST) {
		uint64_t there = __atomic_load_n(&expected->who[at], __ATOMIC_RELAXED);

		if (there == *who || there == 0)
			return at;
	}
}

bool sl_expected_sources_has(const struct sl_expected_sources *expected, const uint8_t ip[16])
{
	uint64_t who;
	unsigned at = find(expected, ip, &who);

	return __atomic_load_n(&expected->who[at], __ATOMIC_RELAXED) == who;
}

bool sl_expected_sources_add(struct sl_expected_sources *expected, const uint8_t ip[16])
{
	uint64_t who;
	unsigned at = find(expected, ip, &who);

	if (expected->who[at] == 0) {
		if (expected->n == SL_EXPECTED_SOURCES_MAX)
			return false;
		expected->n++;
		expected->calls[at] = 0;
		__atomic_store_n(&expected->who[at], who, __ATOMIC_RELAXED);
	}
	expected->calls[at]++;
	return true;
}

void sl_expected_sources_remove(struct sl_expected_sources *expected, const uint8_t ip[16])
{
	uint64_t who;
	unsigned hole = find(expected, ip, &who);

	if (expected->who[hole] == 0 || --expected->calls[hole] > 0)
		return;
	expected->n--;
	for (unsigned at = (hole + 1) & LAST; expected->who[at]; at = (at + 1) & LAST) {
		/* Not before its home. */
		if (((at - home_of(expected->who[at])) & LAST) < ((at - hole) & LAST))
			continue;
		expected->calls[hole] = expected->calls[at];
		__atomic_store_n(&expected->who[hole], expected->who[at], __ATOMIC_RELAXED);
		hole = at;
	}
	__atomic_store_n(&expected->who[hole], 0, __ATOMIC_RELAXED);
}
