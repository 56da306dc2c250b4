/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/media/media_update.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctrl/call/port_pair.h"

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

static int keys_make(struct sl_leg_keys *keys, const struct sl_crypto_backend *crypto,
	const struct sl_agreed *agreed, unsigned m, struct sl_error *error)
{
	const struct sl_media_params *params = &agreed->params[m];
	enum sl_suite suite = params->theirs.suite;
	int rc;

	if (!params->active || !params->media || suite == SL_SUITE_NONE)
		return 0;
	rc = sl_session_key_expand(crypto, agreed->ours[m]);
	if (!rc) {
		keys->out = sl_session_key_ref(agreed->ours[m]);
		keys->in = sl_session_key_get(crypto,
			known_key(&agreed->leg->media[m], &params->theirs), &params->theirs);
		rc = keys->in ? 0 : -errno;
	}
	if (rc)
		return sl_refuse(error, rc, "%s: cannot expand the key: %s", sl_suites[suite].name,
			strerror(-rc));
	return 0;
}

int sl_media_update_make(struct sl_media_update *u, const struct sl_sessions *sessions,
	const struct sl_call *call, const struct sl_agreed side[2], unsigned m,
	struct sl_error *error)
{
	int rc = 0;

	for (int from = SL_FROM; from <= SL_TO && !rc; from++)
		rc = keys_make(&u->keys[from], sessions->env.crypto, &side[from], m, error);
	for (int from = SL_FROM; from <= SL_TO && !rc; from++) {
		const struct sl_agreed *here = &side[from], *there = &side[!from];

		u->path[from] = (struct sl_path_update){
			.from_leg = here->leg,
			.from = &here->leg->media[m],
			.to = &there->leg->media[m],
			.from_ports = here->ports[m],
			.to_ports = there->ports[m],
			.cookie = here->leg->cookie + m,
			.from_params = &here->params[m],
			.to_params = &there->params[m],
		};
		rc = sl_path_update_make(
			&u->path[from], sessions, call, &u->keys[from], &u->keys[!from], error);
	}
	return rc;
}

/* The keys may come back with a medium that is switched off. */
static void leg_commit(const struct sl_leg_keys *keys, const struct sl_crypto_backend *crypto,
	const struct sl_agreed *agreed, unsigned m)
{
	struct sl_leg_media *media = &agreed->leg->media[m];

	media->params = agreed->params[m];
	if (!media->params.active || !media->params.media)
		return;
	key_retire(crypto, media, keys->in);
	sl_session_key_put(crypto, media->out);
	media->in = sl_session_key_ref(keys->in);
	media->out = sl_session_key_ref(keys->out);
	if (media->out)
		media->out->used = true;
	sl_port_pair_ref(agreed->ports[m]);
	sl_port_pair_put(crypto, media->ports);
	media->ports = agreed->ports[m];
}

void sl_media_update_commit(struct sl_media_update *u, struct sl_sessions *sessions,
	const struct sl_agreed side[2], unsigned m)
{
	for (int from = SL_FROM; from <= SL_TO; from++)
		sl_path_update_commit(&u->path[from], sessions);
	for (int from = SL_FROM; from <= SL_TO; from++)
		leg_commit(&u->keys[from], sessions->env.crypto, &side[from], m);
}

void sl_media_update_undo(struct sl_media_update *u)
{
	for (int from = SL_FROM; from <= SL_TO; from++)
		sl_path_update_undo(&u->path[from]);
}

void sl_media_update_free(struct sl_media_update *u, const struct sl_crypto_backend *crypto)
{
	for (int from = SL_FROM; from <= SL_TO; from++) {
		sl_session_key_put(crypto, u->keys[from].in);
		sl_session_key_put(crypto, u->keys[from].out);
	}
	explicit_bzero(u, sizeof(*u));
}
