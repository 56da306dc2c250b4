/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a flow keeps of its second SSRC and further. Most flows never have one, so they are made
 * without; a worker that meets one takes a block that lies ready for it (dataplane/path/spares.h).
 */
#ifndef SL_DATAPLANE_MORE_H
#define SL_DATAPLANE_MORE_H

#include "dataplane/flow/quality.h"
#include "dataplane/flow/stream.h"

struct sl_more {
	struct sl_more_streams streams;
	struct sl_quality quality[SL_LIVE_SSRCS - 1];
} __attribute__((aligned(64)));

/* Control thread: an empty one, NULL: out of memory; and wipes and frees it, NULL is ignored. */
struct sl_more *sl_more_new(void);
void sl_more_free(struct sl_more *more);

#endif
