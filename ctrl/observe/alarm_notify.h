/* SPDX-License-Identifier: BSD-3-Clause */
/* Alarms (ctrl/limits/alarm.h) are counted, logged, and told to who listens. */
#ifndef SL_CTRL_ALARM_NOTIFY_H
#define SL_CTRL_ALARM_NOTIFY_H

#include "ctrl/call/notice.h"

/* An alarm to the log, and to whoever listens (`notify` NULL: nobody). */
void sl_alarm_notify(sl_notify notify, void *context, const struct sl_notice *notice);

#endif
