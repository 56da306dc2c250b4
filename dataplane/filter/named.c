/* SPDX-License-Identifier: BSD-3-Clause */
/* Open addressing with linear probing; a removal moves up what stands behind it. */
#include "dataplane/filter/named.h"

#include "sluice/policy.h"

#include "dataplane/base/packet_path.h"

enum { HOME_SHIFT = 64 - 19, LAST = SL_NAMED_PLACES - 1 };
_Static_assert(SL_NAMED_PLACES == 1u << (64 - HOME_SHIFT), "the upper bits say where to begin");

static unsigned home_of(uint64_t who)
{
	return (unsigned)(who >> HOME_SHIFT);
}

/* Where it is, or the free place it would get. */
static unsigned find(const struct sl_named *named, const uint8_t source[16], uint64_t *who)
{
	uint8_t ip[16];
	unsigned at;

	sl_source_key(source, ip);
	*who = sl_address_hash(&named->key, ip);
	for (at = home_of(*who);; at = (at + 1) & LAST) {
		uint64_t there = __atomic_load_n(&named->who[at], __ATOMIC_RELAXED);

		if (there == *who || there == 0)
			return at;
	}
}

bool sl_named_has(const struct sl_named *named, const uint8_t ip[16])
{
	uint64_t who;
	unsigned at = find(named, ip, &who);

	return __atomic_load_n(&named->who[at], __ATOMIC_RELAXED) == who;
}

bool sl_named_add(struct sl_named *named, const uint8_t ip[16])
{
	uint64_t who;
	unsigned at = find(named, ip, &who);

	if (named->who[at] == 0) {
		if (named->n == SL_NAMED_MAX)
			return false;
		named->n++;
		named->calls[at] = 0;
		__atomic_store_n(&named->who[at], who, __ATOMIC_RELAXED);
	}
	named->calls[at]++;
	return true;
}

void sl_named_remove(struct sl_named *named, const uint8_t ip[16])
{
	uint64_t who;
	unsigned hole = find(named, ip, &who);

	if (named->who[hole] == 0 || --named->calls[hole] > 0)
		return;
	named->n--;
	for (unsigned at = (hole + 1) & LAST; named->who[at]; at = (at + 1) & LAST) {
		/* Not before its home. */
		if (((at - home_of(named->who[at])) & LAST) < ((at - hole) & LAST))
			continue;
		named->calls[hole] = named->calls[at];
		__atomic_store_n(&named->who[hole], named->who[at], __ATOMIC_RELAXED);
		hole = at;
	}
	__atomic_store_n(&named->who[hole], 0, __ATOMIC_RELAXED);
}
