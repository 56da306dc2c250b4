/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/call/local.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct sl_local *sl_local_new(
	const struct sl_interface *interface, int family, const struct sl_local *near)
{
	struct sl_local *local = calloc(1, sizeof(*local));

	if (!local) {
		errno = ENOMEM;
		return NULL;
	}
	if (sl_interface_take(
		    interface, family, near ? near->address : -1, &local->address, &local->rtp)) {
		free(local);
		errno = ENOSPC;
		return NULL;
	}
	local->refs = 1;
	local->interface = interface;
	local->family = (uint8_t)family;
	return local;
}

struct sl_local *sl_local_ref(struct sl_local *local)
{
	if (local)
		local->refs++;
	return local;
}

void sl_local_put(const struct sl_crypto_backend *crypto, struct sl_local *local)
{
	if (!local || --local->refs)
		return;
	for (int i = 0; i < SL_SUITE_COUNT; i++)
		sl_session_key_put(crypto, local->ours[i]);
	sl_interface_give(local->interface, local->address, local->rtp);
	free(local);
}

struct sl_session_key *sl_local_key(const struct sl_crypto_backend *crypto, struct sl_local *local,
	enum sl_suite suite, const struct sl_session_key *in_force)
{
	struct sl_session_key **key = &local->ours[suite];

	if (*key && (!(*key)->used || *key == in_force))
		return *key;

	struct sl_session_key *fresh = sl_session_key_random(suite);

	if (!fresh)
		return NULL;
	sl_session_key_put(crypto, *key);
	*key = fresh;
	return fresh;
}

bool sl_local_is_ours(const struct sl_local *local, const struct sl_session_key *in_force,
	const struct sl_master *master)
{
	if (in_force && sl_master_same_key(&in_force->master, master))
		return true;
	for (int i = 0; i < SL_SUITE_COUNT; i++)
		if (local->ours[i] && sl_master_same_key(&local->ours[i]->master, master))
			return true;
	return false;
}
