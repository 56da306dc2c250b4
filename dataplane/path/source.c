/* SPDX-License-Identifier: BSD-3-Clause */
/* A flow and its latches: what is tried, what is learnt, and telling ctrl of it. */
#include "dataplane/path/pinhole.h"
#include "dataplane/path/worker.h"
#include "dataplane/port/ethdev.h"

#include "dataplane/base/packet_path.h"

/* Components that share a port share their latch. */
static struct sl_latch *latch_of(const struct sl_packet *p)
{
	struct sl_flow *flow = p->flow;
	bool mux = flow->local[SL_RTP].port == flow->local[SL_RTCP].port;

	return &flow->latch[mux ? SL_RTP : p->component];
}

static struct sl_endpoint source_of(const struct sl_packet *p)
{
	struct sl_endpoint from = {.port = p->view.source_port};

	memcpy(from.ip, p->view.source, 16);
	return from;
}

/* As if from an address that we have there. */
static bool is_of_this_network(const struct sl_packet *p)
{
	return sl_address_first(sl_ethdev_by_dpdk[p->m->port], p->view.vlan, p->view.source) >= 0;
}

/*
 * From addresses of ours media comes by the hairpin only, and between our pinholes nobody changes
 * addresses: there is nothing to learn.
 */
enum sl_verdict sl_source_try(const struct sl_burst *b, struct sl_packet *p)
{
	struct sl_endpoint from = source_of(p);
	struct sl_latch *l = latch_of(p);

	if (!b->hairpin && is_of_this_network(p))
		return SL_DROP_MARTIAN;
	if (b->hairpin ? !sl_endpoint_equal(&from, &l->signalled) : sl_address_is_ours(from.ip)) {
		sl_latch_refuse(l, &from);
		return SL_DROP_SOURCE;
	}
	p->learn = sl_latch_watching(l) || !sl_endpoint_equal(&from, &l->current);
	return sl_latch_try(l, &from, b->now) ? SL_FORWARD : SL_DROP_SOURCE;
}

enum sl_verdict sl_source_commit(
	struct sl_worker *w, struct sl_packet *p, bool newest, uint64_t now)
{
	struct sl_latch *l = latch_of(p);
	struct sl_endpoint from = source_of(p);
	uint32_t moves = l->moves;
	bool pass = sl_latch_commit(l, &from, newest, now);

	sl_flow_sources(p->flow);
	if (l->moves != moves) {
		const struct sl_event event = {.cookie = p->flow->cookie,
			.type = SL_EVENT_SOURCE,
			.component = p->component};

		sl_event_post(w, &event);
	}
	return pass ? SL_FORWARD : SL_DROP_SOURCE;
}
