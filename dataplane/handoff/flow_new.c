/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/handoff/flow_new.h"

#include <errno.h>
#include <string.h>

#include "dataplane/base/media_address.h"
#include "dataplane/base/nexthop.h"
#include "dataplane/crypto/slab.h"
#include "dataplane/path/rewrite.h"
#include "dataplane/path/worker.h"

static struct sl_slab flows = {.size = sizeof(struct sl_flow)};
static struct sl_slab actions_slab = {.size = sizeof(struct sl_pt_actions)};

static bool same_family(const uint8_t a[16], const uint8_t b[16])
{
	static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};

	return (memcmp(a, prefix, 12) == 0) == (memcmp(b, prefix, 12) == 0);
}

static int check_spec(const struct sl_flow_spec *spec)
{
	if (spec->in_slot >= sl_n_addresses || spec->out_slot >= sl_n_addresses)
		return EINVAL;
	if (spec->in_suite >= SL_SUITE_COUNT || spec->out_suite >= SL_SUITE_COUNT)
		return EINVAL;
	if (!spec->in_key != !spec->in_suite || !spec->out_key != !spec->out_suite)
		return EINVAL;
	/* A key's history is that of one use. */
	if (spec->in_key && spec->in_key == spec->out_key)
		return EINVAL;
	/* RTP and RTCP of a flow must have one owner: an even port and the next, or one port for
	 * both. */
	if (spec->in_port[SL_RTP] >> 1 != spec->in_port[SL_RTCP] >> 1)
		return EINVAL;
	for (int c = 0; c < SL_COMPONENTS; c++) {
		if (!sl_address_covers(&sl_addresses[spec->in_slot], spec->in_port[c]))
			return EINVAL;
		if (spec->nexthop[c] >= SL_MAX_NEXTHOPS)
			return EINVAL;
		if (!same_family(spec->destination[c].ip, sl_addresses[spec->out_slot].ip) ||
			!same_family(spec->source[c].ip, sl_addresses[spec->in_slot].ip))
			return EAFNOSUPPORT;
	}
	return 0;
}

static bool passes_all(const struct sl_pt_actions *t)
{
	for (unsigned i = 0; i < SL_PAYLOAD_TYPES; i++)
		if (sl_pt_actions_get(t, i) != SL_PT_PASS)
			return false;
	return true;
}

/* A flow and what it has besides, all empty. NULL: out of memory. */
static struct sl_flow *allocate(const struct sl_flow_spec *spec)
{
	struct sl_flow *flow = sl_slab_take(&flows);

	if (!flow || passes_all(&spec->actions))
		return flow;
	flow->actions = sl_slab_take(&actions_slab);
	if (flow->actions) {
		*flow->actions = spec->actions;
		return flow;
	}
	sl_slab_give(flow);
	return NULL;
}

struct sl_flow *sl_flow_new(const struct sl_flow_spec *spec)
{
	struct sl_flow *flow;

	errno = check_spec(spec);
	if (errno)
		return NULL;
	flow = allocate(spec);
	if (!flow) {
		errno = ENOMEM;
		return NULL;
	}
	flow->in_key = spec->in_key;
	flow->out_key = spec->out_key;
	flow->in_suite = (uint8_t)spec->in_suite;
	flow->out_suite = (uint8_t)spec->out_suite;
	flow->worker = sl_steer_owner(spec->in_slot, spec->in_port[SL_RTP]);
	for (int c = 0; c < SL_COMPONENTS; c++) {
		struct sl_endpoint from = {.port = spec->out_port[c]};

		memcpy(from.ip, sl_addresses[spec->out_slot].ip, 16);
		sl_latch_start(&flow->latch[c], &spec->source[c], &spec->policy, !spec->in_key);
		flow->local[c].slot = spec->in_slot;
		flow->local[c].port = spec->in_port[c];
		flow->egress[c].nexthop = spec->nexthop[c];
		flow->egress[c].port = sl_addresses[spec->out_slot].port;
		flow->egress[c].vlan = sl_addresses[spec->out_slot].vlan;
		sl_egress_build(&flow->egress[c], &from, &spec->destination[c], spec->tos);
		sl_hairpin_route(&flow->egress[c], &spec->destination[c], spec->out_slot);
	}
	flow->local[SL_RTP].has_actions = flow->actions;
	flow->local[SL_RTCP].has_actions = flow->actions && spec->nowhere;
	flow->cookie = spec->cookie;
	sl_police_start(&flow->police, &spec->rates);
	memcpy(flow->payloads, spec->payloads, sizeof(flow->payloads));
	sl_flow_sources(flow);
	return flow;
}
