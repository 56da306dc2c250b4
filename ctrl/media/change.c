/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/media/change.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctrl/call/leg.h"
#include "ctrl/media/treatment.h"
#include "dataplane/handoff/flow_new.h"

static bool wanted(const struct sl_terms *from, const struct sl_terms *to)
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
static void place(struct sl_change *c)
{
	struct sl_flow_spec *spec = &c->next.spec;

	sl_terms_remote(c->from_terms, spec->source);
	if (c->from_terms->held &&
		sl_address_family(spec->source[SL_RTP].ip) != c->from_local->family)
		nowhere(c->from_local->family, spec->source);
	spec->nowhere = c->to_terms->held;
	if (spec->nowhere)
		nowhere(c->to_local->family, spec->destination);
	else
		sl_leg_remote(c->to, c->to_terms, spec->destination);
}

static void ports_of(const struct sl_local *local, bool mux, uint16_t port[SL_COMPONENTS])
{
	port[SL_RTP] = local->rtp;
	port[SL_RTCP] = (uint16_t)(mux ? local->rtp : local->rtp + 1);
}

static uint8_t slot_of(const struct sl_local *local)
{
	return local->interface->local[local->address].slot;
}

static int flow_make(struct sl_change *c, struct sl_error *error)
{
	c->next.flow = sl_flow_new(&c->next.spec);
	if (!c->next.flow)
		return sl_refuse(error, -errno, "cannot make a flow: %s", strerror(errno));
	return 0;
}

static uint32_t slacken(uint64_t amount, unsigned slack)
{
	amount = amount * slack / 100;
	return amount < UINT32_MAX ? (uint32_t)amount : UINT32_MAX;
}

/*
 * What `from` may send. SDP says what a party wants to be sent (RFC 3264 5.1), and what it sends is
 * mostly the same: so whichever of the two is more. Nobody polices an emergency call.
 */
static struct sl_police_rates allowed(const struct sl_sessions *sessions,
	const struct sl_call *call, const struct sl_terms *from, const struct sl_terms *to)
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

int sl_change_make(struct sl_change *c, const struct sl_sessions *sessions,
	const struct sl_call *call, const struct sl_leg_keys *from, const struct sl_leg_keys *to,
	struct sl_error *error)
{
	struct sl_flow_spec *spec = &c->next.spec;
	const struct sl_path *old = &c->from->path;
	int rc;

	if (!wanted(c->from_terms, c->to_terms)) {
		c->same = !old->live;
		return 0;
	}
	c->next.live = true;
	c->next.in = from->in;
	c->next.out = to->out;
	c->next.in_interface = c->from_local->interface;
	c->next.out_interface = c->to_local->interface;
	spec->in_key = sl_session_key_raw(from->in);
	spec->out_key = sl_session_key_raw(to->out);
	spec->in_suite = c->from_terms->theirs.suite;
	spec->out_suite = c->to_terms->theirs.suite;
	spec->in_slot = slot_of(c->from_local);
	ports_of(c->from_local, c->from_terms->mux, spec->in_port);
	spec->out_slot = slot_of(c->to_local);
	ports_of(c->to_local, c->to_terms->mux, spec->out_port);
	place(c);
	spec->policy = sl_source_policy(&c->from_terms->source, !spec->in_suite,
		!c->from_local->interface->config->strict_source);
	spec->cookie = c->cookie;
	spec->tos = call->tos;
	sl_gate_treatment(call, c->from_leg, c->from_terms, c->to_terms, &spec->treatment);
	spec->rates = allowed(sessions, call, c->from_terms, c->to_terms);
	spec->policy.tries = (uint16_t)spec->rates.learn_pps;
	if (spec->policy.mode == SL_LATCH_ONCE)
		spec->policy.round = c->from_terms->said;
	sl_terms_clocks(c->from_terms, c->to_terms, spec->payloads);
	rc = sl_path_hops_get(&c->next, error);
	if (rc)
		return rc;
	c->hops = true;
	/* Both zeroed before they were filled in: padding is equal too. */
	/* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
	c->same = old->live && !memcmp(spec, &old->spec, sizeof(*spec));
	return c->same ? 0 : flow_make(c, error);
}

void sl_change_commit(struct sl_change *c, struct sl_sessions *sessions)
{
	struct sl_path *path = &c->from->path;

	if (c->same) {
		if (c->hops)
			sl_path_hops_put(&c->next);
		return;
	}
	if (c->next.live) {
		sl_path_sources(&c->next, true);
		sl_path_free(sessions->env.crypto, path);
		*path = c->next;
		sl_session_key_ref(path->in);
		sl_session_key_ref(path->out);
		sl_path_pinholes(path, true);
	} else {
		sl_path_sources(path, false);
		path->live = false;
	}
}

void sl_change_undo(struct sl_change *c)
{
	if (c->from)
		sl_path_pinholes(&c->from->path, true);
	if (c->hops)
		sl_path_hops_put(&c->next);
	sl_flow_free(c->next.flow);
}
