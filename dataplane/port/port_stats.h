/* SPDX-License-Identifier: BSD-3-Clause */
/* A port's counters, which never decrease and count nothing twice, whatever its device does.
 * Private to dataplane/port; sl_port_stats is in port.h. */
#ifndef SL_DATAPLANE_PORT_STATS_H
#define SL_DATAPLANE_PORT_STATS_H

#include "dataplane/port/ethdev.h"

/* Reads them, and notes a reset of the device that they show. */
void sl_counters_read(struct sl_ethdev *dev);

/* After the device was set up anew: what it counts from now on is added to what was. */
void sl_counters_go_on(struct sl_ethdev *dev);

#endif
