/* SPDX-License-Identifier: BSD-3-Clause */
/* Local ports and our keys for who sits behind them (struct sl_port_pair in ctrl/call/call.h). */
#ifndef SL_CTRL_PORT_PAIR_H
#define SL_CTRL_PORT_PAIR_H

#include "ctrl/call/call.h"

/*
 * Ports of that family with one reference, at the address of `near` if that is not NULL and there
 * are any, and no keys yet: other ports have other keys (RFC 4568 7.1.4). NULL, with errno: ENOSPC
 * (none left) or ENOMEM.
 */
struct sl_port_pair *sl_port_pair_new(
	const struct sl_interface *interface, int family, const struct sl_port_pair *near);

/* Where it is, and what SDP shows in place of that. */
static inline const struct sl_config_address *sl_port_pair_address(const struct sl_port_pair *ports)
{
	return &ports->interface->config->address[ports->address];
}

struct sl_port_pair *sl_port_pair_ref(struct sl_port_pair *ports);
void sl_port_pair_put(const struct sl_crypto_backend *crypto, struct sl_port_pair *ports);

/*
 * Our key of `suite` towards the party at `ports`, to be offered: the one it has, or a new one if
 * there is none or it was in use and is not any more. `in_force` is the one in force there. Not
 * referenced. NULL: no memory or randomness.
 */
struct sl_session_key *sl_port_pair_key(const struct sl_crypto_backend *crypto,
	struct sl_port_pair *ports, enum sl_suite suite, const struct sl_session_key *in_force);

/*
 * True if its key is one of ours there, for whatever suite: offered last, or in force (which a
 * fork, who shares the ports, may have had replaced in the offers). In constant time as far as keys
 * are compared.
 */
bool sl_port_pair_is_ours(const struct sl_port_pair *ports, const struct sl_session_key *in_force,
	const struct sl_master *master);

#endif
