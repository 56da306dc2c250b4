/* SPDX-License-Identifier: BSD-3-Clause */
/* `sluicectl metrics`: counters in the text format that Prometheus reads (version 0.0.4). */
#ifndef SL_CTRL_METRICS_H
#define SL_CTRL_METRICS_H

#include <stdio.h>

#include "ctrl/call/session.h"
#include "ctrl/guard/protection.h"
#include "ctrl/records/records.h"

void sl_metrics_write(FILE *out, const struct sl_sessions *sessions,
	const struct sl_protection *protection, const struct sl_records *records);

#endif
