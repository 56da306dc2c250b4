/* SPDX-License-Identifier: BSD-3-Clause */
/* How well the streams of a call are heard, as NG tells it. */
#ifndef SL_CTRL_QUERY_QUALITY_H
#define SL_CTRL_QUERY_QUALITY_H

#include "ctrl/call/session.h"
#include "ctrl/ng/reply.h"

/* "SSRC" of a query reply, in the open dictionary; and "SSRC left out", how many did not fit. */
void sl_query_quality(struct sl_reply *reply, const struct sl_call *call);

#endif
