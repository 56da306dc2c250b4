/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/port/port_stats.h"

#include "dataplane/port/port.h"
#include "dataplane/port/restart.h"

static bool read_device(const struct sl_ethdev *dev, struct sl_port_counters *out)
{
	struct rte_eth_stats stats;

	if (rte_eth_stats_get(dev->dpdk_port, &stats) != 0)
		return false;
	*out = (struct sl_port_counters){stats.ipackets, stats.opackets, stats.ibytes, stats.obytes,
		stats.imissed + stats.rx_nombuf};
	return true;
}

/* base + sign × device, modulo 2^64 as all counters. */
static struct sl_port_counters sum(
	const struct sl_port_counters *base, const struct sl_port_counters *device, uint64_t sign)
{
	return (struct sl_port_counters){
		.rx = base->rx + sign * device->rx,
		.tx = base->tx + sign * device->tx,
		.rx_bytes = base->rx_bytes + sign * device->rx_bytes,
		.tx_bytes = base->tx_bytes + sign * device->tx_bytes,
		.rx_missed = base->rx_missed + sign * device->rx_missed,
	};
}

/*
 * To less than half; or where it has 32 bits, and its driver took that for a wrap: 2^28 packets are
 * some seconds of the fastest link, longer than between two looks.
 */
static bool fell(uint64_t before, uint64_t now)
{
	return now < before ? now < (before + 1) / 2 : now - before > UINT64_C(1) << 28;
}

/*
 * A counter that cannot be read now is where it was, and so are those of a device that was reset.
 * Not every reset is told of: QEMU's igb has no mailbox interrupt for a virtual function whose
 * driver uses vector 0, as DPDK's does. Virtual devices may begin to count anew on their own.
 */
void sl_counters_read(struct sl_ethdev *dev)
{
	struct sl_port_counters now;
	bool anew;

	if (dev->state == SL_PORT_AWAY || !read_device(dev, &now))
		return;
	anew = fell(dev->read.rx, now.rx) || fell(dev->read.tx, now.tx);
	if (anew && !dev->vdev[0] && !dev->af_xdp)
		atomic_store(&dev->was_reset, true);
	if (sl_device_was_reset(dev))
		return;
	if (anew)
		dev->base = sum(&dev->counted, &now, UINT64_MAX);
	else if (now.rx < dev->read.rx || now.tx < dev->read.tx)
		return; /* a driver that takes one counter off another may be a little behind */
	dev->read = now;
	dev->counted = sum(&dev->base, &now, 1);
}

void sl_counters_go_on(struct sl_ethdev *dev)
{
	dev->read = (struct sl_port_counters){0};
	rte_eth_stats_reset(dev->dpdk_port); /* some cannot; then they go on by themselves */
	read_device(dev, &dev->read);
	dev->base = sum(&dev->counted, &dev->read, UINT64_MAX);
}

static const char *driver(const struct sl_ethdev *dev)
{
	struct rte_eth_dev_info info;

	return rte_eth_dev_info_get(dev->dpdk_port, &info) == 0 ? info.driver_name : "unknown";
}

void sl_port_stats(uint8_t port, struct sl_port_stats *out)
{
	struct sl_ethdev *dev = &sl_ethdevs[port];

	sl_counters_read(dev);
	*out = (struct sl_port_stats){
		.rx = dev->counted.rx,
		.tx = dev->counted.tx,
		.rx_bytes = dev->counted.rx_bytes,
		.tx_bytes = dev->counted.tx_bytes,
		.rx_missed = dev->counted.rx_missed,
		.state = dev->state,
		.resets = dev->resets,
		.link_up = sl_device_link_up(dev),
		.mtu = dev->mtu,
		.queues = dev->n_queues,
		.driver = driver(dev),
		.rss = dev->rss,
	};
}
