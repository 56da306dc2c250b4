/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A device that was reset under its port: that of a virtual function by its physical one (`ip link
 * set PF down`, a change of its channels). It is deaf until it is set up anew. Who does that, and
 * when: dataplane/handoff/port_turn.h. Private to dataplane.
 */
#ifndef SL_DATAPLANE_RESTART_H
#define SL_DATAPLANE_RESTART_H

#include "dataplane/port/ethdev.h"
#include "sluice/error.h"

/* From here on the device's resets are heard of, from a thread of DPDK's. 0, or -errno with
 * `error`. */
int sl_device_heed_resets(struct sl_ethdev *dev, struct sl_error *error);
void sl_device_ignore_resets(struct sl_ethdev *dev);

/* Was it reset since it was set up? */
bool sl_device_was_reset(const struct sl_ethdev *dev);

/*
 * Sets it up anew and starts it, with the address that it had. No worker uses it meanwhile. The
 * driver may wait for an answer of the physical function: a second, where that is down. 0, or
 * -errno with `error`.
 */
int sl_device_restart(struct sl_ethdev *dev, struct sl_error *error);

/* A device that does not answer has no link. */
bool sl_device_link_up(const struct sl_ethdev *dev);

#endif
