/* SPDX-License-Identifier: BSD-3-Clause */
/* Limits on unknown sources, where no XDP program has enforced them. */
#include <rte_branch_prediction.h>

#include "dataplane/base/media_address.h"
#include "dataplane/filter/policy_rules.h"
#include "dataplane/path/worker.h"
#include "dataplane/port/ethdev.h"

#include "dataplane/base/packet_path.h"

/* From nobody, or from an address of this very network. */
static bool is_martian(const struct sl_packet *p)
{
	return sl_is_martian(p->view.source) ||
	       sl_address_first(sl_ethdev_by_dpdk[p->m->port], p->view.vlan, p->view.source) >= 0;
}

/* As ebpf/guard.bpf.c does. */
enum sl_verdict sl_source_budget(const struct sl_packet *p, enum sl_budget budget, uint64_t now)
{
	static const uint8_t verdicts[SL_BUDGETS][3] = {
		[SL_BUDGET_MEDIA] = {[SL_UNKNOWN_PASSES] = SL_FORWARD,
			[SL_UNKNOWN_SOURCE_OVER] = SL_DROP_UNKNOWN_SOURCE,
			[SL_UNKNOWN_TOTAL_OVER] = SL_DROP_UNKNOWN_TOTAL},
		[SL_BUDGET_KERNEL] = {[SL_UNKNOWN_PASSES] = SL_FORWARD,
			[SL_UNKNOWN_SOURCE_OVER] = SL_DROP_KERNEL_UNKNOWN_SOURCE,
			[SL_UNKNOWN_TOTAL_OVER] = SL_DROP_KERNEL_UNKNOWN_TOTAL},
	};
	struct sl_policy_state *state = sl_policy_state;
	const uint8_t *source = p->view.source;

	if (!state || !sl_policy_here(sl_ethdev_by_dpdk[p->m->port]))
		return SL_FORWARD;
	if (is_martian(p)) /* also in an IPv6 /64 that calls name */
		return SL_DROP_MARTIAN;
	if (sl_expected_sources_has(&state->expected, source))
		return SL_FORWARD;
	if (p->listed == SL_PREFIX_ALLOW)
		return SL_FORWARD;
	return verdicts[budget][sl_unknown_sources_judge(
		&state->unknown_sources, &sl_rules_now()->limits, budget, source, now)];
}
