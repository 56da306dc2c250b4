/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/path/pool.h"

#include <rte_ring.h>

#include "dataplane/path/worker.h"

static void fill(struct sl_worker *w)
{
	while (!rte_ring_full(w->exts)) {
		struct sl_ssrc_ext *ext = sl_ssrc_ext_new();

		if (!ext)
			return;
		rte_ring_sp_enqueue(w->exts, ext);
	}
	while (!rte_ring_full(w->pages)) {
		struct sl_history_page *page = sl_page_new();

		if (!page)
			return;
		rte_ring_sp_enqueue(w->pages, page);
	}
}

void sl_pools_fill(void)
{
	for (unsigned i = 0; i < sl_n_workers; i++)
		fill(&sl_workers[i]);
}

void sl_pools_free(struct sl_worker *w)
{
	struct sl_history_page *page;
	struct sl_ssrc_ext *ext;

	while (w->exts && rte_ring_sc_dequeue(w->exts, (void **)&ext) == 0)
		sl_ssrc_ext_free(ext);
	while (w->pages && rte_ring_sc_dequeue(w->pages, (void **)&page) == 0)
		sl_page_free(page);
	rte_ring_free(w->exts);
	rte_ring_free(w->pages);
	w->exts = w->pages = NULL;
}

struct sl_ssrc_ext *sl_pool_ext(struct sl_worker *w)
{
	struct sl_ssrc_ext *ext;

	return rte_ring_sc_dequeue(w->exts, (void **)&ext) == 0 ? ext : NULL;
}

static struct sl_history_page *page_take(void *worker)
{
	struct sl_worker *w = worker;
	struct sl_history_page *page;

	return rte_ring_sc_dequeue(w->pages, (void **)&page) == 0 ? page : NULL;
}

struct sl_page_source sl_pool_pages(struct sl_worker *w)
{
	return (struct sl_page_source){page_take, w};
}
