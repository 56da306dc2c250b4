/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a device with several queues spreads its packets over them. Media is right on any queue,
 * because a worker hands what is not its own to the owner; it is cheapest where the device puts it
 * on the owner's queue. Private to dataplane/port.
 */
#ifndef SL_DATAPLANE_RSS_H
#define SL_DATAPLANE_RSS_H

#include <rte_ethdev.h>

/* Before rte_eth_dev_configure: asks for RSS over addresses and UDP ports where the driver has it.
 */
void sl_rss_configure(
	const struct rte_eth_dev_info *info, unsigned queues, struct rte_eth_conf *conf);

/*
 * After rte_eth_dev_start: flow rules that put a UDP port on the queue of its owner
 * (sl_steer_owner), if the number of queues is a power of two and the driver takes the rules.
 * Returns what is in force, in words for the operator.
 */
const char *sl_rss_start(uint16_t dpdk_port, unsigned queues, const struct rte_eth_conf *conf);

#endif
