/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes a call down for the administrator (ctrl/observe/call_view.h). New references; NULL when
 * out of memory. */
#ifndef SL_CTRL_ADMIN_CALL_H
#define SL_CTRL_ADMIN_CALL_H

#include <jansson.h>

#include "ctrl/observe/call_view.h"

enum { SL_ADMIN_PAGE = 64 }; /* calls in one answer, at most, to a request with a limit */

/* One line's worth: id, state, age, suites, addresses, labels, packets, drops, quality. */
json_t *sl_admin_call_row(const struct sl_call_view *call);

/*
 * The view `calls`: a line of each. With "limit" the next so many in the order they began, those
 * behind "after" first, and "next" to be asked for "after" if there are more: the calls of a large
 * relay a piece at a time, between which it does its other work.
 */
json_t *sl_admin_calls(const struct sl_sessions *sessions, const json_t *request);

/* All of it: per leg and medium addresses, suite, key fingerprints, packets, drops by name. */
json_t *sl_admin_call(const struct sl_sessions *sessions, const struct sl_call_view *call);

/* {"seconds", "totals"}: how long, and what was carried from each leg. */
json_t *sl_admin_totals(const struct sl_call_view *call);

#endif
