/* SPDX-License-Identifier: BSD-3-Clause */
/* A device from probed to running, when its port is opened and whenever it was reset. Private to
 * dataplane/port. */
#ifndef SL_DATAPLANE_START_H
#define SL_DATAPLANE_START_H

#include "dataplane/port/ethdev.h"
#include "sluice/error.h"

/* Configures a stopped device and its queues; `conf` all zero. 0, or -errno with `error`. */
int sl_device_set_up(struct sl_ethdev *dev, struct rte_eth_conf *conf, struct sl_error *error);

/* Starts it, with what sl_device_set_up made of `conf`; likewise. */
int sl_device_start(struct sl_ethdev *dev, const struct rte_eth_conf *conf, struct sl_error *error);

#endif
