/* SPDX-License-Identifier: BSD-3-Clause */
/* Devices of the ports. */
#include <stdio.h>
#include <string.h>

#include "ctrl/doctor/checks.h"
#include "ctrl/host/host_file.h"

enum { NAME = 64, XDP_MTU = 3498 /* a page less headers and the room that XDP wants */ };

static const char *netdev_of(const struct sl_config_port *port)
{
	return port->kind == SL_DEVICE_AF_XDP ? port->device : NULL;
}

static void check_netdev(struct sl_doctor *d, const struct sl_config_port *port)
{
	char driver[NAME], state[NAME];

	if (!sl_host_has(d->root, "/sys/class/net/%s", port->device)) {
		sl_doctor_found(d, SL_HEALTH_FAIL, "ip link show", "port %s: there is no netdev %s",
			port->name, port->device);
		return;
	}
	if (!sl_host_link(d->root, driver, sizeof(driver), "/sys/class/net/%s/device/driver",
		    port->device))
		strcpy(driver, "virtual");
	sl_host_read(d->root, state, sizeof(state), "/sys/class/net/%s/operstate", port->device);
	if (!strcmp(state, "down") || !strcmp(state, "lowerlayerdown"))
		sl_doctor_found(d, SL_HEALTH_FAIL, "ip link set DEVICE up; look at the cable",
			"port %s: %s (%s) is %s", port->name, port->device, driver, state);
	else
		sl_doctor_found(
			d, SL_HEALTH_OK, "", "port %s: %s, %s", port->name, port->device, driver);
}

static void check_pci(struct sl_doctor *d, const struct sl_config_port *port)
{
	char driver[NAME], fix[160];

	snprintf(fix, sizeof(fix), "driverctl set-override %.16s vfio-pci", port->device);
	if (!sl_host_has(d->root, "/sys/bus/pci/devices/%s", port->device))
		sl_doctor_found(d, SL_HEALTH_FAIL, "lspci -D; was the virtual function made?",
			"port %s: there is no PCI device %s", port->name, port->device);
	else if (!sl_host_link(d->root, driver, sizeof(driver), "/sys/bus/pci/devices/%s/driver",
			 port->device))
		sl_doctor_found(d, SL_HEALTH_FAIL, fix, "port %s: %s has no driver", port->name,
			port->device);
	else if (strcmp(driver, "vfio-pci") != 0 && strncmp(driver, "mlx", 3) != 0)
		sl_doctor_found(d, SL_HEALTH_FAIL, fix,
			"port %s: %s is the kernel's, by its driver %s", port->name, port->device,
			driver);
	else
		sl_doctor_found(
			d, SL_HEALTH_OK, "", "port %s: %s, %s", port->name, port->device, driver);
}

void sl_check_driver(struct sl_doctor *d)
{
	for (unsigned i = 0; i < d->config->n_ports; i++) {
		const struct sl_config_port *port = &d->config->ports[i];

		if (port->kind == SL_DEVICE_AF_XDP)
			check_netdev(d, port);
		else if (port->kind == SL_DEVICE_PCI)
			check_pci(d, port);
		else
			sl_doctor_found(d, SL_HEALTH_OK, "", "port %s: %.64s, of software",
				port->name, port->device);
	}
}

static void count_rx(void *context, const char *name)
{
	*(unsigned *)context += strncmp(name, "rx-", 3) == 0;
}

void sl_check_queues(struct sl_doctor *d)
{
	for (unsigned i = 0; i < d->config->n_ports; i++) {
		const struct sl_config_port *port = &d->config->ports[i];
		const char *netdev = netdev_of(port);
		unsigned n = 0;
		char fix[160];

		if (!netdev ||
			!sl_host_each(d->root, count_rx, &n, "/sys/class/net/%s/queues", netdev))
			continue;
		snprintf(fix, sizeof(fix), "ethtool -L %.32s combined %u, or %u in `cores`", netdev,
			port->n_cores, n);
		if (n == port->n_cores)
			sl_doctor_found(d, SL_HEALTH_OK, "", "port %s: %u, as many as cores",
				port->name, n);
		else if (n < port->n_cores)
			sl_doctor_found(d, SL_HEALTH_FAIL, fix, "port %s: %u queue(s) for %u cores",
				port->name, n, port->n_cores);
		else if (port->set_channels)
			sl_doctor_found(d, SL_HEALTH_OK, "",
				"port %s: %u, of which sluiced makes %u when it starts", port->name,
				n, port->n_cores);
		else
			sl_doctor_found(d, SL_HEALTH_FAIL, fix,
				"port %s: %u queues for %u core(s): media on the others is lost",
				port->name, n, port->n_cores);
	}
}

static bool node_of(const struct sl_doctor *d, const struct sl_config_port *port, long long *node)
{
	if (port->kind == SL_DEVICE_AF_XDP)
		return sl_host_number(
			d->root, node, "/sys/class/net/%s/device/numa_node", port->device);
	return port->kind == SL_DEVICE_PCI &&
	       sl_host_number(d->root, node, "/sys/bus/pci/devices/%s/numa_node", port->device);
}

void sl_check_numa(struct sl_doctor *d)
{
	for (unsigned i = 0; i < d->config->n_ports; i++) {
		const struct sl_config_port *port = &d->config->ports[i];
		char cores[512], fix[600];
		long long node = -1;
		unsigned far = 0;

		if (!node_of(d, port, &node) || node < 0 ||
			sl_host_read(d->root, cores, sizeof(cores),
				"/sys/devices/system/node/node%lld/cpulist", node) <= 0)
			continue;
		for (unsigned c = 0; c < port->n_cores; c++)
			far += !sl_host_list_has(cores, port->cores[c]);
		snprintf(fix, sizeof(fix), "take `cores` of that node: %s", cores);
		if (far)
			sl_doctor_found(d, SL_HEALTH_WARN, fix,
				"port %s is on node %lld, %u of its cores are not", port->name,
				node, far);
		else
			sl_doctor_found(d, SL_HEALTH_OK, "", "port %s and its cores: node %lld",
				port->name, node);
	}
}

void sl_check_mtu(struct sl_doctor *d)
{
	for (unsigned i = 0; i < d->config->n_ports; i++) {
		const char *netdev = netdev_of(&d->config->ports[i]);
		const char *name = d->config->ports[i].name;
		char fix[96];
		long long mtu;

		if (!netdev || !sl_host_number(d->root, &mtu, "/sys/class/net/%s/mtu", netdev))
			continue;
		snprintf(fix, sizeof(fix), "ip link set %.32s mtu 1500", netdev);
		if (mtu > XDP_MTU)
			sl_doctor_found(d, SL_HEALTH_WARN, fix,
				"port %s: %lld: most drivers run XDP up to %d only", name, mtu,
				XDP_MTU);
		else if (mtu < 1500)
			sl_doctor_found(d, SL_HEALTH_WARN, fix,
				"port %s: %lld: video packets of 1500 bytes do not fit", name, mtu);
		else
			sl_doctor_found(d, SL_HEALTH_OK, "", "port %s: %lld", name, mtu);
	}
}
