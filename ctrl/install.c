/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/install.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/log.h"
#include "dataplane/mailbox.h"

/* What becomes of one path: media that arrives from `from` and leaves to `to`. */
struct change {
	struct sl_leg_media *from, *to;
	uint64_t cookie;
	const struct sl_terms *from_terms, *to_terms;
	struct sl_path next; /* .live: there shall be a flow */
	bool same;           /* nothing to do */
	bool hops;           /* next.spec.nexthop are held */
};

/* Keys of one leg for one medium. */
struct keys {
	struct sl_session_key *in, *out;
};

struct plan {
	struct sl_sessions *sessions;
	unsigned n_media;
	struct keys keys[2][SL_MAX_MEDIA];
	struct change changes[2 * SL_MAX_MEDIA]; /* SL_FROM's path, then SL_TO's, by medium */
	struct sl_exchange exchanges[2 * SL_MAX_MEDIA];
	unsigned n_exchanges;
};

static bool wanted(const struct sl_terms *from, const struct sl_terms *to)
{
	return from->active && to->active && from->media && to->media && !from->held && !to->held;
}

static const struct sl_master *our_master(const struct sl_leg_media *m, enum sl_suite suite)
{
	for (unsigned i = 0; i < m->n_ours; i++)
		if (m->ours[i].master.suite == suite)
			return m->ours[i].spent ? NULL : &m->ours[i].master;
	return NULL;
}

static int keys_make(struct plan *plan, struct keys *keys, const struct sl_leg_media *m,
	const struct sl_terms *terms, char why[SL_NG_WHY])
{
	const struct sl_crypto_backend *crypto = plan->sessions->env.crypto;
	enum sl_suite suite = terms->theirs.suite;
	const struct sl_master *ours;

	if (!terms->active || !terms->media || suite == SL_SUITE_NONE)
		return 0;
	ours = our_master(m, suite);
	if (!ours) {
		snprintf(why, SL_NG_WHY,
			"%s: goes back to a key that was in use before; a new offer is needed",
			sl_suites[suite].name);
		return -EINVAL;
	}
	keys->in = sl_session_key_get(crypto, m->in, &terms->theirs);
	keys->out = keys->in ? sl_session_key_get(crypto, m->out, ours) : NULL;
	if (!keys->out) {
		snprintf(why, SL_NG_WHY, "%s: cannot expand the key: %s", sl_suites[suite].name,
			strerror(errno));
		return -errno;
	}
	return 0;
}

static void ports_of(const struct sl_local *local, bool mux, uint16_t port[SL_COMPONENTS])
{
	port[SL_RTP] = local->rtp;
	port[SL_RTCP] = (uint16_t)(mux ? local->rtp : local->rtp + 1);
}

static uint8_t slot_of(const struct sl_local *local)
{
	return local->interface->local[local->family].slot;
}

static int hops_get(struct change *c, char why[SL_NG_WHY])
{
	struct sl_flow_spec *spec = &c->next.spec;
	const struct sl_local *local = &c->to->local;
	int rc;

	for (int i = 0; i < SL_COMPONENTS; i++) {
		rc = sl_interface_hop_get(
			local->interface, spec->destination[i].ip, &spec->nexthop[i], why);
		if (rc) {
			while (i-- > 0)
				sl_interface_hop_put(local->interface, spec->nexthop[i]);
			return rc;
		}
	}
	c->hops = true;
	return 0;
}

static void hops_put(const struct sl_path *path)
{
	for (int i = 0; i < SL_COMPONENTS; i++)
		sl_interface_hop_put(path->out_interface, path->spec.nexthop[i]);
}

static int change_make(
	struct change *c, const struct keys *from, const struct keys *to, char why[SL_NG_WHY])
{
	struct sl_flow_spec *spec = &c->next.spec;
	struct sl_path *old = &c->from->path;

	if (!wanted(c->from_terms, c->to_terms)) {
		c->same = !old->live;
		return 0;
	}
	c->next.live = true;
	c->next.in = from->in;
	c->next.out = to->out;
	c->next.in_interface = c->from->local.interface;
	c->next.out_interface = c->to->local.interface;
	spec->in_key = sl_session_key_raw(from->in);
	spec->out_key = sl_session_key_raw(to->out);
	spec->in_suite = c->from_terms->theirs.suite;
	spec->out_suite = c->to_terms->theirs.suite;
	spec->in_slot = slot_of(&c->from->local);
	ports_of(&c->from->local, c->from_terms->mux, spec->in_port);
	sl_terms_remote(c->from_terms, spec->source);
	spec->out_slot = slot_of(&c->to->local);
	ports_of(&c->to->local, c->to_terms->mux, spec->out_port);
	sl_leg_remote(c->to, c->to_terms, spec->destination);
	spec->policy = sl_source_policy(&c->from_terms->source, !spec->in_suite);
	spec->cookie = c->cookie;
	if (hops_get(c, why))
		return -EHOSTUNREACH;
	/* Both zeroed before they were filled in: padding is equal too. */
	/* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
	c->same = old->live && !memcmp(spec, &old->spec, sizeof(*spec));
	if (c->same)
		return 0;
	c->next.flow = sl_flow_new(spec);
	if (!c->next.flow) {
		snprintf(why, SL_NG_WHY, "cannot make a flow: %s", strerror(errno));
		return -errno;
	}
	/* Neither is published, so both are ours. */
	if (old->flow && !old->live)
		sl_flow_inherit(c->next.flow, old->flow);
	return 0;
}

static void pinholes(const struct sl_path *path, bool open)
{
	if (!path->live)
		return;
	for (int i = 0; i < SL_COMPONENTS; i++)
		sl_interface_pinhole(
			path->in_interface, path->spec.in_slot, path->spec.in_port[i], open);
}

static bool serves(const struct sl_path *path, uint8_t slot, uint16_t port)
{
	return path->live && path->spec.in_slot == slot &&
	       (path->spec.in_port[SL_RTP] == port || path->spec.in_port[SL_RTCP] == port);
}

/* Before a pinhole ends in the dataplane it ends in the guard: nothing is redirected in vain. */
static void pinholes_narrow(const struct change *c)
{
	const struct sl_path *old = &c->from->path;

	if (!old->live)
		return;
	for (int i = 0; i < SL_COMPONENTS; i++)
		if (!serves(&c->next, old->spec.in_slot, old->spec.in_port[i]))
			sl_interface_pinhole(
				old->in_interface, old->spec.in_slot, old->spec.in_port[i], false);
}

static void path_free(struct sl_sessions *sessions, struct sl_path *path)
{
	if (path->flow) {
		sl_flow_free(path->flow);
		hops_put(path);
	}
	sl_session_key_put(sessions->env.crypto, path->in);
	sl_session_key_put(sessions->env.crypto, path->out);
	explicit_bzero(path, sizeof(*path));
}

/* The new path takes over references of its own; what stays as it is keeps the old ones. */
static void change_commit(struct sl_sessions *sessions, struct change *c)
{
	struct sl_path *path = &c->from->path;

	if (c->same) {
		if (c->hops)
			hops_put(&c->next);
	} else if (c->next.live) {
		path_free(sessions, path);
		*path = c->next;
		sl_session_key_ref(path->in);
		sl_session_key_ref(path->out);
		pinholes(path, true);
	} else {
		path->live = false;
	}
}

/* A key that something was sent with and that is not in force any more must never come back. */
static void leg_commit(struct sl_sessions *sessions, struct sl_leg_media *m,
	const struct sl_terms *terms, const struct keys *keys)
{
	m->terms = *terms;
	if (!terms->active || !terms->media)
		return; /* the keys may come back with the medium */
	for (unsigned i = 0; i < m->n_ours; i++)
		if (m->out && m->out != keys->out &&
			m->ours[i].master.suite == m->out->master.suite)
			m->ours[i].spent = true;
	sl_session_key_put(sessions->env.crypto, m->in);
	sl_session_key_put(sessions->env.crypto, m->out);
	m->in = sl_session_key_ref(keys->in);
	m->out = sl_session_key_ref(keys->out);
}

static void plan_exchange(struct plan *plan)
{
	for (unsigned i = 0; i < 2 * plan->n_media; i++) {
		struct change *c = &plan->changes[i];

		if (c->same)
			continue;
		plan->exchanges[plan->n_exchanges++] = (struct sl_exchange){
			.flow = c->next.flow,
			.old = c->from->path.live ? c->from->path.flow : NULL,
		};
	}
}

static int plan_make(struct plan *plan, struct sl_leg *const leg[2],
	const struct sl_terms *const terms[2], char why[SL_NG_WHY])
{
	int rc;

	for (int side = SL_FROM; side <= SL_TO; side++)
		for (unsigned i = 0; i < plan->n_media; i++) {
			rc = keys_make(plan, &plan->keys[side][i], &leg[side]->media[i],
				&terms[side][i], why);
			if (rc)
				return rc;
		}
	for (unsigned i = 0; i < 2 * plan->n_media; i++) {
		int from = i < plan->n_media ? SL_FROM : SL_TO;
		unsigned m = from == SL_FROM ? i : i - plan->n_media;
		struct change *c = &plan->changes[i];

		c->from = &leg[from]->media[m];
		c->to = &leg[!from]->media[m];
		c->cookie = leg[from]->cookie + m;
		c->from_terms = &terms[from][m];
		c->to_terms = &terms[!from][m];
		rc = change_make(c, &plan->keys[from][m], &plan->keys[!from][m], why);
		if (rc)
			return rc;
	}
	plan_exchange(plan);
	return 0;
}

static void plan_undo(struct plan *plan, bool leak)
{
	for (unsigned i = 0; i < 2 * plan->n_media; i++) {
		struct change *c = &plan->changes[i];

		if (c->from)
			pinholes(&c->from->path, true);
		if (leak)
			continue;
		if (c->hops)
			hops_put(&c->next);
		sl_flow_free(c->next.flow);
	}
}

static void plan_free(struct plan *plan, bool leak)
{
	const struct sl_crypto_backend *crypto = plan->sessions->env.crypto;

	for (int side = SL_FROM; !leak && side <= SL_TO; side++)
		for (unsigned i = 0; i < plan->n_media; i++) {
			sl_session_key_put(crypto, plan->keys[side][i].in);
			sl_session_key_put(crypto, plan->keys[side][i].out);
		}
	explicit_bzero(plan, sizeof(*plan));
}

int sl_install(struct sl_sessions *sessions, struct sl_leg *const leg[2],
	const struct sl_terms *const terms[2], unsigned n_media, char why[SL_NG_WHY])
{
	struct plan plan;
	int rc;

	/* Padding too: specifications are compared as bytes. */
	memset(&plan, 0, sizeof(plan));
	plan.sessions = sessions;
	plan.n_media = n_media;
	rc = plan_make(&plan, leg, terms, why);
	if (rc)
		goto undo;
	for (unsigned i = 0; i < 2 * n_media; i++)
		if (!plan.changes[i].same)
			pinholes_narrow(&plan.changes[i]);
	if (plan.n_exchanges) {
		rc = sl_flows_exchange(plan.exchanges, plan.n_exchanges);
		if (rc) {
			snprintf(why, SL_NG_WHY, "the dataplane refused: %s", strerror(-rc));
			sl_log(SL_LOG_ERROR, "flows not installed: %s", strerror(-rc));
			goto undo;
		}
	}
	for (unsigned i = 0; i < 2 * n_media; i++)
		change_commit(sessions, &plan.changes[i]);
	for (int side = SL_FROM; side <= SL_TO; side++)
		for (unsigned i = 0; i < n_media; i++)
			leg_commit(sessions, &leg[side]->media[i], &terms[side][i],
				&plan.keys[side][i]);
	plan_free(&plan, false);
	return 0;
undo:
	/* A worker that does not answer may still hold what it was given. */
	plan_undo(&plan, rc == -ETIMEDOUT);
	plan_free(&plan, rc == -ETIMEDOUT);
	return rc;
}

static void leg_uninstall(struct sl_sessions *sessions, struct sl_leg *leg, bool leak)
{
	const struct sl_crypto_backend *crypto = sessions->env.crypto;

	for (unsigned i = 0; leg && i < leg->n_media; i++) {
		struct sl_leg_media *m = &leg->media[i];

		if (leak && m->path.live)
			memset(&m->path, 0, sizeof(m->path));
		path_free(sessions, &m->path);
		sl_session_key_put(crypto, m->in);
		sl_session_key_put(crypto, m->out);
		m->in = m->out = NULL;
	}
}

void sl_uninstall(struct sl_sessions *sessions, struct sl_call *call)
{
	struct sl_exchange exchanges[2 * SL_MAX_MEDIA];
	unsigned n = 0;
	int rc = 0;

	for (int side = SL_FROM; side <= SL_TO; side++)
		for (unsigned i = 0; call->leg[side] && i < call->leg[side]->n_media; i++) {
			struct sl_path *path = &call->leg[side]->media[i].path;

			if (!path->live)
				continue;
			pinholes(path, false);
			exchanges[n++] = (struct sl_exchange){.old = path->flow};
		}
	if (n)
		rc = sl_flows_exchange(exchanges, n);
	if (rc)
		sl_log(SL_LOG_ERROR, "flows not withdrawn: %s", strerror(-rc));
	for (int side = SL_FROM; side <= SL_TO; side++)
		leg_uninstall(sessions, call->leg[side], rc != 0);
}
