/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a flow keeps of its second SSRC and further, and pages for the histories of its keys. Most
 * flows never have a second SSRC, so they are made without; a worker that meets one takes a block
 * that lies ready for it, and a page when a history is full. Both are made and given back by the
 * control thread alone, which keeps SL_SPARES of each ready for each worker: there are never more
 * blocks than flows and those, nor more pages than SL_HISTORY_PAGES a key and those.
 */
#ifndef SL_DATAPLANE_MORE_H
#define SL_DATAPLANE_MORE_H

#include "dataplane/pages.h"
#include "dataplane/quality.h"
#include "dataplane/stream.h"

enum { SL_SPARES = 255 /* for each worker */ };

struct sl_more {
	struct sl_more_streams streams;
	struct sl_quality quality[SL_LIVE_SSRCS - 1];
} __attribute__((aligned(64)));

struct sl_worker;

/* Control thread: an empty one, NULL: out of memory; and wipes and frees it, NULL is ignored. */
struct sl_more *sl_more_new(void);
void sl_more_free(struct sl_more *more);

/* Control thread: what workers have taken is replaced, as far as there is memory. */
void sl_spares_fill(void);

/* Control thread: those of a worker that has ended are freed. */
void sl_spares_free(struct sl_worker *w);

/* By the worker itself. NULL: it has taken all, until sl_spares_fill. */
struct sl_more *sl_spare_take(struct sl_worker *w);

/* Where a worker's pages come from; likewise. */
struct sl_page_source sl_spare_pages(struct sl_worker *w);

#endif
