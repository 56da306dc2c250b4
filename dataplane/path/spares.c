/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/path/spares.h"

#include <rte_ring.h>

#include "dataplane/path/worker.h"

static void fill(struct sl_worker *w)
{
	while (!rte_ring_full(w->spares)) {
		struct sl_more *more = sl_more_new();

		if (!more)
			return;
		rte_ring_sp_enqueue(w->spares, more);
	}
	while (!rte_ring_full(w->pages)) {
		struct sl_history_page *page = sl_page_new();

		if (!page)
			return;
		rte_ring_sp_enqueue(w->pages, page);
	}
}

void sl_spares_fill(void)
{
	for (unsigned i = 0; i < sl_n_workers; i++)
		fill(&sl_workers[i]);
}

void sl_spares_free(struct sl_worker *w)
{
	struct sl_history_page *page;
	struct sl_more *more;

	while (w->spares && rte_ring_sc_dequeue(w->spares, (void **)&more) == 0)
		sl_more_free(more);
	while (w->pages && rte_ring_sc_dequeue(w->pages, (void **)&page) == 0)
		sl_page_free(page);
	rte_ring_free(w->spares);
	rte_ring_free(w->pages);
	w->spares = w->pages = NULL;
}

struct sl_more *sl_spare_take(struct sl_worker *w)
{
	struct sl_more *more;

	return rte_ring_sc_dequeue(w->spares, (void **)&more) == 0 ? more : NULL;
}

static struct sl_history_page *page_take(void *worker)
{
	struct sl_worker *w = worker;
	struct sl_history_page *page;

	return rte_ring_sc_dequeue(w->pages, (void **)&page) == 0 ? page : NULL;
}

struct sl_page_source sl_spare_pages(struct sl_worker *w)
{
	return (struct sl_page_source){page_take, w};
}
