/* SPDX-License-Identifier: BSD-3-Clause */
/* How well the streams of a call are heard, as NG tells it. */
#ifndef SL_CTRL_QUERY_QUALITY_H
#define SL_CTRL_QUERY_QUALITY_H

#include "ctrl/ng/reply.h"
#include "ctrl/observe/call_view.h"

/* Adds "SSRC" to the open dictionary, and how many did not fit as "SSRC left out". */
void sl_query_quality(struct sl_reply *reply, const struct sl_call_view *call);

#endif
