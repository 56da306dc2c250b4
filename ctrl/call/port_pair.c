/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/call/port_pair.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct sl_port_pair *sl_port_pair_new(
	const struct sl_interface *interface, int family, const struct sl_port_pair *near)
{
	struct sl_port_pair *ports = calloc(1, sizeof(*ports));

	if (!ports) {
		errno = ENOMEM;
		return NULL;
	}
	if (sl_interface_take(
		    interface, family, near ? near->address : -1, &ports->address, &ports->rtp)) {
		free(ports);
		errno = ENOSPC;
		return NULL;
	}
	ports->refs = 1;
	ports->interface = interface;
	ports->family = (uint8_t)family;
	return ports;
}

struct sl_port_pair *sl_port_pair_ref(struct sl_port_pair *ports)
{
	if (ports)
		ports->refs++;
	return ports;
}

void sl_port_pair_put(const struct sl_crypto_backend *crypto, struct sl_port_pair *ports)
{
	if (!ports || --ports->refs)
		return;
	for (int i = 0; i < SL_SUITE_COUNT; i++)
		sl_session_key_put(crypto, ports->ours[i]);
	sl_interface_give(ports->interface, ports->address, ports->rtp);
	free(ports);
}

struct sl_session_key *sl_port_pair_key(const struct sl_crypto_backend *crypto,
	struct sl_port_pair *ports, enum sl_suite suite, const struct sl_session_key *in_force)
{
	struct sl_session_key **key = &ports->ours[suite];

	if (*key && (!(*key)->used || *key == in_force))
		return *key;

	struct sl_session_key *fresh = sl_session_key_random(suite);

	if (!fresh)
		return NULL;
	sl_session_key_put(crypto, *key);
	*key = fresh;
	return fresh;
}

bool sl_port_pair_is_ours(const struct sl_port_pair *ports, const struct sl_session_key *in_force,
	const struct sl_master *master)
{
	if (in_force && sl_master_same_key(&in_force->master, master))
		return true;
	for (int i = 0; i < SL_SUITE_COUNT; i++)
		if (ports->ours[i] && sl_master_same_key(&ports->ours[i]->master, master))
			return true;
	return false;
}
