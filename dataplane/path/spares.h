/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a worker needs in the midst of its work and may not allocate: room for a flow's second SSRC
 * (dataplane/flow/more.h) and pages for the histories of keys (dataplane/crypto/pages.h). Both are
 * made and given back by the control thread alone, which keeps SL_SPARES of each ready for each
 * worker: there are never more blocks than flows and those, nor more pages than SL_HISTORY_PAGES a
 * key and those.
 */
#ifndef SL_DATAPLANE_SPARES_H
#define SL_DATAPLANE_SPARES_H

#include "dataplane/crypto/pages.h"
#include "dataplane/flow/more.h"

enum { SL_SPARES = 255 /* for each worker */ };

struct sl_worker;

/* Control thread: what workers have taken is replaced, as far as there is memory. */
void sl_spares_fill(void);

/* Control thread: those of a worker that has ended are freed. */
void sl_spares_free(struct sl_worker *w);

/* By the worker itself. NULL: it has taken all, until sl_spares_fill. */
struct sl_more *sl_spare_take(struct sl_worker *w);

/* Where a worker's pages come from; likewise. */
struct sl_page_source sl_spare_pages(struct sl_worker *w);

#endif
