/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `sluicectl status`: how the relay is, how full, and what was asked of it. Private to ctrl/admin.
 */
#ifndef SL_CTRL_ADMIN_STATUS_H
#define SL_CTRL_ADMIN_STATUS_H

#include <jansson.h>

#include "ctrl/admin/admin.h"

/* A new reference; NULL when out of memory. */
json_t *sl_admin_status(const struct sl_admin *admin);

#endif
