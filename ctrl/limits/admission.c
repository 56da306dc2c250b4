/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/limits/admission.h"

const char *const sl_admission_labels[SL_ADMISSION_COUNT] = {"admitted",
#define X(id, label, text) label,
	SL_ADMISSIONS(X)
#undef X
};

static const char *const texts[SL_ADMISSION_COUNT] = {"",
#define X(id, label, text) text,
	SL_ADMISSIONS(X)
#undef X
};

enum { CALL_PAIRS = 2 }; /* of one medium, with both parties at one interface */

unsigned sl_reserved_pairs(const struct sl_limits *limits)
{
	return limits->reserve && limits->reserve < CALL_PAIRS ? CALL_PAIRS : limits->reserve;
}

enum sl_admission sl_admit(
	const struct sl_limits *limits, const struct sl_load *load, bool emergency)
{
	unsigned reserve = emergency ? 0 : limits->reserve;

	if (limits->sessions && load->sessions + reserve >= limits->sessions)
		return SL_FULL_SESSIONS;
	if (load->free_pairs <= (emergency ? 0 : sl_reserved_pairs(limits)))
		return SL_FULL_PORTS;
	if (emergency)
		return SL_ADMITTED;
	if (limits->load_average && load->load_average >= limits->load_average)
		return SL_FULL_LOAD;
	if (limits->worker_percent && load->worker_percent >= limits->worker_percent)
		return SL_FULL_CPU;
	if (limits->mbit && load->mbit >= limits->mbit)
		return SL_FULL_BANDWIDTH;
	return SL_ADMITTED;
}

bool sl_admission_is_load(enum sl_admission admission)
{
	return admission != SL_ADMITTED && admission != SL_FULL_PORTS;
}

const char *sl_admission_text(enum sl_admission admission, bool load_limit)
{
	if (!load_limit && sl_admission_is_load(admission))
		return texts[SL_FULL_SESSIONS];
	return texts[admission];
}
