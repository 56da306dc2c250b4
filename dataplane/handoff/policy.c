/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/handoff/policy.h"

#include <errno.h>
#include <rte_malloc.h>
#include <string.h>
#include <sys/random.h>

#include "dataplane/filter/policy_rules.h"
#include "dataplane/handoff/mailbox.h"

struct sl_policy_state *sl_policy_state;

static bool random_key(struct sl_hash_key *key)
{
	return getrandom(key, sizeof(*key), 0) == sizeof(*key);
}

int sl_policy_open(void)
{
	struct sl_policy_state *state = rte_zmalloc("policy", sizeof(*state), 64);

	if (!state || !random_key(&state->expected.key) ||
		!random_key(&state->unknown_sources.key)) {
		rte_free(state);
		return -ENOMEM;
	}
	state->rules = &state->both[0];
	sl_policy_state = state;
	return 0;
}

void sl_policy_close(void)
{
	rte_free(sl_policy_state);
	sl_policy_state = NULL;
}

int sl_policy_set(const struct sl_policy *limits, const struct sl_listed *list, unsigned n)
{
	struct sl_policy_state *state = sl_policy_state;
	struct sl_rules *next;

	if (!state)
		return 0;
	sl_workers_quiesce(); /* nobody looks any more at what was in force before this */
	next = &state->both[state->rules == &state->both[0]];
	next->limits = *limits;
	memcpy(state->list, list, n * sizeof(*list));
	sl_prefixes_make(&next->prefixes, state->list, n);
	__atomic_store_n(&state->rules, next, __ATOMIC_RELEASE);
	return 0;
}

bool sl_policy_source_add(const uint8_t ip[16])
{
	return !sl_policy_state || sl_expected_sources_add(&sl_policy_state->expected, ip);
}

void sl_policy_source_remove(const uint8_t ip[16])
{
	if (sl_policy_state)
		sl_expected_sources_remove(&sl_policy_state->expected, ip);
}
