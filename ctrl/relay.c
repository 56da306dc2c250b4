/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/relay.h"

#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ctrl/admit.h"
#include "ctrl/follow.h"
#include "ctrl/log.h"
#include "ctrl/watch.h"
#include "dataplane/nexthop.h"
#include "dataplane/policy.h"

enum { DEFAULT_MEMORY_MIB = 512, TICK_MS = 1000 };

static const char *guard_object(const struct sl_config_port *port)
{
	return port->guard_object[0] ? port->guard_object : SL_GUARD_OBJECT;
}

/* What DPDK is given lies beside the guard. */
static const char *seat_object(const struct sl_config_port *port, char path[PATH_MAX])
{
	const char *guard = guard_object(port), *slash = strrchr(guard, '/');

	snprintf(path, PATH_MAX, "%.*s/seat.bpf.o", slash ? (int)(slash - guard) : 1,
		slash ? guard : ".");
	return path;
}

static int start_eal(struct sl_relay *r, char why[SL_RELAY_WHY])
{
	const struct sl_config *config = r->config;
	const char *pci[SL_MAX_PORTS + 1] = {NULL};
	struct sl_eal_config eal = {.pci = pci, .memory_mib = config->memory_mib};
	unsigned n_pci = 0, queues = 0;
	int rc;

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
	rc = sl_eal_init(&eal, &r->hugepages, why);
	if (rc)
		return rc;
	if (!r->hugepages && config->hugepages == SL_HUGEPAGES_AUTO)
		sl_log(SL_LOG_WARNING,
			"no hugepages: running on ordinary pages, which is slower; "
			"echo %u > /proc/sys/vm/nr_hugepages",
			eal.memory_mib / 2);
	return sl_ports_reserve(queues, why);
}

static int open_port(struct sl_relay *r, unsigned i, char why[SL_RELAY_WHY])
{
	static const char *const kinds[] = {
		[SL_DEVICE_AF_XDP] = "af_xdp:%s",
		[SL_DEVICE_PCI] = "pci:%s",
		[SL_DEVICE_VDEV] = "vdev:%s",
	};
	const struct sl_config_port *port = &r->config->ports[i];
	char device[SL_CONFIG_DEVICE + 8], seat[PATH_MAX];
	unsigned cores[SL_MAX_WORKERS];
	struct sl_port_config how = {
		.name = port->name,
		.device = device,
		.cores = cores,
		.n_cores = port->n_cores,
		.adaptive = port->poll == SL_POLL_ADAPTIVE,
		.set_channels = port->set_channels,
		.xdp_object = seat_object(port, seat),
		.twin = port->tap[0] ? port->tap : NULL,
		.mac = port->has_mac ? port->mac : NULL,
	};

	snprintf(device, sizeof(device), kinds[port->kind], port->device);
	for (unsigned c = 0; c < port->n_cores; c++)
		cores[c] = port->cores[c];
	if (port->kind == SL_DEVICE_AF_XDP) {
		unsigned ifindex = if_nametoindex(port->device);

		if (!ifindex) {
			snprintf(why, SL_RELAY_WHY, "port %s: there is no netdev %s; ip link show",
				port->name, port->device);
			return -ENODEV;
		}
		if (sl_guard_stale_detach(ifindex, why))
			return -EBUSY;
	}
	int rc = sl_port_open(&how, &r->ports[i], why);

	if (!rc && how.n_cores > 1) {
		struct sl_port_stats stats;

		sl_port_stats(r->ports[i], &stats);
		sl_log_info(
			"port %s: %u queues, spread: %s", port->name, how.n_cores, stats.spread);
	}
	return rc;
}

static int load_guard(struct sl_relay *r, unsigned i, char why[SL_RELAY_WHY])
{
	const struct sl_config_port *port = &r->config->ports[i];
	const struct sl_guard_sizes sizes = {
		.strangers = r->config->guard.max_strangers, .sources = r->config->guard.max_named};

	if (port->kind != SL_DEVICE_AF_XDP)
		return 0;
	return sl_guard_load(sl_port_ifindex(r->ports[i]), guard_object(port), &sizes, false,
		&r->guards[i], why);
}

static int attach_guard(struct sl_relay *r, unsigned i, char why[SL_RELAY_WHY])
{
	const struct sl_config_port *port = &r->config->ports[i];
	int sockets[SL_MAX_WORKERS], rc;

	if (!r->guards[i])
		return 0;
	for (unsigned q = 0; q < port->n_cores; q++)
		sockets[q] = sl_port_xdp_socket(r->ports[i], q);
	rc = sl_guard_attach(r->guards[i], sockets, port->n_cores, !port->no_generic, why);
	if (rc == 1)
		sl_log_warning(
			"port %s: the driver of %s cannot run the guard, the kernel does in its "
			"place, which is slower",
			port->name, port->device);
	return rc < 0 ? rc : 0;
}

/* Where there is no guard the workers are it. */
static int open_policy(struct sl_relay *r, char why[SL_RELAY_WHY])
{
	bool needed = false;
	int rc;

	for (unsigned i = 0; i < r->config->n_ports; i++)
		needed |= sl_policy_here(r->ports[i]);
	rc = needed ? sl_policy_open() : 0;
	if (rc)
		snprintf(why, SL_RELAY_WHY,
			"no memory for the guard's tables: raise `memory` in [sluice]");
	return rc;
}

static int add_address(
	struct sl_relay *r, struct sl_interface *interface, int family, char why[SL_RELAY_WHY])
{
	const struct sl_config_interface *config = interface->config;
	const struct sl_config_address *address = &config->address[family];
	uint8_t *slot = &interface->local[family].slot;
	struct sl_address_config local = {
		.prefix = address->prefix,
		.vlan = config->vlan,
		.port_min = config->port_min,
		.port_max = config->port_max,
	};
	int rc;

	if (!address->present)
		return 0;
	memcpy(local.ip, address->ip, sizeof(local.ip));
	rc = sl_address_add(interface->port, &local, slot, why);
	if (rc || !interface->guard)
		return rc;
	rc = sl_guard_address_add(interface->guard, *slot, address->ip, config->vlan,
		config->port_min, config->port_max, why);
	for (unsigned i = 0; i < config->n_kernel_ports && !rc; i++) {
		uint16_t kernel = config->kernel_ports[i];

		if (kernel >= config->port_min && kernel <= config->port_max) {
			snprintf(why, SL_RELAY_WHY,
				"interface %s: kernel-ports: %u is one of its media-ports",
				config->name, kernel);
			rc = -EINVAL;
		}
		sl_guard_pinhole_open(interface->guard, *slot, kernel);
	}
	return rc;
}

/* The kernel's interface behind it. A VLAN may do without one where the configuration says the next
 * hops. */
static int find_netdev(
	const struct sl_relay *r, struct sl_interface *interface, char why[SL_RELAY_WHY])
{
	const struct sl_config_interface *config = interface->config;
	const struct sl_config_port *port = &r->config->ports[config->port];

	interface->ifindex = sl_port_vlan_ifindex(interface->port, config->vlan);
	if (interface->ifindex || port->kind != SL_DEVICE_AF_XDP || port->n_neighbors)
		return 0;
	snprintf(why, SL_RELAY_WHY,
		"interface %s: %s has no netdev for VLAN %u: ip link add link %s name %s.%u up "
		"type vlan id %u",
		config->name, port->device, config->vlan, port->device, port->device, config->vlan,
		config->vlan);
	return -ENODEV;
}

static int open_interface(
	struct sl_relay *r, const struct sl_config_interface *config, char why[SL_RELAY_WHY])
{
	struct sl_interface *interface = &r->interfaces[r->n_interfaces];
	int rc = sl_interface_init(interface, config);

	if (rc) {
		snprintf(why, SL_RELAY_WHY, "interface %s: out of memory", config->name);
		return rc;
	}
	r->n_interfaces++;
	interface->port = r->ports[config->port];
	interface->guard = r->guards[config->port];
	interface->neigh = r->neigh;
	for (int f = 0; f < SL_FAMILIES && !rc; f++)
		rc = add_address(r, interface, f, why);
	return rc ? rc : find_netdev(r, interface, why);
}

static int fix_neighbours(struct sl_relay *r, char why[SL_RELAY_WHY])
{
	for (unsigned i = 0; i < r->n_interfaces; i++) {
		const struct sl_config_port *port =
			&r->config->ports[r->interfaces[i].config->port];
		int netdev = sl_interface_netdev(&r->interfaces[i]);

		for (unsigned n = 0; n < port->n_neighbors; n++) {
			int rc = sl_neigh_fix(
				r->neigh, netdev, port->neighbors[n].ip, port->neighbors[n].mac);

			if (rc && rc != -EEXIST) { /* the port of two interfaces */
				snprintf(why, SL_RELAY_WHY, "port %s: neighbor: %s", port->name,
					strerror(-rc));
				return rc;
			}
		}
	}
	return 0;
}

static int start_network(struct sl_relay *r, char why[SL_RELAY_WHY])
{
	const struct sl_config *config = r->config;
	int rc = 0;

	for (unsigned i = 0; i < config->n_ports && !rc; i++) {
		rc = open_port(r, i, why);
		if (!rc)
			rc = load_guard(r, i, why);
	}
	if (!rc)
		rc = open_policy(r, why);
	if (!rc)
		rc = sl_protection_start(
			&r->protection, &config->guard, r->guards, config->n_ports, why);
	if (rc)
		return rc;
	rc = sl_neigh_open(&r->neigh, r->loop, sl_nexthops, SL_MAX_NEXTHOPS, NULL, NULL);
	if (rc) {
		snprintf(why, SL_RELAY_WHY, "rtnetlink: %s", strerror(-rc));
		return rc;
	}
	for (unsigned i = 0; i < config->n_interfaces && !rc; i++)
		rc = open_interface(r, &config->interfaces[i], why);
	for (unsigned i = 0; i < config->n_ports && !rc; i++)
		rc = attach_guard(r, i, why);
	return rc ? rc : fix_neighbours(r, why);
}

/* Everything that takes root is open by now; workers, which inherit what is left, are not running
 * yet. */
static int drop_privileges(struct sl_relay *r, char why[SL_RELAY_WHY])
{
	int rc = sl_privileges_runtime_dir(&r->privileges, r->config->runtime_dir, why);

	if (!rc)
		rc = sl_privileges_drop(&r->privileges, why);
	if (!rc && !r->privileges.locked)
		sl_log_warning(
			"memory cannot be locked, keys may be swapped out; raise the memlock "
			"limit or start as root");
	return rc;
}

static void tick(uv_timer_t *timer)
{
	struct sl_relay *r = timer->data;

	sl_sessions_tick(&r->sessions);
	sl_load_measure(&r->sessions, r->config->n_ports);
	sl_protection_tick(&r->protection);
	sl_quality_tick(&r->sessions);
}

static void sweep(uv_timer_t *timer)
{
	struct sl_relay *r = timer->data;

	sl_watch_sweep(&r->sessions);
}

static void follow(uv_timer_t *timer)
{
	struct sl_relay *r = timer->data;

	sl_follow_poll(&r->sessions);
}

static void start_timer(struct sl_relay *r, uv_timer_t *timer, uv_timer_cb act, uint64_t ms)
{
	uv_timer_init(r->loop, timer);
	timer->data = r;
	uv_timer_start(timer, act, ms, ms);
}

static void start_sessions(struct sl_relay *r)
{
	const struct sl_session_env env = {
		.crypto = r->crypto,
		.interfaces = r->interfaces,
		.n_interfaces = r->n_interfaces,
		.guard = &r->protection.config,
		.limits = r->config->limits,
		.timers = r->config->timers,
		.notify = sl_events_notify,
		.notify_context = r->events,
		.delete_delay = r->config->delete_delay,
	};

	r->protection.notify = sl_events_notify;
	r->protection.notify_context = r->events;
	sl_sessions_init(&r->sessions, &env);
	r->sessions_open = true;
	start_timer(r, &r->tick, tick, TICK_MS);
	start_timer(r, &r->sweep, sweep, SL_WATCH_MS);
	start_timer(r, &r->follow, follow, SL_FOLLOW_MS);
	r->ticking = true;
}

static void allow_defaults(struct sl_relay *r)
{
	const struct sl_config *config = r->config;

	r->ctl_allow[0] = (struct sl_config_allow){.kind = SL_ALLOW_UID, .id = 0};
	r->ctl_allow[1] = (struct sl_config_allow){.kind = SL_ALLOW_UID, .id = getuid()};
	r->n_ng_allow = config->n_ng_allow;
	memcpy(r->ng_allow, config->ng_allow, sizeof(r->ng_allow));
	if (!r->n_ng_allow) {
		memcpy(r->ng_allow, r->ctl_allow, sizeof(r->ctl_allow));
		r->n_ng_allow = 2;
	}
}

static int listen_udp(struct sl_relay *r, const struct sl_config_ng *ng, char why[SL_RELAY_WHY])
{
	struct sl_datagram_listen how = {
		.port = ng->port,
		.protocol = &sl_ng_protocol,
		.context = &r->ng,
		.nets = r->config->ng_nets,
		.n_nets = r->config->n_ng_nets,
	};

	memcpy(how.ip, ng->ip, sizeof(how.ip));
	if (!r->datagram)
		r->datagram = r->admin.datagram = sl_datagram_new(r->loop);
	if (!r->datagram) {
		snprintf(why, SL_RELAY_WHY, "out of memory");
		return -ENOMEM;
	}
	return sl_datagram_listen(r->datagram, &how, why);
}

static int listen_websocket(
	struct sl_relay *r, const struct sl_config_ng *ng, char why[SL_RELAY_WHY])
{
	const struct sl_websocket_config how = {
		.protocol = &sl_ng_protocol,
		.context = &r->ng,
		.nets = r->config->ng_nets,
		.n_nets = r->config->n_ng_nets,
	};

	if (!r->websocket)
		r->websocket = r->admin.websocket = sl_websocket_new(r->loop, &how, why);
	if (!r->websocket)
		return -ENOMEM;
	return sl_websocket_listen(r->websocket, ng, why);
}

static int start_sockets(struct sl_relay *r, char why[SL_RELAY_WHY])
{
	const struct sl_config *config = r->config;
	/* The kernel's word on who connects decides, not the mode of the file. */
	struct sl_server_listen how = {.mode = 0666};
	int rc;

	allow_defaults(r);
	r->server = sl_server_new(r->loop);
	if (!r->server) {
		snprintf(why, SL_RELAY_WHY, "out of memory");
		return -ENOMEM;
	}
	r->ng.sessions = &r->sessions;
	r->admin = (struct sl_admin){
		.sessions = &r->sessions,
		.ng = &r->ng,
		.server = r->server,
		.protection = &r->protection,
		.interfaces = r->interfaces,
		.n_interfaces = r->n_interfaces,
		.n_ports = config->n_ports,
		.events = r->events,
		.started = time(NULL),
		.hugepages = r->hugepages,
	};
	how.protocol = &sl_admin_protocol;
	how.context = &r->admin;
	how.allow = r->ctl_allow;
	how.n_allow = 2;
	how.path = config->ctl;
	rc = sl_server_listen(r->server, &how, why);
	how.protocol = &sl_ng_protocol;
	how.context = &r->ng;
	how.allow = r->ng_allow;
	how.n_allow = r->n_ng_allow;
	for (unsigned i = 0; i < config->n_ng && !rc; i++) {
		how.path = config->ng[i].path;
		if (config->ng[i].kind == SL_NG_UNIX)
			rc = sl_server_listen(r->server, &how, why);
		else if (config->ng[i].kind == SL_NG_UDP)
			rc = listen_udp(r, &config->ng[i], why);
		else
			rc = listen_websocket(r, &config->ng[i], why);
	}
	return rc;
}

int sl_relay_start(
	struct sl_relay *r, const struct sl_config *config, uv_loop_t *loop, char why[SL_RELAY_WHY])
{
	const char *reason = "";
	int rc;

	memset(r, 0, sizeof(*r));
	r->config = config;
	r->loop = loop;
	rc = sl_privileges_find(config->user, &r->privileges, why);
	if (!rc)
		rc = start_eal(r, why);
	if (rc)
		return rc;
	r->crypto = sl_crypto_select(config->crypto, &reason);
	if (!r->crypto) {
		snprintf(why, SL_RELAY_WHY, "crypto backend %s: %s", config->crypto, reason);
		return -ENOTSUP;
	}
	rc = start_network(r, why);
	if (!rc)
		rc = drop_privileges(r, why);
	if (!rc)
		rc = sl_workers_start(r->crypto, why);
	if (rc)
		return rc;
	r->events = sl_events_new(loop);
	if (!r->events) {
		snprintf(why, SL_RELAY_WHY, "out of memory");
		return -ENOMEM;
	}
	start_sessions(r);
	return start_sockets(r, why);
}

/* All at once and before the calls end: with 100,000 up, telling the guard and a worker of each
 * would take seconds. */
static void stop_media(struct sl_relay *r)
{
	for (unsigned i = 0; i < r->n_interfaces; i++)
		r->interfaces[i].guard = NULL;
	for (unsigned i = 0; i < SL_MAX_PORTS; i++) {
		sl_guard_close(r->guards[i]);
		r->guards[i] = NULL;
	}
	sl_workers_stop();
}

void sl_relay_stop(struct sl_relay *r)
{
	sl_server_stop(r->server);
	sl_datagram_stop(r->datagram);
	sl_websocket_stop(r->websocket);
	if (r->ticking) {
		uv_close((uv_handle_t *)&r->tick, NULL);
		uv_close((uv_handle_t *)&r->follow, NULL);
		uv_close((uv_handle_t *)&r->sweep, NULL);
	}
	stop_media(r);
	if (r->sessions_open)
		sl_sessions_fini(&r->sessions);
	sl_events_stop(r->events);
	sl_neigh_close(r->neigh);
	uv_run(r->loop, UV_RUN_DEFAULT);
	sl_websocket_free(r->websocket);
	sl_ports_close();
	sl_policy_close();
	for (unsigned i = 0; i < r->n_interfaces; i++)
		sl_interface_fini(&r->interfaces[i]);
	sl_eal_cleanup();
	explicit_bzero(r, sizeof(*r));
}
