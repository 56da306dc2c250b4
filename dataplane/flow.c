/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/flow.h"

#include <errno.h>
#include <string.h>

#include "dataplane/nexthop.h"
#include "dataplane/pinhole.h"
#include "dataplane/rewrite.h"
#include "dataplane/slab.h"
#include "dataplane/worker.h"

static struct sl_slab flows = {.size = sizeof(struct sl_flow)};

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

struct sl_flow *sl_flow_new(const struct sl_flow_spec *spec)
{
	struct sl_flow *flow;

	errno = check_spec(spec);
	if (errno)
		return NULL;
	flow = sl_slab_take(&flows);
	if (!flow) {
		errno = ENOMEM;
		return NULL;
	}
	flow->in_key = spec->in_key;
	flow->out_key = spec->out_key;
	flow->in_suite = (uint8_t)spec->in_suite;
	flow->out_suite = (uint8_t)spec->out_suite;
	flow->rtcp_out_index = 1; /* as libsrtp, which cannot send 0 */
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
	}
	flow->cookie = spec->cookie;
	for (unsigned i = 0; i < SL_PAYLOAD_TYPES; i++)
		flow->treated |= sl_treatments_get(&spec->treatment, i) != SL_TREAT_PASS;
	flow->treatment = spec->treatment;
	sl_police_start(&flow->police, &spec->rates);
	memcpy(flow->payloads, spec->payloads, sizeof(flow->payloads));
	sl_flow_sources(flow);
	return flow;
}

void sl_flow_free(struct sl_flow *flow)
{
	if (!flow)
		return;
	explicit_bzero(flow, sizeof(*flow));
	sl_slab_give(flow);
}

void sl_flow_counters(const struct sl_flow *flow, struct sl_flow_counters *out)
{
	for (int c = 0; c < SL_COMPONENTS; c++) {
		out->packets[c] = __atomic_load_n(&flow->count.packets[c], __ATOMIC_RELAXED);
		out->bytes[c] = __atomic_load_n(&flow->count.bytes[c], __ATOMIC_RELAXED);
	}
	out->last = __atomic_load_n(&flow->count.last, __ATOMIC_RELAXED);
	for (int v = 0; v < SL_VERDICTS; v++)
		out->drops[v] = __atomic_load_n(&flow->count.drops[v], __ATOMIC_RELAXED);
}

void sl_flow_latency(const struct sl_flow *flow, struct sl_latency *out)
{
	out->total = __atomic_load_n(&flow->latency.total, __ATOMIC_RELAXED);
	out->packets = __atomic_load_n(&flow->latency.packets, __ATOMIC_RELAXED);
	out->highest = __atomic_load_n(&flow->latency.highest, __ATOMIC_RELAXED);
}

void sl_flow_source(
	const struct sl_flow *flow, enum sl_component component, struct sl_latch_report *out)
{
	bool mux = flow->local[SL_RTP].port == flow->local[SL_RTCP].port;

	sl_latch_read(&flow->latch[mux ? SL_RTP : component], out);
}

static void inherit(struct sl_flow *flow, const struct sl_flow *old, bool same_out)
{
	sl_streams_inherit(&flow->streams, &old->streams, flow->in_key == old->in_key, same_out);
	flow->count = old->count;
	sl_police_inherit(&flow->police, &old->police);
	memcpy(flow->quality, old->quality,
		sizeof(flow->quality)); /* each finds its stream again */
	flow->reports = old->reports;
	flow->latency = old->latency;
	for (int c = 0; c < SL_COMPONENTS; c++)
		sl_latch_inherit(&flow->latch[c], &old->latch[c]);
	sl_flow_sources(flow);
	if (same_out)
		flow->rtcp_out_index = old->rtcp_out_index;
}

void sl_flow_inherit(struct sl_flow *flow, const struct sl_flow *old)
{
	inherit(flow, old, flow->out_key == old->out_key);
}

void sl_flow_remember(const struct sl_flow *flow, struct sl_sent *sent)
{
	sl_streams_remember(&flow->streams, &sent->streams);
	sent->rtcp_out_index = flow->rtcp_out_index;
}

void sl_flow_resume(struct sl_flow *flow, const struct sl_flow *parked, const struct sl_sent *sent)
{
	if (sent && sent->rtcp_out_index) {
		sl_streams_resume(&flow->streams, &sent->streams);
		flow->rtcp_out_index = sent->rtcp_out_index;
	}
	if (parked)
		inherit(flow, parked, false);
}
