/* SPDX-License-Identifier: BSD-3-Clause */
/* How far each limit on new calls (ctrl/limits/admission.h) is used up. */
#ifndef SL_CTRL_CAPACITY_H
#define SL_CTRL_CAPACITY_H

#include "ctrl/call/session.h"

struct sl_capacity {
	/* By enum sl_admission, of what ordinary calls may use, without the reserve. 0: free; from
	 * 1 on: refuses; negative: there is no such limit. For ports it is the fullest address
	 * family of an interface. */
	double used[SL_ADMISSION_COUNT];
	enum sl_admission nearest;    /* the limit that is used up most */
	enum sl_admission refused_by; /* what refuses an ordinary call, whatever its interfaces;
					 SL_ADMITTED: nothing */
};

void sl_capacity_read(const struct sl_sessions *sessions, struct sl_capacity *capacity);

#endif
