/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls as the administrator sees them. New references; NULL when out of memory. */
#ifndef SL_CTRL_ADMIN_CALL_H
#define SL_CTRL_ADMIN_CALL_H

#include <jansson.h>

#include "ctrl/call/session.h"

/* One line's worth: id, state, age, tags, suites, packets. */
json_t *sl_admin_call_row(const struct sl_call *call);

/* All of it: per leg and medium addresses, suite, key fingerprints, packets, drops by name. */
json_t *sl_admin_call(const struct sl_sessions *sessions, const struct sl_call *call);

/* {"seconds", "packets", "bytes", "drops"}: how long, and what was carried from each leg. */
json_t *sl_admin_totals(const struct sl_call *call);

/* Text of a peer's choosing as JSON, whatever bytes it has; NULL: null. */
json_t *sl_admin_text(const char *text);

#endif
