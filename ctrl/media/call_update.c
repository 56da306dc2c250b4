/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/media/call_update.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/base/log.h"
#include "ctrl/media/path.h"

/* Its ports, or our key towards it. */
static bool shares(const struct sl_leg *a, const struct sl_agreed *agreed, unsigned n_media)
{
	for (unsigned i = 0; i < a->n_media; i++)
		for (unsigned m = 0; m < n_media; m++)
			if ((a->media[i].ports && a->media[i].ports == agreed->ports[m]) ||
				(a->media[i].out && a->media[i].out == agreed->ours[m]))
				return true;
	return false;
}

/* Finds who is connected in the place of one of the two, and with whom. */
static void find_displaced(struct sl_call_update *u)
{
	const struct sl_leg *from = u->side[SL_FROM].leg, *to = u->side[SL_TO].leg;
	const struct sl_call *call = u->call;

	for (unsigned i = 0; i < call->n_legs; i++) {
		struct sl_leg *leg = call->leg[i], *peer = leg->peer;
		bool displaced = false;

		if (!peer || leg == from || leg == to)
			continue;
		displaced |= peer == from || peer == to;
		for (int side = SL_FROM; side <= SL_TO; side++) {
			displaced |= shares(leg, &u->side[side], u->n_media);
			displaced |= peer != from && peer != to &&
				     shares(peer, &u->side[side], u->n_media);
		}
		if (displaced)
			u->displaced[u->n_displaced++] = leg;
	}
}

/* The flows of displaced legs go in the same turn in which the new ones come. */
static int publish(struct sl_call_update *u)
{
	size_t most = 2 * u->n_media + (size_t)u->n_displaced * SL_MAX_MEDIA;
	struct sl_flow_update *flows = calloc(most + 1, sizeof(*flows));
	unsigned n = 0;
	int rc;

	if (!flows)
		return -ENOMEM;
	for (int from = SL_FROM; from <= SL_TO; from++)
		for (unsigned m = 0; m < u->n_media; m++)
			n += sl_path_update_flow(&u->media[m].path[from], &flows[n]);
	for (unsigned i = 0; i < u->n_displaced; i++)
		n += sl_leg_withdraw(u->displaced[i], &flows[n]);
	rc = sl_flows_update(flows, n);
	free(flows);
	return rc;
}

int sl_call_update_make(struct sl_call_update *u, struct sl_error *error)
{
	int rc = 0;

	error->code = 0;
	find_displaced(u);
	for (unsigned m = 0; m < u->n_media && !rc; m++)
		rc = sl_media_update_make(&u->media[m], u->sessions, u->call, u->side, m, error);
	if (!rc)
		rc = publish(u);
	if (rc && !error->code) {
		sl_refuse(error, rc, "the dataplane refused: %s", strerror(-rc));
		sl_log(SL_LOG_ERROR, "flows not published: %s", strerror(-rc));
	}
	return rc;
}

/* They keep what they had, but for the connection. */
static void displaced_commit(struct sl_call_update *u)
{
	for (unsigned i = 0; i < u->n_displaced; i++) {
		struct sl_leg *leg = u->displaced[i];

		for (unsigned m = 0; m < leg->n_media; m++) {
			sl_path_sources(&leg->media[m].path, false);
			leg->media[m].path.live = false;
		}
		leg->peer = NULL;
	}
}

static void release(struct sl_call_update *u)
{
	for (unsigned m = 0; m < u->n_media; m++)
		sl_media_update_free(&u->media[m], u->sessions->env.crypto);
}

void sl_call_update_commit(struct sl_call_update *u)
{
	displaced_commit(u);
	for (int side = SL_FROM; side <= SL_TO; side++)
		u->side[side].leg->peer = u->side[!side].leg;
	for (unsigned m = 0; m < u->n_media; m++)
		sl_media_update_commit(&u->media[m], u->sessions, u->side, m);
	release(u);
}

void sl_call_update_undo(struct sl_call_update *u)
{
	for (unsigned m = 0; m < u->n_media; m++)
		sl_media_update_undo(&u->media[m]);
	for (unsigned i = 0; i < u->n_displaced; i++)
		for (unsigned m = 0; m < u->displaced[i]->n_media; m++)
			sl_path_pinholes(&u->displaced[i]->media[m].path, true);
	release(u);
}
