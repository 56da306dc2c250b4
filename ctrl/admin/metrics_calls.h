/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Metrics of calls: how many, how they were set up, how they sound, and how much room there is for
 * more. No label names a call. Private to ctrl/admin.
 */
#ifndef SL_CTRL_METRICS_CALLS_H
#define SL_CTRL_METRICS_CALLS_H

#include <stdio.h>

#include "ctrl/admin/admin.h"

void sl_metrics_calls(FILE *out, const struct sl_admin *admin);

#endif
