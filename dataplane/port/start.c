/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/port/start.h"

#include <string.h>

#include "dataplane/port/netdev.h"
#include "dataplane/port/rss.h"
#include "dataplane/port/xsk_fill.h"

enum {
	/* Room for 20 ms of 200,000 packets a second, in which the worker may be off its core. */
	RX_DESCRIPTORS = 4096,
	TX_DESCRIPTORS = 2048,
};

/* The AF_XDP socket that was made last: DPDK's driver does not tell which it is. */
static int new_xdp_socket(void)
{
	int fd = -1;

	for (;;) {
		bool known = false;

		fd = sl_netdev_next_xdp_socket(fd);
		for (uint8_t port = 0; port < sl_n_ethdevs; port++)
			for (uint8_t q = 0; q < sl_ethdevs[port].n_queues; q++)
				known |= sl_ethdevs[port].wake_fd[q] == fd;
		if (fd < 0 || !known)
			return fd;
	}
}

int sl_device_set_up(struct sl_ethdev *dev, struct rte_eth_conf *conf, struct sl_error *error)
{
	struct rte_eth_dev_info info;
	uint16_t rx = RX_DESCRIPTORS, tx = TX_DESCRIPTORS;
	const char *step = "configure";
	int err = rte_eth_dev_info_get(dev->dpdk_port, &info);

	if (!err && (info.max_rx_queues < dev->n_queues || info.max_tx_queues < dev->n_queues))
		return sl_refuse(error, -EINVAL,
			"port %s: names %u cores but its driver %s has %u queues here", dev->name,
			dev->n_queues, info.driver_name,
			RTE_MIN(info.max_rx_queues, info.max_tx_queues));
	if (!err)
		sl_rss_configure(&info, dev->n_queues, conf);
	if (!err)
		err = rte_eth_dev_configure(dev->dpdk_port, dev->n_queues, dev->n_queues, conf);
	if (!err)
		err = rte_eth_dev_adjust_nb_rx_tx_desc(dev->dpdk_port, &rx, &tx);
	for (uint16_t q = 0; q < dev->n_queues && !err; q++) {
		step = "set up the RX queue of";
		sl_xsk_fill_forget();
		err = rte_eth_rx_queue_setup(
			dev->dpdk_port, q, rx, (unsigned)dev->node, NULL, sl_mbufs);
		dev->wake_fd[q] = dev->af_xdp ? new_xdp_socket() : -1;
		if (!err)
			sl_xsk_fill_up(sl_mbufs);
		if (!err) {
			step = "set up the TX queue of";
			err = rte_eth_tx_queue_setup(
				dev->dpdk_port, q, tx, (unsigned)dev->node, NULL);
		}
	}
	if (err)
		return sl_refuse(error, err, "port %s: cannot %s %s: %s%s", dev->name, step,
			dev->device, strerror(-err),
			dev->af_xdp ? " (a veth's peer may have more TX queues than it has RX: "
				      "ethtool -L PEER tx 1)"
				    : "");
	return 0;
}

int sl_device_start(struct sl_ethdev *dev, const struct rte_eth_conf *conf, struct sl_error *error)
{
	int err = rte_eth_dev_start(dev->dpdk_port);

	if (err)
		return sl_refuse(
			error, err, "port %s: cannot start: %s", dev->name, strerror(-err));
	dev->rss = sl_rss_start(dev->dpdk_port, dev->n_queues, conf);
	return 0;
}
