/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/flow/ssrc_ext.h"

#include <string.h>

#include "dataplane/crypto/slab.h"

static struct sl_slab blocks = {.size = sizeof(struct sl_ssrc_ext)};

struct sl_ssrc_ext *sl_ssrc_ext_new(void)
{
	return sl_slab_take(&blocks);
}

void sl_ssrc_ext_free(struct sl_ssrc_ext *ext)
{
	if (!ext)
		return;
	explicit_bzero(ext, sizeof(*ext));
	sl_slab_give(ext);
}
