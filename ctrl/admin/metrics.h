/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `sluicectl metrics`: counters in the text format that Prometheus reads (version 0.0.4). Private
 * to ctrl/admin.
 */
#ifndef SL_CTRL_METRICS_H
#define SL_CTRL_METRICS_H

#include <stdio.h>

#include "ctrl/admin/admin.h"

void sl_metrics_write(FILE *out, const struct sl_admin *admin);

#endif
