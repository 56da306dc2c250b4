/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/media/path_update.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctrl/call/leg.h"
#include "ctrl/media/block_actions.h"
#include "dataplane/handoff/flow_new.h"

static bool wanted(const struct sl_media_params *from, const struct sl_media_params *to)
{
	return from->active && to->active && from->media && to->media;
}

/* An address of that family that is nobody's. */
static void nowhere(int family, struct sl_endpoint remote[SL_COMPONENTS])
{
	memset(remote, 0, SL_COMPONENTS * sizeof(*remote));
	for (int c = 0; c < SL_COMPONENTS && family == SL_IPV4; c++)
		memset(remote[c].ip + 10, 0xff, 2);
}

/* RFC 3264 8.4: nothing is sent to who holds by c=0.0.0.0, but what it sends passes. */
static void place(struct sl_path_update *u)
{
	struct sl_flow_spec *spec = &u->next.spec;

	sl_media_params_remote(u->from_params, spec->source);
	if (u->from_params->held &&
		sl_address_family(spec->source[SL_RTP].ip) != u->from_ports->family)
		nowhere(u->from_ports->family, spec->source);
	spec->nowhere = u->to_params->held;
	if (spec->nowhere)
		nowhere(u->to_ports->family, spec->destination);
	else
		sl_leg_remote(u->to, u->to_params, spec->destination);
}

static void ports_of(const struct sl_port_pair *ports, bool mux, uint16_t port[SL_COMPONENTS])
{
	port[SL_RTP] = ports->rtp;
	port[SL_RTCP] = (uint16_t)(mux ? ports->rtp : ports->rtp + 1);
}

static uint8_t slot_of(const struct sl_port_pair *ports)
{
	return ports->interface->local[ports->address].slot;
}

static int flow_make(struct sl_path_update *u, struct sl_error *error)
{
	u->next.flow = sl_flow_new(&u->next.spec);
	if (!u->next.flow)
		return sl_refuse(error, -errno, "cannot make a flow: %s", strerror(errno));
	return 0;
}

static uint32_t slacken(uint64_t amount, unsigned slack)
{
	amount = amount * slack / 100;
	return amount < UINT32_MAX ? (uint32_t)amount : UINT32_MAX;
}

/*
 * Returns the rates that `from` may send at. SDP says what a party wants to be sent (RFC 3264 5.1),
 * and what it sends is mostly the same: so whichever of the two is more. Nobody polices an
 * emergency call.
 */
static struct sl_police_rates allowed(const struct sl_sessions *sessions,
	const struct sl_call *call, const struct sl_media_params *from,
	const struct sl_media_params *to)
{
	enum { AROUND = 40 }; /* bytes: RTP header and extensions, tag */
	const struct sl_guard_config *guard = sessions->env.guard;
	struct sl_police_rates rates = {0};
	uint32_t pps = from->pps > to->pps ? from->pps : to->pps;
	uint32_t bytes = from->bytes > to->bytes ? from->bytes : to->bytes;

	if (!guard)
		return rates;
	rates.learn_pps = guard->learning_pps; /* what is known is not touched by that */
	if (call->emergency)
		return rates;
	rates.rtp_pps = slacken(pps, guard->flow_slack);
	if (to->bytes)
		rates.rtp_bytes = slacken(bytes + (uint64_t)pps * AROUND, guard->flow_slack);
	rates.rtcp_pps = guard->rtcp_pps;
	return rates;
}

int sl_path_update_make(struct sl_path_update *u, const struct sl_sessions *sessions,
	const struct sl_call *call, const struct sl_leg_keys *from, const struct sl_leg_keys *to,
	struct sl_error *error)
{
	struct sl_flow_spec *spec = &u->next.spec;
	const struct sl_path *old = &u->from->path;
	int rc;

	if (!wanted(u->from_params, u->to_params)) {
		u->same = !old->live;
		return 0;
	}
	u->next.live = true;
	u->next.in = from->in;
	u->next.out = to->out;
	u->next.in_interface = u->from_ports->interface;
	u->next.out_interface = u->to_ports->interface;
	spec->in_key = sl_session_key_raw(from->in);
	spec->out_key = sl_session_key_raw(to->out);
	spec->in_suite = u->from_params->theirs.suite;
	spec->out_suite = u->to_params->theirs.suite;
	spec->in_slot = slot_of(u->from_ports);
	ports_of(u->from_ports, u->from_params->mux, spec->in_port);
	spec->out_slot = slot_of(u->to_ports);
	ports_of(u->to_ports, u->to_params->mux, spec->out_port);
	place(u);
	spec->policy = sl_source_policy(&u->from_params->source, !spec->in_suite,
		!u->from_ports->interface->config->strict_source);
	spec->cookie = u->cookie;
	spec->tos = call->tos;
	sl_block_actions(call, u->from_leg, u->from_params, u->to_params, &spec->actions);
	spec->rates = allowed(sessions, call, u->from_params, u->to_params);
	spec->policy.tries = (uint16_t)spec->rates.learn_pps;
	if (spec->policy.mode == SL_LATCH_ONCE)
		spec->policy.round = u->from_params->said;
	sl_media_params_clocks(u->from_params, u->to_params, spec->payloads);
	rc = sl_path_hops_get(&u->next, error);
	if (rc)
		return rc;
	u->hops = true;
	u->same = old->live && sl_flow_spec_equal(spec, &old->spec);
	return u->same ? 0 : flow_make(u, error);
}

bool sl_path_update_flow(const struct sl_path_update *u, struct sl_flow_update *flow)
{
	const struct sl_path *old = &u->from->path;

	if (u->same)
		return false;
	sl_path_pinholes_narrow(old, &u->next);
	*flow = (struct sl_flow_update){
		.flow = u->next.flow,
		.old = old->live ? old->flow : NULL,
		.parked = old->live ? NULL : old->flow,
	};
	return true;
}

void sl_path_update_commit(struct sl_path_update *u, struct sl_sessions *sessions)
{
	struct sl_path *path = &u->from->path;

	if (u->same) {
		if (u->hops)
			sl_path_hops_put(&u->next);
		return;
	}
	if (u->next.live) {
		sl_path_sources(&u->next, true);
		sl_path_free(sessions->env.crypto, path);
		*path = u->next;
		sl_session_key_ref(path->in);
		sl_session_key_ref(path->out);
		sl_path_pinholes(path, true);
	} else {
		sl_path_sources(path, false);
		path->live = false;
	}
}

void sl_path_update_undo(struct sl_path_update *u)
{
	if (u->from)
		sl_path_pinholes(&u->from->path, true);
	if (u->hops)
		sl_path_hops_put(&u->next);
	sl_flow_free(u->next.flow);
}
