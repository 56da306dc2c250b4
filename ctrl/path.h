/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One direction of a medium (struct sl_path in ctrl/session.h): its pinholes and sources in the
 * guard, the next hops it holds, and its flow in the hands of a worker.
 */
#ifndef SL_CTRL_PATH_H
#define SL_CTRL_PATH_H

#include "ctrl/session.h"

/* The next hops towards its destinations, held until they are put. 0; or -errno with `why`. */
int sl_path_hops_get(struct sl_path *path, char why[SL_NG_WHY]);
void sl_path_hops_put(const struct sl_path *path);

/* In the guard; nothing, unless the path is live. */
void sl_path_pinholes(const struct sl_path *path, bool open);

/* Before a pinhole ends in the dataplane it ends in the guard: nothing is redirected in vain.
 * Closes those of `old` that `next` has no use for. */
void sl_path_pinholes_narrow(const struct sl_path *old, const struct sl_path *next);

/*
 * Whom a path makes known: who is to send at its one end, and who is sent to at its other, which is
 * where that party was heard (RFC 4961) or will be.
 */
void sl_path_sources(struct sl_path *path, bool named);

/* No worker sends with it any more: whatever sends next under its key goes on behind it. */
void sl_path_remember(const struct sl_path *path);

/* Gives back all that it holds and wipes it; its flow is withdrawn. */
void sl_path_free(const struct sl_crypto_backend *crypto, struct sl_path *path);

/*
 * Takes the flows of the legs away from their workers, or gives them back; nothing is freed. 0 or
 * -errno, as sl_flows_exchange.
 */
int sl_legs_exchange(struct sl_leg *const *legs, unsigned n_legs, bool withdraw);

#endif
