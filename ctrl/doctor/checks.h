/* SPDX-License-Identifier: BSD-3-Clause */
/* The checks, by file. Private to ctrl/doctor. */
#ifndef SL_CTRL_DOCTOR_CHECKS_H
#define SL_CTRL_DOCTOR_CHECKS_H

#include "ctrl/doctor/doctor.h"

/* X(function, name, needs a configuration) */
#define SL_CHECKS(X)                                    \
	X(sl_check_hugepages, "hugepages", false)       \
	X(sl_check_clocksource, "clocksource", false)   \
	X(sl_check_time, "time", false)                 \
	X(sl_check_kernel, "kernel", false)             \
	X(sl_check_cores, "cores", true)                \
	X(sl_check_isolation, "isolation", true)        \
	X(sl_check_core_users, "core-users", true)      \
	X(sl_check_core_wait, "core-wait", true)        \
	X(sl_check_interrupts, "interrupts", true)      \
	X(sl_check_driver, "driver", true)              \
	X(sl_check_queues, "queues", true)              \
	X(sl_check_numa, "numa", true)                  \
	X(sl_check_mtu, "mtu", true)                    \
	X(sl_check_user, "user", true)                  \
	X(sl_check_limits, "limits", false)             \
	X(sl_check_capabilities, "capabilities", false) \
	X(sl_check_control, "control-sockets", true)    \
	X(sl_check_proxy, "proxy", true)

#define X(function, name, needs) void function(struct sl_doctor *doctor);
SL_CHECKS(X)
#undef X

#endif
