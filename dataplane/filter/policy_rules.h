/* SPDX-License-Identifier: BSD-3-Clause */
/* The policy as workers see it. Private to dataplane. */
#ifndef SL_DATAPLANE_POLICY_RULES_H
#define SL_DATAPLANE_POLICY_RULES_H

#include "dataplane/filter/expected_sources.h"
#include "dataplane/filter/prefixes.h"
#include "dataplane/filter/unknown_sources.h"

struct sl_rules {
	struct sl_policy limits;
	struct sl_prefixes prefixes;
};

struct sl_policy_state {
	const struct sl_rules *rules; /* in force; the other is not written before every worker has
					 begun another turn */
	struct sl_rules both[2];
	struct sl_listed list[SL_MAX_PREFIXES];
	struct sl_expected_sources expected;
	struct sl_unknown_sources unknown_sources;
};

extern struct sl_policy_state *sl_policy_state; /* NULL: no port needs it */

/* For the length of a burst. */
static inline const struct sl_rules *sl_rules_now(void)
{
	return __atomic_load_n(&sl_policy_state->rules, __ATOMIC_ACQUIRE);
}

#endif
