/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One direction of a medium (struct sl_path in ctrl/call/call.h): its pinholes and sources in
 * the guard, the next hops it holds, and its flow in the hands of a worker.
 */
#ifndef SL_CTRL_PATH_H
#define SL_CTRL_PATH_H

#include "ctrl/call/session.h"
#include "dataplane/handoff/mailbox.h"
#include "sluice/error.h"

/* The next hops towards its destinations, held until they are put; none for a pinhole of ours. 0;
 * or a negative code with `error`. */
int sl_path_hops_get(struct sl_path *path, struct sl_error *error);
void sl_path_hops_put(const struct sl_path *path);

/* In the guard; nothing, unless the path is live. */
void sl_path_pinholes(const struct sl_path *path, bool open);

/* Before a pinhole ends in the dataplane it ends in the guard: nothing is redirected in vain.
 * Closes those of `old` that `next` has no use for. */
void sl_path_pinholes_narrow(const struct sl_path *old, const struct sl_path *next);

/*
 * Sources that a path makes expected: who is to send at its one end, and who is sent to at its
 * other, which is where that party was heard (RFC 4961) or will be.
 */
void sl_path_sources(struct sl_path *path, bool named);

/* Gives back all that it holds and wipes it; its flow is withdrawn. */
void sl_path_free(const struct sl_crypto_backend *crypto, struct sl_path *path);

/*
 * Adds the withdrawal of a leg's flows to `updates`, which has room for SL_MAX_MEDIA more, and
 * closes their pinholes in the guard. Returns how many were added.
 */
unsigned sl_leg_withdraw(const struct sl_leg *leg, struct sl_flow_update *updates);

#endif
