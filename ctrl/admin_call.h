/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls as the administrator sees them. New references; NULL when out of memory. */
#ifndef SL_CTRL_ADMIN_CALL_H
#define SL_CTRL_ADMIN_CALL_H

#include <jansson.h>

#include "ctrl/session.h"

/* One line's worth: id, state, age, tags, suites, packets. */
json_t *sl_admin_call_row(const struct sl_call *call);

/* All of it: per leg and medium addresses, suite, key fingerprints, packets, drops by name. */
json_t *sl_admin_call(const struct sl_call *call);

#endif
