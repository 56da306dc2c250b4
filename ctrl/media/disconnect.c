/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/base/log.h"
#include "ctrl/media/connect.h"
#include "ctrl/media/counters.h"
#include "ctrl/media/path.h"

static void leg_release(struct sl_sessions *sessions, struct sl_leg *leg)
{
	const struct sl_crypto_backend *crypto = sessions->env.crypto;

	for (unsigned i = 0; i < leg->n_media; i++) {
		struct sl_leg_media *m = &leg->media[i];

		sl_path_free(sessions->env.crypto, &m->path);
		sl_session_key_put(crypto, m->in);
		sl_session_key_put(crypto, m->out);
		for (unsigned k = 0; k < SL_FORMER_KEYS; k++)
			sl_session_key_put(crypto, m->former[k]);
		memset(m->former, 0, sizeof(m->former));
		m->in = m->out = NULL;
	}
}

static int withdraw(struct sl_leg *const *legs, unsigned n_legs)
{
	struct sl_flow_update *updates =
		calloc((size_t)n_legs * SL_MAX_MEDIA + 1, sizeof(*updates));
	unsigned n = 0;
	int rc;

	if (!updates)
		return -ENOMEM;
	for (unsigned i = 0; i < n_legs; i++)
		n += sl_leg_withdraw(legs[i], updates + n);
	rc = sl_flows_update(updates, n);
	free(updates);
	return rc;
}

/* Flows are kept for what they have received. */
static void disconnect(struct sl_leg *const *legs, unsigned n)
{
	int rc = withdraw(legs, n);

	if (rc)
		sl_log(SL_LOG_ERROR, "flows not withdrawn: %s", strerror(-rc));
	for (unsigned i = 0; i < n; i++) {
		legs[i]->peer = NULL;
		for (unsigned m = 0; m < legs[i]->n_media; m++) {
			struct sl_path *path = &legs[i]->media[m].path;

			sl_path_sources(path, false);
			if (rc && path->live) /* a worker may still hold it */
				memset(path, 0, sizeof(*path));
			path->live = false;
		}
	}
}

void sl_disconnect(struct sl_leg *leg)
{
	struct sl_leg *const pair[2] = {leg, leg->peer};

	disconnect(pair, 1u + (leg->peer != NULL));
}

void sl_release(struct sl_sessions *sessions, struct sl_call *call, struct sl_leg *leg)
{
	if (leg) {
		sl_disconnect(leg);
		sl_leg_counters_add(leg, &call->left); /* the call's totals never decrease */
		leg_release(sessions, leg);
		return;
	}
	disconnect(call->leg, call->n_legs);
	for (unsigned i = 0; i < call->n_legs; i++)
		leg_release(sessions, call->leg[i]);
}
