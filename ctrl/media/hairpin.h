/* SPDX-License-Identifier: BSD-3-Clause */
/* Two calls of this relay in a row: SDP that names a pinhole of ours (dataplane/path/hairpin.h). */
#ifndef SL_CTRL_HAIRPIN_H
#define SL_CTRL_HAIRPIN_H

#include "ctrl/call/session.h"
#include "sluice/error.h"

/*
 * When `remote` is at an address of ours, as we have it or as SDP shows it: it becomes the one that
 * we have. 0; or -SL_E_ADDRESS with `error`: its port is none of our media ports. `m` is only for
 * the message.
 */
int sl_hairpin_resolve(const struct sl_sessions *sessions, struct sl_endpoint *remote, unsigned m,
	struct sl_error *error);

/*
 * Refuses media parameters by which a party would be at a port that was opened for the very two
 * that talk. 0 or -SL_E_ADDRESS with `error`.
 */
int sl_hairpin_check(const struct sl_offer *offer, const struct sl_media_params *params, unsigned m,
	struct sl_error *error);

/* The call whose pinhole a path leads to; NULL: it leads to none, or that is closed. */
const struct sl_call *sl_hairpin_call(
	const struct sl_sessions *sessions, const struct sl_path *path);

#endif
