/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/call/refusal.h"

const char *const sl_refusal_names[SL_REFUSAL_COUNT] = {
#define X(id, code, name, text) name,
	SL_REFUSALS(X)
#undef X
};

enum sl_refusal sl_refusal_of(int rc)
{
	switch (-rc) {
#define X(id, code, name, text) \
	case code:              \
		return SL_REFUSED_##id;
		SL_REFUSALS(X)
#undef X
	default:
		return SL_REFUSED_OTHER;
	}
}
