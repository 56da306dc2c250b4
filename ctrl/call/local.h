/* SPDX-License-Identifier: BSD-3-Clause */
/* Local ports and our keys for who sits behind them (struct sl_local in ctrl/call/call.h). */
#ifndef SL_CTRL_LOCAL_H
#define SL_CTRL_LOCAL_H

#include "ctrl/call/call.h"

/*
 * Ports of that family with one reference, at the address of `near` if that is not NULL and there
 * are any, and no keys yet: other ports have other keys (RFC 4568 7.1.4). NULL, with errno: ENOSPC
 * (none left) or ENOMEM.
 */
struct sl_local *sl_local_new(
	const struct sl_interface *interface, int family, const struct sl_local *near);

/* Where it is, and what SDP shows in place of that. */
static inline const struct sl_config_address *sl_local_address(const struct sl_local *local)
{
	return &local->interface->config->address[local->address];
}

struct sl_local *sl_local_ref(struct sl_local *local);
void sl_local_put(const struct sl_crypto_backend *crypto, struct sl_local *local);

/*
 * Our key of `suite` towards the party at `local`, to be offered: the one it has, or a new one if
 * there is none or it was in use and is not any more. `in_force` is the one in force there. Not
 * referenced. NULL: no memory or randomness.
 */
struct sl_session_key *sl_local_key(const struct sl_crypto_backend *crypto, struct sl_local *local,
	enum sl_suite suite, const struct sl_session_key *in_force);

/*
 * True if its key is one of ours there, for whatever suite: offered last, or in force (which a
 * fork, who shares the ports, may have had replaced in the offers). In constant time as far as keys
 * are compared.
 */
bool sl_local_is_ours(const struct sl_local *local, const struct sl_session_key *in_force,
	const struct sl_master *master);

#endif
