/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/flow/flow.h"

#include <string.h>

#include "dataplane/base/media_address.h"
#include "dataplane/base/shared.h"
#include "dataplane/crypto/slab.h"

void sl_flow_sources(struct sl_flow *flow)
{
	bool mux = flow->local[SL_RTP].port == flow->local[SL_RTCP].port;

	flow->watch = 0;
	for (int c = 0; c < SL_COMPONENTS; c++) {
		const struct sl_latch *l = &flow->latch[mux ? SL_RTP : c];

		flow->source[c] = l->current;
		flow->watch |=
			(uint8_t)((sl_latch_watching(l) || sl_address_is_ours(l->current.ip)) << c);
	}
}

static struct sl_ssrc_ext *ext_of(const struct sl_flow *flow)
{
	return (struct sl_ssrc_ext *)flow->streams.ext;
}

static bool policies_equal(const struct sl_latch_policy *a, const struct sl_latch_policy *b)
{
	return a->mode == b->mode && a->any_ip == b->any_ip && a->tries == b->tries &&
	       a->round == b->round && memcmp(a->hint, b->hint, sizeof(a->hint)) == 0;
}

static bool rates_equal(const struct sl_police_rates *a, const struct sl_police_rates *b)
{
	return a->rtp_pps == b->rtp_pps && a->rtp_bytes == b->rtp_bytes &&
	       a->rtcp_pps == b->rtcp_pps && a->learn_pps == b->learn_pps;
}

static bool payloads_equal(const struct sl_payload *a, const struct sl_payload *b)
{
	for (unsigned i = 0; i < SL_PAYLOADS; i++)
		if (a[i].hz != b[i].hz || a[i].type != b[i].type)
			return false;
	return true;
}

static bool ways_equal(const struct sl_flow_spec *a, const struct sl_flow_spec *b)
{
	for (int c = 0; c < SL_COMPONENTS; c++)
		if (a->in_port[c] != b->in_port[c] || a->out_port[c] != b->out_port[c] ||
			a->nexthop[c] != b->nexthop[c] ||
			!sl_endpoint_equal(&a->source[c], &b->source[c]) ||
			!sl_endpoint_equal(&a->destination[c], &b->destination[c]))
			return false;
	return a->in_slot == b->in_slot && a->out_slot == b->out_slot && a->nowhere == b->nowhere &&
	       a->tos == b->tos;
}

_Static_assert(sizeof(struct sl_flow_spec) == 272, "sl_flow_spec_equal knows all fields");

bool sl_flow_spec_equal(const struct sl_flow_spec *a, const struct sl_flow_spec *b)
{
	return a->in_key == b->in_key && a->out_key == b->out_key && a->in_suite == b->in_suite &&
	       a->out_suite == b->out_suite && a->cookie == b->cookie && ways_equal(a, b) &&
	       policies_equal(&a->policy, &b->policy) && rates_equal(&a->rates, &b->rates) &&
	       payloads_equal(a->payloads, b->payloads) &&
	       memcmp(a->actions.pair, b->actions.pair, sizeof(a->actions.pair)) == 0;
}

void sl_flow_free(struct sl_flow *flow)
{
	if (!flow)
		return;
	sl_slab_give(flow->actions);
	sl_ssrc_ext_free(ext_of(flow));
	explicit_bzero(flow, sizeof(*flow));
	sl_slab_give(flow);
}

bool sl_flow_has_ext(const struct sl_flow *flow)
{
	return __atomic_load_n(&flow->streams.ext, __ATOMIC_ACQUIRE);
}

void sl_flow_give_ext(struct sl_flow *flow, struct sl_ssrc_ext *ext)
{
	if (ext)
		__atomic_store_n(&flow->streams.ext, &ext->streams, __ATOMIC_RELEASE);
}

void sl_flow_quality(const struct sl_flow *flow, int index, struct sl_quality_report *out)
{
	*out = (struct sl_quality_report){0};
	if (index == 0 || sl_flow_has_ext(flow))
		sl_quality_read(sl_flow_quality_at((struct sl_flow *)flow, index), out);
}

void sl_flow_counters(const struct sl_flow *flow, struct sl_flow_counters *out)
{
	for (int c = 0; c < SL_COMPONENTS; c++) {
		out->packets[c] = SL_SHARED_GET(flow->count.packets[c]);
		out->bytes[c] = SL_SHARED_GET(flow->count.bytes[c]);
	}
	out->last = SL_SHARED_GET(flow->count.last);
	for (int v = 0; v < SL_VERDICTS; v++)
		out->drops[v] = SL_SHARED_GET(flow->count.drops[v]);
}

void sl_flow_latency(const struct sl_flow *flow, struct sl_latency *out)
{
	out->total = SL_SHARED_GET(flow->latency.total);
	out->packets = SL_SHARED_GET(flow->latency.packets);
	out->highest = SL_SHARED_GET(flow->latency.highest);
}

void sl_flow_source(
	const struct sl_flow *flow, enum sl_component component, struct sl_latch_report *out)
{
	bool mux = flow->local[SL_RTP].port == flow->local[SL_RTCP].port;

	sl_latch_read(&flow->latch[mux ? SL_RTP : component], out);
}

struct sl_stream_keys sl_flow_keys(const struct sl_flow *flow, const struct sl_page_source *pages)
{
	return (struct sl_stream_keys){
		sl_key_history(flow->in_key), sl_key_history(flow->out_key), pages};
}

void sl_flow_settle(const struct sl_flow *flow)
{
	sl_streams_settle(
		&flow->streams, sl_key_history(flow->in_key), sl_key_history(flow->out_key));
}

void sl_flow_inherit(struct sl_flow *flow, const struct sl_flow *old, bool current,
	const struct sl_page_source *pages)
{
	const struct sl_stream_keys keys = sl_flow_keys(flow, pages);

	sl_streams_inherit(&flow->streams, &keys, &old->streams,
		(struct sl_stream_heritage){
			.same_in = flow->in_key == old->in_key,
			.same_out = flow->out_key == old->out_key,
			.counted = flow->in_key && old->in_key,
			.current = current,
		});
	flow->count = old->count;
	sl_police_inherit(&flow->police, &old->police);
	flow->quality = old->quality; /* each finds its stream again */
	if (sl_flow_has_ext(flow) && sl_flow_has_ext(old))
		memcpy(ext_of(flow)->quality, ext_of(old)->quality, sizeof(ext_of(flow)->quality));
	flow->reports = old->reports;
	flow->latency = old->latency;
	for (int c = 0; c < SL_COMPONENTS; c++)
		sl_latch_inherit(&flow->latch[c], &old->latch[c]);
	sl_flow_sources(flow);
}
