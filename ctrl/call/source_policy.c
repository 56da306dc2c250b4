/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/call/source_policy.h"

#include <string.h>

#include "ctrl/base/address.h"

void sl_source_address(const struct sl_source_options *options, uint8_t ip[16])
{
	if (options->sip_source && options->received &&
		sl_address_family(ip) == sl_address_family(options->received_from))
		memcpy(ip, options->received_from, 16);
}

struct sl_latch_policy sl_source_policy(
	const struct sl_source_options *options, bool plain, bool follow)
{
	struct sl_latch_policy policy;

	memset(&policy, 0, sizeof(policy));
	policy.mode = plain ? SL_LATCH_ONCE : SL_LATCH_FOLLOW;
	if (options->strict)
		policy.mode = SL_LATCH_ONCE;
	else if (options->handover)
		policy.mode = SL_LATCH_FOLLOW;
	if (!follow && !options->handover)
		policy.mode = SL_LATCH_STRICT;
	policy.any_ip = options->asymmetric;
	if (options->received)
		memcpy(policy.hint, options->received_from, 16);
	return policy;
}
