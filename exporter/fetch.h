/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Asks the relay for its metrics at the admin socket, for whoever wants them. One connection at a
 * time, bounded in time and bytes; an answer, or that there was none, is good for a second, so that
 * many scrapers cost the relay no more than one.
 */
#ifndef SL_EXPORTER_FETCH_H
#define SL_EXPORTER_FETCH_H

#include <uv.h>

#include "exporter/snapshot.h"

enum {
	SL_FETCH_TIMEOUT_MS = 2000, /* from connect to the end of the answer */
	SL_FETCH_FRESH_MS = 1000,
};

struct sl_fetch;

/* `arrived` is called when there is an answer to what sl_fetch_fresh has begun. NULL: out of
 * memory. `path` must outlive it. */
struct sl_fetch *sl_fetch_new(
	uv_loop_t *loop, const char *path, void (*arrived)(void *context), void *context);

/* Returns the answer if it is fresh; else NULL, and the relay is being asked. */
const struct sl_snapshot *sl_fetch_fresh(struct sl_fetch *fetch);

/* Returns the last answer, however old. Before the first: a relay that is down. */
const struct sl_snapshot *sl_fetch_last(const struct sl_fetch *fetch);

/* Ends it; the loop frees it. */
void sl_fetch_stop(struct sl_fetch *fetch);

#endif
