/* SPDX-License-Identifier: BSD-3-Clause */
/* News of the media of a call, as reports. */
#ifndef SL_CTRL_HEP_CALL_H
#define SL_CTRL_HEP_CALL_H

#include "ctrl/call/session.h"
#include "ctrl/hep/hep_packet.h"

/* One of them: all of `packet` but capture_id and call_id is filled in, with addresses as they are.
 */
typedef void (*sl_hep_report)(
	void *context, const struct sl_call *call, const struct sl_hep_packet *packet);

/*
 * Reports what was not reported yet: of each party what its RTCP has said, and of each stream that
 * nobody's RTCP reports on, what its samples since then (ctrl/observe/quality.h) say.
 */
void sl_hep_call(struct sl_call *call, sl_hep_report report, void *context);

#endif
