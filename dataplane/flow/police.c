/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/flow/police.h"

#include "dataplane/base/packet_path.h"

#define TICKS_A_SECOND (UINT64_C(1000000000) / SL_POLICE_TICK_NS)

static uint16_t gap_of(uint32_t pps)
{
	uint64_t gap = pps ? TICKS_A_SECOND / pps : 0;

	if (pps && gap == 0)
		return 1;
	return (uint16_t)(gap < UINT16_MAX ? gap : UINT16_MAX);
}

static uint16_t byte_gap_of(uint32_t bytes)
{
	uint64_t gap;

	if (!bytes)
		return 0;
	if (bytes < SL_POLICE_BYTES_LEAST)
		bytes = SL_POLICE_BYTES_LEAST;
	gap = SL_POLICE_PIECE * TICKS_A_SECOND / bytes;
	return gap ? (uint16_t)gap : 1;
}

void sl_police_start(struct sl_police *police, const struct sl_police_rates *rates)
{
	*police = (struct sl_police){
		.rtp_gap = gap_of(rates->rtp_pps),
		.rtcp_gap = gap_of(rates->rtcp_pps),
		.learn_gap = gap_of(rates->learn_pps),
		.byte_gap = byte_gap_of(rates->rtp_bytes),
	};
}
