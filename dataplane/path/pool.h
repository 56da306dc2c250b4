/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pools of memory that a worker needs in the midst of its work and may not allocate: SSRC
 * extensions of flows (dataplane/flow/ssrc_ext.h) and pages for the histories of keys
 * (dataplane/crypto/pages.h). The control thread alone makes and frees both, and keeps SL_POOL_SIZE
 * of each ready for each worker: there are never more extensions than flows and those, nor more
 * pages than SL_HISTORY_PAGES a key and those.
 */
#ifndef SL_DATAPLANE_POOL_H
#define SL_DATAPLANE_POOL_H

#include "dataplane/crypto/pages.h"
#include "dataplane/flow/ssrc_ext.h"

enum { SL_POOL_SIZE = 255 /* for each worker */ };

struct sl_worker;

/* Control thread: replaces what workers have taken, as far as there is memory. */
void sl_pools_fill(void);

/* Control thread: frees the pools of a worker that has ended. */
void sl_pools_free(struct sl_worker *w);

/* By the worker itself: an SSRC extension. NULL: it has taken all, until sl_pools_fill. */
struct sl_ssrc_ext *sl_pool_ext(struct sl_worker *w);

/* By the worker itself: where its pages come from. */
struct sl_page_source sl_pool_pages(struct sl_worker *w);

#endif
