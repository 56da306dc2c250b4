/* SPDX-License-Identifier: BSD-3-Clause */
/* Pieces of a call's description (ctrl/observe/medium_view.h) as JSON, the same in a CDR and on the
 * admin socket. NULL: out of memory. */
#ifndef SL_CTRL_VIEW_JSON_H
#define SL_CTRL_VIEW_JSON_H

#include <jansson.h>

#include "ctrl/observe/medium_view.h"
#include "ctrl/records/json_text.h"

json_t *sl_json_path(const struct sl_path_view *path);

/* In microseconds; null: nothing is known. */
json_t *sl_json_latency(const struct sl_latency_view *latency);

/* The streams of medium `m`. */
json_t *sl_json_streams(const struct sl_leg_view *leg, unsigned m);

#endif
