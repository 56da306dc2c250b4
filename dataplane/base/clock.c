/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/base/clock.h"

#include <rte_branch_prediction.h>
#include <rte_cycles.h>

#include "dataplane/base/shared.h"

/* Cycles to ns as a 32.32 fixed-point factor. Whoever asks first sets it. */
static uint64_t clock_factor;

uint64_t sl_clock(void)
{
	uint64_t factor = SL_SHARED_GET(clock_factor);

	if (unlikely(!factor)) {
		factor = (uint64_t)((__uint128_t)1000000000 * (UINT64_C(1) << 32) /
				    rte_get_tsc_hz());
		SL_SHARED_SET(clock_factor, factor);
	}
	return (uint64_t)((__uint128_t)rte_rdtsc() * factor >> 32);
}
