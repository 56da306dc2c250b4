/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `sluicectl ports` and `drops`: what came by the ports, and what of it went no further. Private to
 * ctrl/admin.
 */
#ifndef SL_CTRL_ADMIN_PORTS_H
#define SL_CTRL_ADMIN_PORTS_H

#include <jansson.h>

#include "ctrl/admin/admin.h"

/* New references; NULL when out of memory. */
json_t *sl_admin_ports(const struct sl_admin *admin);
json_t *sl_admin_drops(const struct sl_admin *admin);

#endif
