/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ports whose device others have reset (dataplane/handoff/port_turn.h): the log says so, and the
 * alarm `port` is up until some seconds after they serve again. The control thread's.
 */
#ifndef SL_CTRL_PORT_WATCH_H
#define SL_CTRL_PORT_WATCH_H

#include "ctrl/call/notice.h"
#include "ctrl/limits/alarm.h"
#include "dataplane/port/port.h"

struct sl_port_watch {
	unsigned n; /* ports */
	struct sl_port_watch_port {
		enum sl_port_state state; /* when it was looked at last */
		uint64_t resets;
		struct sl_alarm alarm;
	} port[SL_MAX_PORTS];
	sl_notify notify; /* NULL: nobody wants to know */
	void *notify_context;
};

/* Once a second: does for them what is to be done. */
void sl_port_watch_tick(struct sl_port_watch *watch);

#endif
