/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/port/device.h"

#include <errno.h>
#include <rte_bus_vdev.h>
#include <rte_devargs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/port/netdev.h"

/* An AF_XDP socket serves one RX queue; media on any other queue would be lost without a word. */
static int fit_channels(
	const struct sl_port_config *config, const char *netdev, struct sl_error *error)
{
	unsigned queues;
	int err = sl_netdev_rx_queues(netdev, &queues);

	if (err)
		return sl_refuse(error, err, "port %s: cannot read the number of queues of %s: %s",
			config->name, netdev, strerror(-err));
	if (queues == config->n_cores)
		return 0;
	if (queues < config->n_cores)
		return sl_refuse(error, -EINVAL,
			"%s has %u RX queues but port %s names %u cores: ethtool -L %s combined %u",
			netdev, queues, config->name, config->n_cores, netdev, config->n_cores);
	if (config->set_channels) {
		err = sl_netdev_set_rx_queues(netdev, config->n_cores);
		if (!err)
			return 0;
	}
	return sl_refuse(error, -EINVAL,
		"%s has %u RX queues but port %s names %u cores, and media on the others would be "
		"lost: "
		"ethtool -L %s combined %u (or rx %u)%s%s",
		netdev, queues, config->name, config->n_cores, netdev, config->n_cores,
		config->n_cores, err ? "; trying failed: " : "", err ? strerror(-err) : "");
}

static int prepare_af_xdp(const struct sl_port_config *config, struct sl_ethdev *dev,
	const char *netdev, struct sl_error *error)
{
	int err = sl_netdev_ifindex(netdev, &dev->ifindex);

	if (err)
		return sl_refuse(error, err, "port %s: there is no netdev %s: ip link show",
			config->name, netdev);
	if (!sl_netdev_enabled(netdev)) /* it may come up later, as when a machine boots */
		sl_ethdev_warn(
			dev, "%s is down, and nothing arrives: ip link set %s up", netdev, netdev);
	dev->af_xdp = true;
	snprintf(dev->netdev, sizeof(dev->netdev), "%s", netdev);
	err = sl_netdev_mac(netdev, dev->mac);
	if (!err)
		err = sl_netdev_mtu(netdev, &dev->mtu);
	if (err)
		return sl_refuse(error, err, "port %s: cannot read MAC and MTU of %s: %s",
			config->name, netdev, strerror(-err));
	return fit_channels(config, netdev, error);
}

/*
 * By default DPDK's driver polls the netdev's NAPI from every empty receive: right for a NIC, a
 * wasted system call on a veth. Without it, a zero-copy NIC that wants its fill ring kicked would
 * block the worker in poll() for a second.
 */
static const char *busy_budget(const char *netdev)
{
	char driver[32];

	sl_netdev_driver(netdev, driver);
	return strcmp(driver, "veth") == 0 ? "busy_budget=0," : "";
}

/* Drivers say -1 where they mean no error of the system's. */
static const char *reason(int err)
{
	return err == -1 ? "see what DPDK says" : strerror(-err);
}

static int open_af_xdp(const struct sl_port_config *config, struct sl_ethdev *dev, char name[64],
	struct sl_error *error)
{
	const char *netdev = config->device + 7;
	char args[512];
	int err = prepare_af_xdp(config, dev, netdev, error);

	if (err)
		return err;
	snprintf(name, 64, "net_af_xdp_%s", config->name);
	snprintf(args, sizeof(args), "iface=%s,start_queue=0,queue_count=%u,%sxdp_prog=%s", netdev,
		config->n_cores, busy_budget(netdev), config->xdp_object);
	err = rte_vdev_init(name, args);
	if (err)
		return sl_refuse(error, err,
			"port %s: DPDK's AF_XDP driver does not take %s (%s): it needs Linux with "
			"XDP sockets, and root",
			config->name, netdev, reason(err));
	return 0;
}

/* A vdev is known by its driver's name, with anything behind it. */
static bool has_driver(const char *name)
{
	struct rte_devargs found = {0};
	bool known = rte_devargs_parse(&found, name) == 0;

	free(found.data);
	return known;
}

static int open_vdev(const struct sl_port_config *config, char name[64], struct sl_error *error)
{
	const char *device = config->device + 5, *comma = strchrnul(device, ',');
	uint16_t port;
	int err;

	snprintf(name, 64, "%.*s", (int)(comma - device), device);
	if (rte_eth_dev_get_port_by_name(name, &port) == 0)
		return 0; /* this process made it already */
	if (!has_driver(name))
		return sl_refuse(error, -ENODEV,
			"port %s: DPDK has no driver for the vdev %s: check its name (net_memif0, "
			"net_tap0, ...), and that DPDK's drivers are installed",
			config->name, name);
	err = rte_vdev_init(name, *comma ? comma + 1 : "");
	if (err)
		return sl_refuse(error, err,
			"port %s: the driver of the vdev %s does not take it (%s): check what "
			"follows its name in device = %s",
			config->name, name, reason(err), config->device);
	return 0;
}

/* The kernel's driver of a PCI device, or "none". */
static void kernel_driver(const char *bdf, char driver[64])
{
	char path[96], target[256];
	ssize_t len;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/driver", bdf);
	len = readlink(path, target, sizeof(target) - 1);
	target[len < 0 ? 0 : len] = '\0';
	snprintf(driver, 64, "%s", len > 0 ? strrchr(target, '/') + 1 : "none");
}

/* DPDK probes its PCI devices when it starts; this one was not among those it opened. */
static int refuse_pci(const struct sl_port_config *config, const char *bdf, struct sl_error *error)
{
	char path[96], driver[64];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s", bdf);
	kernel_driver(bdf, driver);
	if (access(path, F_OK) != 0)
		return sl_refuse(error, -ENODEV, "port %s: there is no PCI device %s: lspci -D",
			config->name, bdf);
	else if (strcmp(driver, "vfio-pci") == 0)
		return sl_refuse(error, -ENODEV,
			"port %s: DPDK does not open %s, though vfio-pci has it: its IOMMU group "
			"may "
			"be in use, or DPDK's driver for it is not installed",
			config->name, bdf);
	else
		return sl_refuse(error, -ENODEV,
			"port %s: %s has the kernel's driver %s: driverctl set-override %s "
			"vfio-pci",
			config->name, bdf, driver, bdf);
}

int sl_device_probe(const struct sl_port_config *config, struct sl_ethdev *dev, char name[64],
	struct sl_error *error)
{
	int err = 0;

	if (strncmp(config->device, "af_xdp:", 7) == 0) {
		err = open_af_xdp(config, dev, name, error);
	} else if (strncmp(config->device, "vdev:", 5) == 0) {
		err = open_vdev(config, name, error);
	} else if (strncmp(config->device, "pci:", 4) == 0) {
		snprintf(name, 64, "%s", config->device + 4);
	} else {
		return sl_refuse(error, -EINVAL,
			"port %s: device must be af_xdp:IFACE, pci:BDF or vdev:STRING",
			config->name);
	}
	if (err)
		return err;
	if (rte_eth_dev_get_port_by_name(name, &dev->dpdk_port) == 0)
		return 0;
	if (strncmp(config->device, "pci:", 4) == 0)
		return refuse_pci(config, name, error);
	return sl_refuse(error, -ENODEV,
		"port %s: %s is no Ethernet device: name a vdev that begins with net_",
		config->name, name);
}
