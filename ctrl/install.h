/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a call's terms to flows: two per medium, published with their guard pinholes and next hops,
 * all or nothing.
 */
#ifndef SL_CTRL_INSTALL_H
#define SL_CTRL_INSTALL_H

#include "ctrl/session.h"

/*
 * Brings the flows between two legs in line with `terms`, which then are in force: flows are
 * published, replaced (they inherit their indices while the keys are the same) or withdrawn. A
 * withdrawn flow is kept for its indices until the call ends, since its keys may come back.
 *
 * 0; or -errno with `why`, and everything is as it was.
 */
int sl_install(struct sl_sessions *sessions, struct sl_leg *const leg[2],
	const struct sl_terms *const terms[2], unsigned n_media, char why[SL_NG_WHY]);

/* Withdraws every flow of the call and gives back its keys and next hops. */
void sl_uninstall(struct sl_sessions *sessions, struct sl_call *call);

#endif
