/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/observe/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/call/port_pair.h"
#include "ctrl/media/counters.h"
#include "ctrl/media/hairpin.h"
#include "ctrl/neigh/neigh.h"
#include "ctrl/observe/watch.h"
#include "dataplane/base/clock.h"
#include "dataplane/base/media_address.h"
#include "dataplane/base/nexthop.h"

#define SECOND UINT64_C(1000000000)

enum {
	PATHS = 16,
	TEXT = SL_ENDPOINT_TEXT + 80, /* and the name of a call */
};

struct texts {
	char expected[TEXT], local[SL_ENDPOINT_TEXT], sent_to[TEXT], other[SL_ENDPOINT_TEXT];
	char denied[SL_PREFIX_TEXT];
};

static const char *name(const struct sl_leg *leg)
{
	return leg->tag ? leg->tag : "the callee";
}

/* Behind an endpoint, which then is one of ours. */
static const char *append_call(char text[TEXT], const struct sl_call *call)
{
	size_t len = strlen(text);

	snprintf(text + len, TEXT - len, " (call %s of this relay)", call->id);
	return text;
}

static int64_t ago(uint64_t then, uint64_t now)
{
	return then && now > then ? (int64_t)((now - then) / SECOND) : 0;
}

static const char *direction_text(const struct sl_media_params *params)
{
	static const char *const texts[] = {
		[SL_SDP_SENDRECV] = "a=sendrecv",
		[SL_SDP_SENDONLY] = "a=sendonly",
		[SL_SDP_RECVONLY] = "a=recvonly",
		[SL_SDP_INACTIVE] = "a=inactive",
	};

	return params->held ? "c=0.0.0.0" : texts[params->direction];
}

/* Who of both has said that nothing shall come from `from`. */
static void hold_of(
	struct sl_why_path *p, const struct sl_media_params *from, const struct sl_media_params *to)
{
	bool by_receiver =
		to->held || to->direction == SL_SDP_SENDONLY || to->direction == SL_SDP_INACTIVE;

	if (!p->active || sl_watch_expected(from, to))
		return;
	p->held = direction_text(by_receiver ? to : from);
	p->holder = by_receiver ? p->to : p->from;
}

/* An endpoint that was not let in counts only while it explains fresh drops. */
static void source_of(struct sl_why_path *p, const struct sl_flow *flow, struct texts *t)
{
	for (int c = SL_RTP; c < SL_COMPONENTS && !*t->other; c++) {
		struct sl_latch_report r;

		sl_flow_source(flow, c, &r);
		if (c == SL_RTP)
			p->expected = sl_endpoint_text(r.current.ip, r.current.port, t->expected);
		if (r.other.port)
			p->other = sl_endpoint_text(r.other.ip, r.other.port, t->other);
	}
}

static void denied_of(struct sl_why_path *p, const struct sl_guard_config *guard,
	const struct sl_leg_media *media, struct texts *t)
{
	const uint8_t *ip = media->params.remote[SL_RTP].ip;
	const struct sl_listed *listed;
	struct sl_latch_report r;

	if (media->path.live) {
		sl_flow_source(media->path.flow, SL_RTP, &r);
		ip = r.current.ip;
	}
	if (sl_address_is_ours(ip)) /* it does not pass the guard */
		return;
	listed = sl_guard_config_denies(guard, ip);
	if (listed)
		p->denied = sl_prefix_text(listed, t->denied);
}

static void path_of(struct sl_why_path *p, const struct sl_leg *from, const struct sl_leg *to,
	unsigned m, uint64_t now, struct texts *t)
{
	const struct sl_leg_media *media = &from->media[m], *peer = &to->media[m];
	const struct sl_media_params *params = &media->params;
	const struct sl_watch *w = &media->watch;
	struct sl_flow_counters c;

	sl_path_counters(&media->path, &c);
	*p = (struct sl_why_path){
		.kind = media->kind,
		.from = name(from),
		.to = name(to),
		.active = params->active && params->media && peer->params.active,
		.expected = sl_endpoint_text(
			params->remote[SL_RTP].ip, params->remote[SL_RTP].port, t->expected),
		.local = "",
		.sent_to = "",
		.other = "",
		.denied = "",
		.packets = c.packets[SL_RTP] + c.packets[SL_RTCP],
		.last = c.last ? ago(c.last, now) : -1,
		.heard = w->heard || c.packets[SL_RTP] + c.packets[SL_RTCP] != w->passed,
		.failing = w->failing ? ago(w->failing, now) : -1,
		.keyed = ago(w->keyed, now),
		.keyed_round = w->keyed_round,
	};
	hold_of(p, params, &peer->params);
	if (media->ports)
		p->local = sl_endpoint_text(
			sl_port_pair_address(media->ports)->ip, media->ports->rtp, t->local);
	for (unsigned v = SL_FORWARD + 1; v < SL_VERDICTS; v++) {
		p->drops[v] = c.drops[v];
		p->fresh[v] = c.drops[v] - sl_watch_drops(w, v);
	}
	if (!media->path.live)
		return;
	source_of(p, media->path.flow, t);
	if (media->path.spec.nowhere) /* on hold: there is nothing to be said of the way there */
		return;
	p->sent_to = sl_endpoint_text(media->path.spec.destination[SL_RTP].ip,
		media->path.spec.destination[SL_RTP].port, t->sent_to);
	p->no_hop = !sl_nexthop_get(&sl_nexthops[media->path.flow->egress[SL_RTP].nexthop]);
	p->hop_waits =
		sl_neigh_waits(media->path.out_interface->neigh, media->path.spec.nexthop[SL_RTP]);
}

/* Where either end is a pinhole of ours: whose. */
static void next_of(struct sl_why_path *p, const struct sl_sessions *sessions,
	const struct sl_path *path, const struct sl_path *back, struct texts *t)
{
	const struct sl_call *before = sl_hairpin_call(sessions, back);
	const struct sl_call *next = sl_hairpin_call(sessions, path);

	if (before)
		p->expected = append_call(t->expected, before);
	if (next)
		p->sent_to = append_call(t->sent_to, next);
}

void sl_call_why(const struct sl_sessions *sessions, const struct sl_call *call, struct sl_why *why)
{
	const struct sl_guard_config *guard = sessions->env.guard;
	struct sl_why_path paths[PATHS];
	struct texts texts[PATHS];
	struct sl_why_call snapshot = {.known = call != NULL, .path = paths};
	uint64_t now = sl_clock();

	memset(texts, 0, sizeof(texts));
	if (call) {
		snapshot.answered = call->up;
		snapshot.offered = ago(call->offered, now);
	}
	for (unsigned i = 0; call && i < call->n_legs; i++) {
		const struct sl_leg *leg = call->leg[i];

		for (unsigned m = 0; leg->peer && m < leg->n_media && m < leg->peer->n_media &&
				     snapshot.n_paths < PATHS;
			m++, snapshot.n_paths++) {
			struct sl_why_path *p = &paths[snapshot.n_paths];
			struct texts *t = &texts[snapshot.n_paths];

			path_of(p, leg, leg->peer, m, now, t);
			next_of(p, sessions, &leg->media[m].path, &leg->peer->media[m].path, t);
			if (guard)
				denied_of(p, guard, &leg->media[m], t);
		}
	}
	sl_why(&snapshot, why);
}
