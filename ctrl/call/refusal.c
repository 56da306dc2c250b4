/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/call/refusal.h"

const char *const sl_refusal_names[SL_REFUSAL_COUNT] = {
#define X(id, name, text) name,
	SL_REFUSALS(X)
#undef X
};

enum sl_refusal sl_refusal_of(int code)
{
	int reason = -code - SL_E_FIRST;

	if (reason < 0 || reason >= SL_REFUSAL_COUNT)
		return SL_REFUSED_OTHER;
	return (enum sl_refusal)reason;
}
