/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/handoff/port_turn.h"

#include "dataplane/handoff/mailbox.h"
#include "dataplane/port/ethdev.h"
#include "dataplane/port/port_stats.h"
#include "dataplane/port/restart.h"

enum { LONGEST_PAUSE = 16 };

static bool is_due(struct sl_ethdev *dev, bool reset)
{
	if (reset) {
		dev->pause = dev->wait = 0;
		return true;
	}
	if (dev->state == SL_PORT_SILENT && dev->counted.rx != dev->heard)
		dev->state = SL_PORT_SERVES;
	return dev->state != SL_PORT_SERVES && --dev->wait == 0;
}

static void try(struct sl_ethdev *dev, uint8_t port, struct sl_error *error)
{
	if (dev->state != SL_PORT_AWAY)
		sl_workers_leave(port);
	dev->state = SL_PORT_AWAY;
	dev->pause = dev->pause ? RTE_MIN(2 * dev->pause, (unsigned)LONGEST_PAUSE) : 1;
	dev->wait = dev->pause;
	if (sl_device_restart(dev, error) != 0)
		return;
	dev->heard = dev->counted.rx;
	dev->state = SL_PORT_SILENT;
	sl_workers_return(port);
}

enum sl_port_state sl_port_turn(uint8_t port, struct sl_error *error)
{
	struct sl_ethdev *dev = &sl_ethdevs[port];
	bool reset;

	sl_counters_read(dev);
	reset = sl_device_was_reset(dev);
	dev->resets += reset;
	if (is_due(dev, reset))
		try(dev, port, error);
	return dev->state;
}
