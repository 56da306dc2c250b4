/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The SSRC extension of a flow: room for its second SSRC and further. Most flows never have one, so
 * they are made without; a worker that meets one takes an extension from its pool
 * (dataplane/path/pool.h).
 */
#ifndef SL_DATAPLANE_SSRC_EXT_H
#define SL_DATAPLANE_SSRC_EXT_H

#include "dataplane/flow/quality.h"
#include "dataplane/flow/stream.h"

struct sl_ssrc_ext {
	struct sl_ext_streams streams;
	struct sl_quality quality[SL_LIVE_SSRCS - 1];
} __attribute__((aligned(64)));

/* Control thread: an empty one, NULL: out of memory; and wipes and frees it, NULL is ignored. */
struct sl_ssrc_ext *sl_ssrc_ext_new(void);
void sl_ssrc_ext_free(struct sl_ssrc_ext *ext);

#endif
