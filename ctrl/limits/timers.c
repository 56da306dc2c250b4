/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/limits/timers.h"

const char *const sl_timeout_labels[SL_TIMEOUT_COUNT] = {"",
#define X(id, label, text) label,
	SL_TIMEOUTS(X)
#undef X
};

const char *const sl_timeout_texts[SL_TIMEOUT_COUNT] = {"",
#define X(id, label, text) text,
	SL_TIMEOUTS(X)
#undef X
};

/* A packet may be stamped a little later than `now` was read. */
static bool passed(unsigned seconds, uint64_t since, uint64_t now)
{
	return seconds && now > since && now - since >= seconds * UINT64_C(1000000000);
}

enum sl_timeout sl_timers_due(
	const struct sl_timers *timers, const struct sl_timers_call *call, uint64_t now)
{
	uint64_t since = call->heard > call->answered ? call->heard : call->answered;

	if (passed(timers->final, call->created, now))
		return SL_TIMEOUT_FINAL;
	if (call->ending)
		return SL_TIMEOUT_NONE;
	if (!call->answered)
		return passed(timers->offer, call->offered, now) ? SL_TIMEOUT_OFFER
								 : SL_TIMEOUT_NONE;
	if (call->apart)
		return SL_TIMEOUT_NONE;
	if (call->held)
		return passed(timers->silent, since, now) ? SL_TIMEOUT_SILENT : SL_TIMEOUT_NONE;
	return passed(timers->media, since, now) ? SL_TIMEOUT_MEDIA : SL_TIMEOUT_NONE;
}

unsigned sl_timers_seconds(const struct sl_timers *timers, enum sl_timeout timeout)
{
	switch (timeout) {
	case SL_TIMEOUT_MEDIA:
		return timers->media;
	case SL_TIMEOUT_SILENT:
		return timers->silent;
	case SL_TIMEOUT_OFFER:
		return timers->offer;
	case SL_TIMEOUT_FINAL:
		return timers->final;
	default:
		return 0;
	}
}
