/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/port/port.h"

#include <errno.h>
#include <net/if.h>
#include <rte_bus_vdev.h>
#include <rte_errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/base/media_address.h"
#include "dataplane/port/device.h"
#include "dataplane/port/ethdev.h"
#include "dataplane/port/exception_port.h"
#include "dataplane/port/netdev.h"
#include "dataplane/port/restart.h"
#include "dataplane/port/start.h"

enum {
	/* An AF_XDP queue holds at most 4096 in its fill and RX rings together, 4096 in its TX ring
	 * and 2048 in its completion ring. The rest is for packets in flight. */
	MBUFS_PER_QUEUE = 16384,
	MBUF_CACHE = 256,
	DEFAULT_MTU = 1500,
};

struct sl_ethdev sl_ethdevs[SL_MAX_PORTS + 1];
uint8_t sl_n_ethdevs;
uint8_t sl_ethdev_by_dpdk[RTE_MAX_ETHPORTS];
struct rte_mempool *sl_mbufs;

/* NUMA node of the packet buffers; whether the wanted one had no room for them. */
static int pool_node = SL_NUMA_ANY;
static bool pool_missed;

/* One pool for all ports, so that a packet may cross between AF_XDP sockets without a copy. */
static struct rte_mempool *make_pool(unsigned queues, int node)
{
	return rte_pktmbuf_pool_create("sl_mbufs", MBUFS_PER_QUEUE * queues - 1, MBUF_CACHE, 0,
		RTE_MBUF_DEFAULT_BUF_SIZE, node);
}

int sl_ports_reserve(unsigned queues, int node, struct sl_error *error)
{
	sl_mbufs = make_pool(queues, node);
	pool_node = sl_mbufs ? node : SL_NUMA_ANY;
	pool_missed = !sl_mbufs && node != SL_NUMA_ANY;
	if (pool_missed)
		sl_mbufs = make_pool(queues, SL_NUMA_ANY);
	if (sl_mbufs && sl_mbufs->nb_mem_chunks == 1)
		return 0;
	if (sl_mbufs) { /* an AF_XDP socket registers one piece of memory, and would lose the rest
			 */
		rte_mempool_free(sl_mbufs);
		sl_mbufs = NULL;
		return sl_refuse(error, -ENOMEM,
			"the memory for packet buffers is in pieces: reserve more hugepages, at "
			"boot, or set "
			"hugepages = off");
	}
	return sl_refuse(error, -ENOMEM,
		"no memory for %u packet buffers (%s): raise `memory` in [sluice]",
		MBUFS_PER_QUEUE * queues, rte_strerror(rte_errno));
}

static int open_exception_port(
	const struct sl_port_config *config, struct sl_ethdev *dev, struct sl_error *error)
{
	/* Neighbour discovery and the kernel's multicast. A driver without filters cannot enable
	 * them, and has no need to. */
	int err = rte_eth_allmulticast_enable(dev->dpdk_port);

	if (err && err != -ENOTSUP)
		sl_ethdev_warn(dev,
			"its driver refuses all multicast (%s), which IPv6 neighbour discovery "
			"needs; where it is a virtual function: ip link set PF vf N trust on",
			strerror(-err));
	err = sl_exception_open(config->exception, dev->mac, dev->mtu, &dev->exception, error);
	if (!err)
		dev->ifindex = sl_exception_ifindex(dev->exception, 0);
	return err;
}

/* MAC and MTU of a device that the kernel does not know. */
static int identify(
	const struct sl_port_config *config, struct sl_ethdev *dev, struct sl_error *error)
{
	struct rte_ether_addr mac;
	int err;

	if (dev->af_xdp)
		return 0;
	if (config->mac) {
		memcpy(dev->mac, config->mac, 6);
	} else {
		err = rte_eth_macaddr_get(dev->dpdk_port, &mac);
		if (err)
			return sl_refuse(error, err,
				"port %s: the driver of %s does not tell its MAC address (%s): set "
				"mac = in [port %s]",
				config->name, config->device, strerror(-err), config->name);
		memcpy(dev->mac, mac.addr_bytes, 6);
	}
	if (rte_eth_dev_get_mtu(dev->dpdk_port, &dev->mtu) != 0 || dev->mtu == 0)
		dev->mtu = DEFAULT_MTU;
	return config->exception ? open_exception_port(config, dev, error) : 0;
}

static void place(const struct sl_port_config *config, struct sl_ethdev *dev)
{
	if (dev->af_xdp)
		dev->node = sl_numa_of_netdev(dev->netdev);
	else if (strncmp(config->device, "pci:", 4) == 0)
		dev->node = rte_eth_dev_socket_id(dev->dpdk_port);
	else
		dev->node = SL_NUMA_ANY;
}

/* Nothing is lost by it but time. */
static void warn_of_nodes(struct sl_ethdev *dev)
{
	for (uint8_t q = 0; q < dev->n_queues; q++) {
		int node = sl_numa_of_core(dev->cores[q]);

		if (!sl_numa_apart(node, dev->node))
			continue;
		sl_ethdev_warn(dev,
			"core %u is on NUMA node %d and the device on node %d, so each packet "
			"crosses between them: take cores of "
			"/sys/devices/system/node/node%d/cpulist",
			dev->cores[q], node, dev->node, dev->node);
		break;
	}
	if (pool_missed)
		sl_ethdev_warn(dev,
			"the NUMA node of most workers has no room for packet buffers: reserve "
			"hugepages there");
	else if (sl_numa_apart(pool_node, dev->node))
		sl_ethdev_warn(dev, "packet buffers are on NUMA node %d and the device on node %d",
			pool_node, dev->node);
}

int sl_port_open(const struct sl_port_config *config, uint8_t *port, struct sl_error *error)
{
	struct sl_ethdev *dev = &sl_ethdevs[sl_n_ethdevs];
	struct rte_eth_conf conf = {0};
	char name[64];
	int err;

	if (sl_n_ethdevs == SL_MAX_PORTS || config->n_cores == 0 ||
		config->n_cores > SL_MAX_WORKERS)
		return sl_refuse(error, -E2BIG, "port %s: at most %d ports, and 1 to %d cores each",
			config->name, SL_MAX_PORTS, SL_MAX_WORKERS);
	memset(dev, 0, sizeof(*dev));
	snprintf(dev->name, sizeof(dev->name), "%s", config->name);
	snprintf(dev->device, sizeof(dev->device), "%s", config->device);
	dev->n_queues = (uint8_t)config->n_cores;
	dev->adaptive = config->adaptive;
	memset(dev->wake_fd, 0xff, sizeof(dev->wake_fd));
	memcpy(dev->cores, config->cores, config->n_cores * sizeof(*config->cores));
	err = sl_device_probe(config, dev, name, error);
	if (err)
		return err;
	if (strncmp(config->device, "pci:", 4) != 0)
		snprintf(dev->vdev, sizeof(dev->vdev), "%s", name);
	place(config, dev);
	sl_ethdev_by_dpdk[dev->dpdk_port] = sl_n_ethdevs;
	*port = sl_n_ethdevs++; /* from here on sl_ports_close cleans up */
	err = sl_device_set_up(dev, &conf, error);
	if (!err)
		err = identify(config, dev, error);
	if (!err)
		err = sl_device_start(dev, &conf, error);
	if (!err)
		err = sl_device_heed_resets(dev, error);
	warn_of_nodes(dev);
	return err;
}

void sl_ethdev_warn(struct sl_ethdev *dev, const char *format, ...)
{
	size_t len = strlen(dev->warning);
	va_list arguments;

	if (len && len < sizeof(dev->warning) - 2)
		len += (size_t)snprintf(dev->warning + len, sizeof(dev->warning) - len, "; ");
	va_start(arguments, format);
	vsnprintf(dev->warning + len, sizeof(dev->warning) - len, format, arguments);
	va_end(arguments);
}

const char *sl_port_warning(uint8_t port)
{
	return sl_ethdevs[port].warning;
}

unsigned sl_port_ifindex(uint8_t port)
{
	return sl_ethdevs[port].ifindex;
}

unsigned sl_port_vlan_ifindex(uint8_t port, uint16_t vlan)
{
	const struct sl_ethdev *dev = &sl_ethdevs[port];
	unsigned ifindex = 0;

	if (!vlan)
		return dev->ifindex;
	if (dev->exception)
		return sl_exception_ifindex(dev->exception, vlan);
	if (dev->af_xdp)
		sl_netdev_vlan(dev->netdev, vlan, &ifindex);
	return ifindex;
}

const char *sl_port_name(uint8_t port)
{
	return sl_ethdevs[port].name;
}

bool sl_policy_here(uint8_t port)
{
	return !sl_ethdevs[port].af_xdp;
}

int sl_port_xdp_socket(uint8_t port, unsigned queue)
{
	return sl_ethdevs[port].wake_fd[queue];
}

void sl_ports_close(void)
{
	while (sl_n_ethdevs > 0) {
		struct sl_ethdev *dev = &sl_ethdevs[--sl_n_ethdevs];

		sl_device_ignore_resets(dev);
		rte_eth_dev_stop(dev->dpdk_port);
		rte_eth_dev_close(dev->dpdk_port);
		if (dev->vdev[0])
			rte_vdev_uninit(dev->vdev);
		if (dev->exception)
			sl_exception_close(dev->exception);
	}
	sl_addresses_close();
}
