/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From `device` of the configuration to a port of DPDK. An error names the cause first, and what to
 * do about it. Private to dataplane/port.
 */
#ifndef SL_DATAPLANE_DEVICE_H
#define SL_DATAPLANE_DEVICE_H

#include "dataplane/port/ethdev.h"
#include "dataplane/port/port.h"
#include "sluice/error.h"

/* Sets the port's dpdk_port, and of an AF_XDP port what its netdev is; `name` gets DPDK's name of
 * the device. 0 or -errno. */
int sl_device_probe(const struct sl_port_config *config, struct sl_ethdev *dev, char name[64],
	struct sl_error *error);

#endif
