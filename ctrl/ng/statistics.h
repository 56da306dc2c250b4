/* SPDX-License-Identifier: BSD-3-Clause */
/* The `statistics` of the NG protocol. Private to ctrl/ng. */
#ifndef SL_CTRL_STATISTICS_H
#define SL_CTRL_STATISTICS_H

#include "ctrl/ng/ng.h"
#include "ctrl/ng/reply.h"

/* Writes one dictionary. */
void sl_statistics_write(struct sl_reply *reply, const struct sl_ng *ng);

#endif
