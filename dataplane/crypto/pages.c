/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/crypto/pages.h"

#include "dataplane/crypto/slab.h"

static struct sl_slab pages = {.size = sizeof(struct sl_history_page)};

struct sl_history_page *sl_page_new(void)
{
	return sl_slab_take(&pages);
}

void sl_page_free(struct sl_history_page *page)
{
	sl_slab_give(page);
}

void sl_pages_take_back(struct sl_history *history)
{
	sl_history_clear(history, sl_page_free);
}
