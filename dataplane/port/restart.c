/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/port/restart.h"

#include <rte_flow.h>
#include <string.h>

#include "dataplane/port/netdev.h"
#include "dataplane/port/port_stats.h"
#include "dataplane/port/start.h"

/* Called by DPDK's interrupt thread, in which a device must not be touched. */
static int note_reset(uint16_t dpdk_port, enum rte_eth_event_type event, void *arg, void *result)
{
	struct sl_ethdev *dev = arg;

	(void)dpdk_port;
	(void)event;
	(void)result;
	atomic_store(&dev->was_reset, true);
	return 0;
}

int sl_device_heed_resets(struct sl_ethdev *dev, struct sl_error *error)
{
	int err;

	if (dev->af_xdp)
		return 0; /* its driver in the kernel sees to it */
	dev->tells_mac = rte_eth_macaddr_get(dev->dpdk_port, &dev->own_mac) == 0;
	err = rte_eth_dev_callback_register(
		dev->dpdk_port, RTE_ETH_EVENT_INTR_RESET, note_reset, dev);
	if (err)
		return sl_refuse(error, err, "port %s: cannot hear of resets of %s: %s", dev->name,
			dev->device, strerror(-err));
	return 0;
}

void sl_device_ignore_resets(struct sl_ethdev *dev)
{
	if (!dev->af_xdp)
		rte_eth_dev_callback_unregister(
			dev->dpdk_port, RTE_ETH_EVENT_INTR_RESET, note_reset, dev);
}

bool sl_device_was_reset(const struct sl_ethdev *dev)
{
	return atomic_load(&dev->was_reset);
}

/* A driver may have made one up when it began anew. The rest of what is configured DPDK sets again
 * by itself. */
static int restore_mac(struct sl_ethdev *dev)
{
	struct rte_ether_addr now;

	if (!dev->tells_mac || (rte_eth_macaddr_get(dev->dpdk_port, &now) == 0 &&
				       rte_is_same_ether_addr(&now, &dev->own_mac)))
		return 0;
	return rte_eth_dev_default_mac_addr_set(dev->dpdk_port, &dev->own_mac);
}

int sl_device_restart(struct sl_ethdev *dev, struct sl_error *error)
{
	struct rte_eth_conf conf = {0};
	struct rte_flow_error ignored;
	int err;

	atomic_store(&dev->was_reset, false); /* first: another one while this is done counts */
	rte_flow_flush(dev->dpdk_port, &ignored);
	err = rte_eth_dev_reset(dev->dpdk_port);
	if (err == -ENOTSUP)
		err = rte_eth_dev_stop(dev->dpdk_port);
	if (err)
		return sl_refuse(error, err, "port %s: cannot reset %s: %s", dev->name, dev->device,
			strerror(-err));
	err = sl_device_set_up(dev, &conf, error);
	if (!err)
		err = sl_device_start(dev, &conf, error);
	if (err)
		return err;
	err = restore_mac(dev);
	if (err)
		return sl_refuse(error, err, "port %s: %s does not take its address again: %s",
			dev->name, dev->device, strerror(-err));
	sl_counters_go_on(dev);
	return 0;
}

bool sl_device_link_up(const struct sl_ethdev *dev)
{
	struct rte_eth_link link = {0};

	if (dev->af_xdp)
		return sl_netdev_up(dev->netdev);
	return rte_eth_link_get_nowait(dev->dpdk_port, &link) == 0 && link.link_status;
}
