/* SPDX-License-Identifier: BSD-3-Clause */
/* From one list of prefixes to another, one by one. Pure; no allocation. */
#ifndef SL_CTRL_PREFIX_CHANGES_H
#define SL_CTRL_PREFIX_CHANGES_H

#include "ctrl/limits/guard_config.h"

struct sl_prefix_change {
	struct sl_listed listed; /* its prefix is `after` */
	uint8_t before, after;   /* enum sl_prefix */
};

enum { SL_PREFIX_CHANGES = 2 * SL_MAX_PREFIXES };

/*
 * Sets changes[] and returns how many there are. In their order nothing is refused on the way that
 * both lists let in: the calls that run lose no packet. Where the two would not fit into one table
 * of SL_MAX_PREFIXES, room is made first, and that does not hold.
 */
unsigned sl_prefix_changes(const struct sl_guard_config *before,
	const struct sl_guard_config *after, struct sl_prefix_change changes[SL_PREFIX_CHANGES]);

#endif
