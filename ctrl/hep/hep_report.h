/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reports on media in the JSON that agents of Homer 7 send: heplify-server counts by its members
 * and homer-app draws them. Pure.
 */
#ifndef SL_CTRL_HEP_REPORT_H
#define SL_CTRL_HEP_REPORT_H

#include "dataplane/flow/quality.h"

enum { SL_HEP_REPORT = 1024 }; /* bytes of a report, NUL included */

/*
 * Writes down what one reporter's RTCP has said after `since` (ns, worker clock): the one who
 * reported last, its latest sender information and its latest block about each stream, whether they
 * came in one packet or in several. Returns when the latest of it came; 0: nothing did.
 */
uint64_t sl_hep_report_rtcp(
	const struct sl_reports *reports, uint64_t since, char out[SL_HEP_REPORT]);

/* A stream as the relay has heard it. */
struct sl_hep_measured {
	struct sl_quality_report total; /* since it began */
	uint32_t packets, lost;         /* of the time that is reported on */
	unsigned mos;                   /* at its end, times 10 */
};

void sl_hep_report_measured(const struct sl_hep_measured *measured, char out[SL_HEP_REPORT]);

#endif
