/* SPDX-License-Identifier: BSD-3-Clause */
/* What can be refused before any cryptography is spent on it: class, source, and the media header.
 */
#include <rte_branch_prediction.h>
#include <rte_prefetch.h>
#include <string.h>

#include "dataplane/ethdev.h"
#include "dataplane/pinhole.h"
#include "dataplane/worker.h"
#include "sluice/policy.h"

#include "dataplane/packet_path.h"

/* Which component of the flow a packet is for; SL_COMPONENTS: none, it does not belong on this
 * port. */
static enum sl_component component_of(
	const struct sl_flow *flow, uint16_t port, enum sl_class class)
{
	if (class == SL_CLASS_RTP && port == flow->local[SL_RTP].port)
		return SL_RTP;
	if (class == SL_CLASS_RTCP && port == flow->local[SL_RTCP].port)
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

/* From nobody, or from an address of this very network. For strangers only: no call names such an
 * address. */
static bool is_martian(const struct sl_packet *p)
{
	uint8_t port = sl_ethdev_by_dpdk[p->m->port];

	if (sl_is_martian(p->view.source))
		return true;
	for (unsigned slot = 0; slot < sl_n_addresses; slot++)
		if (sl_addresses[slot].port == port && sl_addresses[slot].vlan == p->view.vlan &&
			memcmp(p->view.source, sl_addresses[slot].ip, 16) == 0)
			return true;
	return false;
}

static enum sl_verdict judge(struct sl_packet *p, uint64_t now)
{
	const struct sl_flow *flow = p->flow;
	const uint8_t *payload = rte_pktmbuf_mtod_offset(p->m, const uint8_t *, p->view.payload);
	enum sl_verdict v;

	p->view.class = sl_parse_class(payload, p->view.payload_len);
	p->component = component_of(flow, p->view.destination_port, p->view.class);
	if (unlikely(p->component == SL_COMPONENTS))
		return is_martian(p) ? SL_DROP_MARTIAN : SL_DROP_DEMUX;
	p->learn = false;
	if (unlikely(flow->watch & 1u << p->component ||
		     p->view.source_port != flow->source[p->component].port ||
		     memcmp(p->view.source, flow->source[p->component].ip, 16) != 0)) {
		if (is_martian(p))
			return SL_DROP_MARTIAN;
		v = sl_source_try(p, now);
		if (v != SL_FORWARD)
			return v;
	}
	v = sl_parse_media(payload, p->view.payload_len, !flow->in_key, &p->view);
	if (v == SL_FORWARD && flow->in_key)
		v = check_room(p, payload);
	return v;
}

void sl_stage_guard(struct sl_worker *w, struct sl_burst *b)
{
	(void)w;
	SL_BURST_FOREACH (p, b) {
		p->verdict = judge(p, b->now);
		if (p->verdict == SL_FORWARD)
			rte_prefetch0(p->flow->in_key); /* unprotect; NULL does no harm */
	}
}
