/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/media/install.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/base/log.h"
#include "ctrl/call/leg.h"
#include "ctrl/call/local.h"
#include "ctrl/media/change.h"
#include "ctrl/media/path.h"
#include "dataplane/handoff/mailbox.h"

struct plan {
	struct sl_sessions *sessions;
	struct sl_call *call;
	const struct sl_agreed *side; /* by enum sl_side */
	unsigned n_media;
	struct sl_leg *losers[SL_MAX_LEGS]; /* that are connected now and are in the way */
	unsigned n_losers;
	struct sl_leg_keys keys[2][SL_MAX_MEDIA];
	struct sl_change changes[2 * SL_MAX_MEDIA]; /* SL_FROM's path, then SL_TO's, by medium */
	struct sl_exchange *exchanges;
	unsigned n_exchanges;
};

/* A key that the party had before, too, is the same object. */
static struct sl_session_key *known_key(
	const struct sl_leg_media *media, const struct sl_master *master)
{
	for (unsigned i = 0; i < SL_FORMER_KEYS && media->former[i]; i++)
		if (sl_master_equal(&media->former[i]->master, master))
			return media->former[i];
	return media->in;
}

/* The key that was in force becomes a former one, and `next` is none any more. */
static void key_retire(const struct sl_crypto_backend *crypto, struct sl_leg_media *media,
	const struct sl_session_key *next)
{
	struct sl_session_key *pushed = media->in;

	for (unsigned i = 0; i < SL_FORMER_KEYS && pushed && media->in != next; i++) {
		struct sl_session_key *here = media->former[i];

		media->former[i] = pushed;
		pushed = here;
		if (here == next || here == media->in)
			break;
	}
	sl_session_key_put(crypto, pushed);
}

static int keys_make(
	struct plan *plan, int side, unsigned m, struct sl_leg_keys *keys, struct sl_error *error)
{
	const struct sl_crypto_backend *crypto = plan->sessions->env.crypto;
	const struct sl_agreed *agreed = &plan->side[side];
	const struct sl_terms *terms = &agreed->terms[m];
	enum sl_suite suite = terms->theirs.suite;
	int rc;

	if (!terms->active || !terms->media || suite == SL_SUITE_NONE)
		return 0;
	rc = sl_session_key_expand(crypto, agreed->ours[m]);
	if (!rc) {
		keys->out = sl_session_key_ref(agreed->ours[m]);
		keys->in = sl_session_key_get(
			crypto, known_key(&agreed->leg->media[m], &terms->theirs), &terms->theirs);
		rc = keys->in ? 0 : -errno;
	}
	if (rc)
		return sl_refuse(error, rc, "%s: cannot expand the key: %s", sl_suites[suite].name,
			strerror(-rc));
	return 0;
}

static void side_commit(struct plan *plan, int side)
{
	const struct sl_crypto_backend *crypto = plan->sessions->env.crypto;
	const struct sl_agreed *agreed = &plan->side[side];

	agreed->leg->peer = plan->side[!side].leg;
	for (unsigned i = 0; i < plan->n_media; i++) {
		struct sl_leg_media *m = &agreed->leg->media[i];
		const struct sl_leg_keys *keys = &plan->keys[side][i];

		m->terms = agreed->terms[i];
		if (!m->terms.active || !m->terms.media)
			continue; /* the keys may come back with the medium */
		key_retire(crypto, m, keys->in);
		sl_session_key_put(crypto, m->out);
		m->in = sl_session_key_ref(keys->in);
		m->out = sl_session_key_ref(keys->out);
		if (m->out)
			m->out->used = true;
		sl_local_ref(agreed->local[i]);
		sl_local_put(crypto, m->local);
		m->local = agreed->local[i];
	}
}

/* The losers' flows go in the same turn in which the new ones come. */
static int plan_exchange(struct plan *plan)
{
	size_t most = 2 * plan->n_media + (size_t)plan->n_losers * SL_MAX_MEDIA;

	plan->exchanges = calloc(most + 1, sizeof(*plan->exchanges));
	if (!plan->exchanges)
		return -ENOMEM;
	for (unsigned i = 0; i < 2 * plan->n_media; i++) {
		struct sl_change *c = &plan->changes[i];
		struct sl_path *old = &c->from->path;

		if (c->same)
			continue;
		sl_path_pinholes_narrow(old, &c->next);
		plan->exchanges[plan->n_exchanges++] = (struct sl_exchange){
			.flow = c->next.flow,
			.old = old->live ? old->flow : NULL,
			.parked = old->live ? NULL : old->flow,
		};
	}
	for (unsigned i = 0; i < plan->n_losers; i++)
		plan->n_exchanges +=
			sl_leg_withdraw(plan->losers[i], plan->exchanges + plan->n_exchanges);
	return sl_flows_exchange(plan->exchanges, plan->n_exchanges);
}

static int plan_make(struct plan *plan, struct sl_error *error)
{
	int rc;

	for (int side = SL_FROM; side <= SL_TO; side++)
		for (unsigned i = 0; i < plan->n_media; i++) {
			rc = keys_make(plan, side, i, &plan->keys[side][i], error);
			if (rc)
				return rc;
		}
	for (unsigned i = 0; i < 2 * plan->n_media; i++) {
		int from = i < plan->n_media ? SL_FROM : SL_TO;
		unsigned m = from == SL_FROM ? i : i - plan->n_media;
		struct sl_change *c = &plan->changes[i];

		c->from_leg = plan->side[from].leg;
		c->from = &plan->side[from].leg->media[m];
		c->to = &plan->side[!from].leg->media[m];
		c->from_local = plan->side[from].local[m];
		c->to_local = plan->side[!from].local[m];
		c->cookie = plan->side[from].leg->cookie + m;
		c->from_terms = &plan->side[from].terms[m];
		c->to_terms = &plan->side[!from].terms[m];
		rc = sl_change_make(c, plan->sessions, plan->call, &plan->keys[from][m],
			&plan->keys[!from][m], error);
		if (rc)
			return rc;
	}
	return 0;
}

/* Its ports, or our key towards it. */
static bool shares(const struct sl_leg *a, const struct sl_agreed *agreed, unsigned n_media)
{
	for (unsigned i = 0; i < a->n_media; i++)
		for (unsigned m = 0; m < n_media; m++)
			if ((a->media[i].local && a->media[i].local == agreed->local[m]) ||
				(a->media[i].out && a->media[i].out == agreed->ours[m]))
				return true;
	return false;
}

/* Who is connected in the place of one of the two, and with whom. */
static void find_losers(struct plan *plan)
{
	const struct sl_leg *from = plan->side[SL_FROM].leg, *to = plan->side[SL_TO].leg;
	const struct sl_call *call = plan->call;

	for (unsigned i = 0; i < call->n_legs; i++) {
		struct sl_leg *leg = call->leg[i], *peer = leg->peer;
		bool loses = false;

		if (!peer || leg == from || leg == to)
			continue;
		loses |= peer == from || peer == to;
		for (int side = SL_FROM; side <= SL_TO; side++) {
			loses |= shares(leg, &plan->side[side], plan->n_media);
			loses |= peer != from && peer != to &&
				 shares(peer, &plan->side[side], plan->n_media);
		}
		if (loses)
			plan->losers[plan->n_losers++] = leg;
	}
}

/* They keep what they had, but for the connection. */
static void losers_commit(struct plan *plan)
{
	for (unsigned i = 0; i < plan->n_losers; i++) {
		struct sl_leg *leg = plan->losers[i];

		for (unsigned m = 0; m < leg->n_media; m++) {
			sl_path_sources(&leg->media[m].path, false);
			leg->media[m].path.live = false;
		}
		leg->peer = NULL;
	}
}

static void plan_undo(struct plan *plan)
{
	for (unsigned i = 0; i < 2 * plan->n_media; i++)
		sl_change_undo(&plan->changes[i]);
	for (unsigned i = 0; i < plan->n_losers; i++)
		for (unsigned m = 0; m < plan->losers[i]->n_media; m++)
			sl_path_pinholes(&plan->losers[i]->media[m].path, true);
}

static void plan_free(struct plan *plan)
{
	const struct sl_crypto_backend *crypto = plan->sessions->env.crypto;

	for (int side = SL_FROM; side <= SL_TO; side++)
		for (unsigned i = 0; i < plan->n_media; i++) {
			sl_session_key_put(crypto, plan->keys[side][i].in);
			sl_session_key_put(crypto, plan->keys[side][i].out);
		}
	free(plan->exchanges);
	explicit_bzero(plan, sizeof(*plan));
}

int sl_install(struct sl_sessions *sessions, struct sl_call *call, const struct sl_agreed side[2],
	unsigned n_media, struct sl_error *error)
{
	struct plan plan;
	int rc;

	/* Padding too: specifications are compared as bytes. */
	memset(&plan, 0, sizeof(plan));
	plan.sessions = sessions;
	plan.call = call;
	plan.side = side;
	plan.n_media = n_media;
	error->code = 0;
	find_losers(&plan);
	rc = plan_make(&plan, error);
	if (!rc)
		rc = plan_exchange(&plan);
	if (rc) {
		if (!error->code) {
			sl_refuse(error, rc, "the dataplane refused: %s", strerror(-rc));
			sl_log(SL_LOG_ERROR, "flows not installed: %s", strerror(-rc));
		}
		plan_undo(&plan);
		plan_free(&plan);
		return rc;
	}
	losers_commit(&plan);
	for (unsigned i = 0; i < 2 * n_media; i++)
		sl_change_commit(&plan.changes[i], sessions);
	side_commit(&plan, SL_FROM);
	side_commit(&plan, SL_TO);
	plan_free(&plan);
	return 0;
}

int sl_reinstall(struct sl_sessions *sessions, struct sl_call *call, struct sl_leg *leg,
	struct sl_error *error)
{
	struct sl_leg *legs[2] = {leg, leg->peer};
	struct sl_terms terms[2][SL_MAX_MEDIA];
	struct sl_local *local[2][SL_MAX_MEDIA];
	struct sl_session_key *ours[2][SL_MAX_MEDIA];
	struct sl_agreed side[2];
	unsigned n;
	int rc;

	if (!leg->peer)
		return 0;
	n = leg->n_media < leg->peer->n_media ? leg->n_media : leg->peer->n_media;
	for (int i = 0; i < 2; i++) {
		for (unsigned m = 0; m < n; m++) {
			terms[i][m] = legs[i]->media[m].terms;
			local[i][m] = legs[i]->media[m].local;
			ours[i][m] = legs[i]->media[m].out;
		}
		side[i] = (struct sl_agreed){legs[i], terms[i], local[i], ours[i]};
	}
	rc = sl_install(sessions, call, side, n, error);
	explicit_bzero(terms, sizeof(terms));
	return rc;
}
