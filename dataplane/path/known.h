/* SPDX-License-Identifier: BSD-3-Clause */
/* Questions that stages ask of a packet whose stream has been looked for. */
#ifndef SL_DATAPLANE_KNOWN_H
#define SL_DATAPLANE_KNOWN_H

#include "dataplane/path/burst.h"

/* Nothing of its SSRC has authenticated yet in its direction. */
static inline bool sl_is_unknown(const struct sl_packet *p)
{
	return p->stream < 0 ||
	       (p->component == SL_RTP && p->flow->in_key &&
		       sl_replay_empty(&sl_streams_live(&p->flow->streams, p->stream)->in));
}

/* Its SSRC is not heard, while another one is. */
static inline bool sl_intrudes(const struct sl_packet *p)
{
	return p->stream < 0 && p->flow->streams.first.in_use;
}

#endif
