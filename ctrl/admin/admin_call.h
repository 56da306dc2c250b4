/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes a call down for the administrator (ctrl/observe/call_view.h). New references; NULL when
 * out of memory. */
#ifndef SL_CTRL_ADMIN_CALL_H
#define SL_CTRL_ADMIN_CALL_H

#include <jansson.h>

#include "ctrl/observe/call_view.h"

/* One line's worth: id, state, age, suites, packets, drops. */
json_t *sl_admin_call_row(const struct sl_call_view *call);

/* All of it: per leg and medium addresses, suite, key fingerprints, packets, drops by name. */
json_t *sl_admin_call(const struct sl_sessions *sessions, const struct sl_call_view *call);

/* {"seconds", "totals"}: how long, and what was carried from each leg. */
json_t *sl_admin_totals(const struct sl_call_view *call);

#endif
