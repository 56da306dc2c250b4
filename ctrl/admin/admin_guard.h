/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `sluicectl guard`: the policy in force, what it refuses and from whom; and changes to it. Private
 * to ctrl/admin.
 */
#ifndef SL_CTRL_ADMIN_GUARD_H
#define SL_CTRL_ADMIN_GUARD_H

#include <jansson.h>

#include "ctrl/guard/protection.h"

json_t *sl_admin_guard(const struct sl_protection *protection);

/* Drops of the guards of all ports, by reason. */
json_t *sl_admin_guard_drops(const struct sl_protection *protection);

/* {"do": "set-guard", "key": ..., "value": ...}; `who` is for the log. The view as it is then. */
json_t *sl_admin_guard_set(
	struct sl_protection *protection, const json_t *request, const char *who);

#endif
