/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of histories (dataplane/crypto/history.h). Control thread only. */
#ifndef SL_DATAPLANE_PAGES_H
#define SL_DATAPLANE_PAGES_H

#include "dataplane/crypto/history.h"

/* A zeroed page. NULL: out of memory. */
struct sl_history_page *sl_page_new(void);
/* NULL is ignored. */
void sl_page_free(struct sl_history_page *page);

/* Empties the history of a key that no worker holds, and frees its pages. */
void sl_pages_take_back(struct sl_history *history);

#endif
