/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/flow/more.h"

#include <string.h>

#include "dataplane/crypto/slab.h"

static struct sl_slab blocks = {.size = sizeof(struct sl_more)};

struct sl_more *sl_more_new(void)
{
	return sl_slab_take(&blocks);
}

void sl_more_free(struct sl_more *more)
{
	if (!more)
		return;
	explicit_bzero(more, sizeof(*more));
	sl_slab_give(more);
}
