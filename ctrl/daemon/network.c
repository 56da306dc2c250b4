/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/daemon/network.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctrl/base/log.h"
#include "ctrl/daemon/dpdk_text.h"
#include "dataplane/base/nexthop.h"
#include "dataplane/handoff/policy.h"
#include "dataplane/port/port.h"

enum { DEFAULT_MEMORY_MIB = 512 };

/* Where most workers are. Packet buffers are one pool, so that packets cross between ports without
 * a copy. */
static int workers_node(const struct sl_config *config)
{
	int nodes[SL_MAX_PORTS * SL_MAX_WORKERS];
	unsigned n = 0;

	for (unsigned i = 0; i < config->n_ports; i++)
		for (unsigned c = 0; c < config->ports[i].n_cores; c++)
			nodes[n++] = sl_numa_of_core(config->ports[i].cores[c]);
	return sl_numa_most(nodes, n);
}

int sl_network_reserve(
	struct sl_network *net, const struct sl_config *config, struct sl_error *error)
{
	const char *pci[SL_MAX_PORTS + 1] = {NULL};
	struct sl_eal_config eal = {.pci = pci,
		.memory_mib = config->memory_mib,
		.verbose = config->log_level == SL_LOG_DEBUG,
		.say = sl_dpdk_text};
	unsigned n_pci = 0, queues = 0;
	int rc;

	*net = (struct sl_network){.config = config};
	if (!eal.memory_mib)
		eal.memory_mib = DEFAULT_MEMORY_MIB;
	if (config->hugepages == SL_HUGEPAGES_AUTO)
		eal.hugepages_mib = -1;
	else if (config->hugepages == SL_HUGEPAGES_FIXED)
		eal.hugepages_mib = (int)config->hugepages_mib;
	for (unsigned i = 0; i < config->n_ports; i++) {
		queues += config->ports[i].n_cores;
		if (config->ports[i].kind == SL_DEVICE_PCI)
			pci[n_pci++] = config->ports[i].device;
	}
	rc = sl_eal_init(&eal, &net->hugepages, error);
	if (rc)
		return rc;
	if (!net->hugepages && config->hugepages == SL_HUGEPAGES_AUTO)
		sl_log(SL_LOG_WARNING,
			"no hugepages: running on ordinary pages, which is slower; "
			"echo %u > /proc/sys/vm/nr_hugepages",
			eal.memory_mib / 2);
	return sl_ports_reserve(queues, workers_node(config), error);
}

static void tell_port(const struct sl_network *net, unsigned i)
{
	const struct sl_config_port *port = &net->config->ports[i];
	const char *warning = sl_port_warning(net->ports[i]);
	struct sl_port_stats stats;

	sl_port_stats(net->ports[i], &stats);
	if (port->n_cores > 1)
		sl_log_info("port %s: %u queues, RSS: %s", port->name, port->n_cores, stats.rss);
	if (*warning)
		sl_log_event(SL_LOG_WARNING, SL_FIELDS(.interface = port->name, .reason = warning),
			"port %s: %s", port->name, warning);
}

static int open_port(struct sl_network *net, unsigned i, struct sl_error *error)
{
	static const char *const kinds[] = {
		[SL_DEVICE_AF_XDP] = "af_xdp:%s",
		[SL_DEVICE_PCI] = "pci:%s",
		[SL_DEVICE_VDEV] = "vdev:%s",
	};
	const struct sl_config_port *port = &net->config->ports[i];
	char device[SL_CONFIG_DEVICE + 8], placeholder[32] = "";
	unsigned cores[SL_MAX_WORKERS];
	int placeholder_fd = -1;
	struct sl_port_config how = {
		.name = port->name,
		.device = device,
		.cores = cores,
		.n_cores = port->n_cores,
		.adaptive = port->poll == SL_POLL_ADAPTIVE,
		.set_channels = port->set_channels,
		.xdp_object = placeholder,
		.exception = port->tap[0] ? port->tap : NULL,
		.mac = port->has_mac ? port->mac : NULL,
	};

	snprintf(device, sizeof(device), kinds[port->kind], port->device);
	for (unsigned c = 0; c < port->n_cores; c++)
		cores[c] = port->cores[c];
	if (port->kind == SL_DEVICE_AF_XDP) {
		unsigned ifindex = if_nametoindex(port->device);

		if (!ifindex)
			return sl_refuse(error, -ENODEV,
				"port %s: there is no netdev %s; ip link show", port->name,
				port->device);
		if (sl_guard_stale_detach(ifindex, error))
			return -EBUSY;
		placeholder_fd = sl_guard_placeholder();
		if (placeholder_fd < 0)
			return sl_refuse(error, placeholder_fd, "port %s: %s", port->name,
				strerror(-placeholder_fd));
		snprintf(placeholder, sizeof(placeholder), "/proc/self/fd/%d", placeholder_fd);
	}
	int rc = sl_port_open(&how, &net->ports[i], error);

	if (placeholder_fd >= 0)
		close(placeholder_fd);
	if (!rc)
		tell_port(net, i);
	return rc;
}

static int load_guard(struct sl_network *net, unsigned i, struct sl_error *error)
{
	const struct sl_config_port *port = &net->config->ports[i];
	const struct sl_guard_sizes sizes = {
		.unknown_sources = net->config->guard.max_unknown_sources,
		.sources = net->config->guard.max_expected_sources};

	if (port->kind != SL_DEVICE_AF_XDP)
		return 0;
	return sl_guard_load(sl_port_ifindex(net->ports[i]), &sizes, false, &net->guards[i], error);
}

static int attach_guard(struct sl_network *net, unsigned i, struct sl_error *error)
{
	const struct sl_config_port *port = &net->config->ports[i];
	int sockets[SL_MAX_WORKERS], rc;

	if (!net->guards[i])
		return 0;
	for (unsigned q = 0; q < port->n_cores; q++)
		sockets[q] = sl_port_xdp_socket(net->ports[i], q);
	rc = sl_guard_attach(net->guards[i], sockets, port->n_cores, !port->no_generic, error);
	if (rc == 1)
		sl_log_warning(
			"port %s: the driver of %s cannot run the guard, the kernel does in its "
			"place, which is slower",
			port->name, port->device);
	return rc < 0 ? rc : 0;
}

/* Where there is no guard the workers are it. */
static int open_policy(struct sl_network *net, struct sl_error *error)
{
	bool needed = false;
	int rc;

	for (unsigned i = 0; i < net->config->n_ports; i++)
		needed |= sl_policy_here(net->ports[i]);
	rc = needed ? sl_policy_open() : 0;
	if (rc)
		return sl_refuse(
			error, rc, "no memory for the guard's tables: raise `memory` in [sluice]");
	return 0;
}

static int add_address(struct sl_interface *interface, unsigned index, struct sl_error *error)
{
	const struct sl_config_interface *config = interface->config;
	const struct sl_config_address *address = &config->address[index];
	uint8_t *slot = &interface->local[index].slot;
	struct sl_address_config local = {
		.prefix = address->prefix,
		.vlan = config->vlan,
		.port_min = config->port_min,
		.port_max = config->port_max,
		.kernel_ports = config->kernel_ports,
		.n_kernel_ports = config->n_kernel_ports,
	};
	int rc;

	memcpy(local.ip, address->ip, sizeof(local.ip));
	rc = sl_address_add(interface->port, &local, slot, error);
	if (rc || !interface->guard)
		return rc;
	rc = sl_guard_address_add(interface->guard, *slot, address->ip, config->vlan,
		config->port_min, config->port_max, error);
	for (unsigned i = 0; i < config->n_kernel_ports && !rc; i++)
		sl_guard_pinhole_open(interface->guard, *slot, config->kernel_ports[i]);
	return rc;
}

/* The kernel's interface behind it. A VLAN may do without one where the configuration says the next
 * hops. */
static int find_netdev(
	const struct sl_network *net, struct sl_interface *interface, struct sl_error *error)
{
	const struct sl_config_interface *config = interface->config;
	const struct sl_config_port *port = &net->config->ports[config->port];

	interface->ifindex = sl_port_vlan_ifindex(interface->port, config->vlan);
	if (interface->ifindex || port->kind != SL_DEVICE_AF_XDP || port->n_neighbors)
		return 0;
	return sl_refuse(error, -ENODEV,
		"interface %s: %.15s has no netdev for VLAN %u: ip link add link %.15s name "
		"%.15s.%u up "
		"type vlan id %u",
		config->name, port->device, config->vlan, port->device, port->device, config->vlan,
		config->vlan);
}

static int open_interface(
	struct sl_network *net, const struct sl_config_interface *config, struct sl_error *error)
{
	struct sl_interface *interface = &net->interfaces[net->n_interfaces];
	int rc = sl_interface_init(interface, config);

	if (rc)
		return sl_refuse(error, rc, "interface %s: out of memory", config->name);
	net->n_interfaces++;
	interface->port = net->ports[config->port];
	interface->guard = net->guards[config->port];
	interface->neigh = net->neigh;
	for (unsigned i = 0; i < config->n_addresses && !rc; i++)
		rc = add_address(interface, i, error);
	return rc ? rc : find_netdev(net, interface, error);
}

static int fix_neighbours(struct sl_network *net, struct sl_error *error)
{
	for (unsigned i = 0; i < net->n_interfaces; i++) {
		const struct sl_config_port *port =
			&net->config->ports[net->interfaces[i].config->port];
		int netdev = sl_interface_netdev(&net->interfaces[i]);

		for (unsigned n = 0; n < port->n_neighbors; n++) {
			int rc = sl_neigh_fix(
				net->neigh, netdev, port->neighbors[n].ip, port->neighbors[n].mac);

			if (rc && rc != -EEXIST) { /* the port of two interfaces */
				return sl_refuse(error, rc, "port %s: neighbor: %s", port->name,
					strerror(-rc));
			}
		}
	}
	return 0;
}

int sl_network_open(struct sl_network *net, struct sl_error *error)
{
	int rc = 0;

	for (unsigned i = 0; i < net->config->n_ports && !rc; i++) {
		rc = open_port(net, i, error);
		if (!rc)
			rc = load_guard(net, i, error);
	}
	return rc ? rc : open_policy(net, error);
}

int sl_network_attach(struct sl_network *net, uv_loop_t *loop, struct sl_error *error)
{
	const struct sl_config *config = net->config;
	int rc = sl_neigh_open(&net->neigh, loop, sl_nexthops, SL_MAX_NEXTHOPS, NULL, NULL);

	if (rc)
		return sl_refuse(error, rc, "rtnetlink: %s", strerror(-rc));
	for (unsigned i = 0; i < config->n_interfaces && !rc; i++)
		rc = open_interface(net, &config->interfaces[i], error);
	for (unsigned i = 0; i < config->n_ports && !rc; i++)
		rc = attach_guard(net, i, error);
	return rc ? rc : fix_neighbours(net, error);
}

void sl_network_detach(struct sl_network *net)
{
	for (unsigned i = 0; i < net->n_interfaces; i++)
		net->interfaces[i].guard = NULL;
	for (unsigned i = 0; i < SL_MAX_PORTS; i++) {
		sl_guard_close(net->guards[i]);
		net->guards[i] = NULL;
	}
}

void sl_network_close(struct sl_network *net)
{
	sl_ports_close();
	sl_policy_close();
	for (unsigned i = 0; i < net->n_interfaces; i++)
		sl_interface_fini(&net->interfaces[i]);
	sl_eal_cleanup();
}
