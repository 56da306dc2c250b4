/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The guard stage: refuses, before any cryptography is spent on it, what comes from the wrong
 * source, is no media, or has no sound header.
 */
#include <rte_branch_prediction.h>
#include <rte_prefetch.h>
#include <string.h>

#include "dataplane/base/buffer.h"
#include "dataplane/filter/policy_rules.h"
#include "dataplane/path/rewrite.h"
#include "dataplane/path/worker.h"
#include "dataplane/port/ethdev.h"

#include "dataplane/base/packet_path.h"

/*
 * Which component of the flow a packet is for; SL_COMPONENTS: none, it does not belong on this
 * port. The second byte tells RTCP from RTP only where they share a port: with a port of its own
 * RTP may have any payload type, 64 to 95 with the marker included (RFC 5761 4).
 */
static enum sl_component component_of(const struct sl_flow *flow, uint16_t port, uint8_t *class)
{
	bool rtp = port == flow->local[SL_RTP].port, rtcp = port == flow->local[SL_RTCP].port;

	if (*class == SL_CLASS_RTCP && !rtcp)
		*class = SL_CLASS_RTP;
	if (*class == SL_CLASS_RTP && rtp)
		return SL_RTP;
	if (*class == SL_CLASS_RTCP && rtcp)
		return SL_RTCP;
	return SL_COMPONENTS;
}

/* RTP: header + tag. SRTCP: header + E flag and index + tag, and the E flag set (RFC 3711 3.4). */
static enum sl_verdict check_room(const struct sl_packet *p, const uint8_t *payload)
{
	const struct sl_suite_info *suite = &sl_suites[p->flow->in_suite];

	if (p->component == SL_RTP)
		return p->view.payload_len < p->view.header_len + suite->rtp_tag ? SL_DROP_SHORT
										 : SL_FORWARD;
	if (p->view.payload_len < 8 + 4 + suite->rtcp_tag)
		return SL_DROP_SHORT;
	return sl_srtcp_trailer(p->flow->in_suite, payload, p->view.payload_len) >> 31
		       ? SL_FORWARD
		       : SL_DROP_SRTCP_CLEAR;
}

/*
 * A packet that authenticates needs no checksum; a plain one that is damaged would leave with one
 * that makes it look sound. A device that can tell is not asked: some drivers leave their vector
 * code then (virtio, cpfl), which SRTP would pay for.
 */
static bool is_intact(const struct sl_packet *p, const uint8_t *payload)
{
	return p->flow->in_key || sl_udp_intact(p->view.source, p->view.destination,
					  payload - SL_UDP_LEN, p->view.payload_len + SL_UDP_LEN);
}

static bool is_believed(const struct sl_packet *p)
{
	const struct sl_endpoint *source = &p->flow->source[p->component];

	return p->view.source_port == source->port &&
	       memcmp(p->view.source, source->ip, sizeof(source->ip)) == 0;
}

/* Before the payload. The flow's header is read only where there might not be room for the largest:
 * it is in a line that is asked for later. */
static bool has_headroom(const struct sl_packet *p)
{
	const struct sl_egress *egress = &p->flow->egress[p->component];

	if (likely(sl_buffer_has_room(
		    p->m, p->view.payload, SL_ETHER_LEN + SL_VLAN_LEN + sizeof(egress->header), 0)))
		return true;
	return sl_buffer_has_room(p->m, p->view.payload,
		(uint16_t)(SL_ETHER_LEN + (egress->vlan ? SL_VLAN_LEN : 0) + egress->header_len),
		0);
}

/* Can everything be written into it that is to be? */
static bool is_writable(const struct sl_packet *p)
{
	return sl_buffer_is_ours(p->m) && has_headroom(p) &&
	       sl_buffer_has_room(
		       p->m, p->view.payload, 0, p->flow->out_key ? SL_CRYPTO_TAILROOM : 0);
}

static enum sl_verdict judge(const struct sl_burst *b, struct sl_packet *p)
{
	const struct sl_flow *flow = p->flow;
	const uint8_t *payload = rte_pktmbuf_mtod_offset(p->m, const uint8_t *, p->view.payload);
	enum sl_verdict v = SL_FORWARD;
	bool believed;

	p->view.class = sl_parse_class(payload, p->view.payload_len);
	p->component = component_of(flow, p->view.destination_port, &p->view.class);
	p->learn = false;
	believed = likely(p->component != SL_COMPONENTS) && likely(is_believed(p));
	if (unlikely(!believed) && !b->hairpin)
		v = sl_source_budget(p, SL_BUDGET_MEDIA, b->now);
	if (unlikely(p->component == SL_COMPONENTS) && v == SL_FORWARD)
		v = SL_DROP_DEMUX;
	else if (unlikely(!believed || flow->watch & 1u << p->component) && v == SL_FORWARD)
		v = sl_source_try(b, p);
	if (unlikely(v != SL_FORWARD))
		return v;
	if (unlikely(!is_writable(p)))
		return SL_DROP_BUFFER;
	if (unlikely(!is_intact(p, payload)))
		return SL_DROP_CHECKSUM;
	v = sl_parse_media(payload, p->view.payload_len, !flow->in_key, &p->view);
	if (v == SL_FORWARD && flow->in_key)
		v = check_room(p, payload);
	return v;
}

static bool is_near_enough(const struct sl_packet *p, unsigned min_hops)
{
	return likely(p->view.hops >= min_hops) || !sl_policy_here(sl_ethdev_by_dpdk[p->m->port]);
}

void sl_stage_guard(struct sl_worker *w, struct sl_burst *b)
{
	unsigned min_hops = sl_policy_state && !b->hairpin ? sl_rules_now()->limits.min_hops : 0;

	(void)w;
	SL_BURST_FOREACH (p, b) {
		p->verdict = is_near_enough(p, min_hops) ? judge(b, p) : SL_DROP_TTL;
		if (p->verdict == SL_FORWARD)
			rte_prefetch0(p->flow->in_key); /* unprotect; NULL does no harm */
	}
}
