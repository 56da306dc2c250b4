/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether workers get their cores, as JSON. Private to ctrl/admin. */
#ifndef SL_CTRL_ADMIN_CORE_H
#define SL_CTRL_ADMIN_CORE_H

#include <jansson.h>

#include "ctrl/observe/core_wait.h"

/* One worker's; null: the kernel does not count it. */
json_t *sl_admin_core_wait(const struct sl_core_wait *wait, unsigned worker);

/* Who ran on a core, the busiest first: name, pid, tid and percent of each. */
json_t *sl_admin_core_users(const struct sl_core_users *users);

#endif
