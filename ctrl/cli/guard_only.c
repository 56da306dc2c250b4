/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/cli/guard_only.h"

#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/cli/exit_status.h"
#include "ctrl/config/config.h"
#include "ebpf/guard_user.h"

static int refuse(const char *why)
{
	fprintf(stderr, "sluicectl: %s\n", why);
	return EXIT_FAILURE;
}

static int refuse_netdev(const char *netdev)
{
	fprintf(stderr, "sluicectl: there is no netdev %s; ip link show\n", netdev);
	return EXIT_FAILURE;
}

static int tell_address(struct sl_guard *guard, const struct sl_config_interface *interface,
	unsigned address, uint8_t slot, struct sl_error *error)
{
	int rc = sl_guard_address_add(guard, slot, interface->address[address].ip, interface->vlan,
		interface->port_min, interface->port_max, error);

	for (unsigned i = 0; i < interface->n_kernel_ports && !rc; i++)
		sl_guard_pinhole_open(guard, slot, interface->kernel_ports[i]);
	return rc;
}

static int tell(struct sl_guard *guard, const struct sl_config *config, unsigned port,
	struct sl_error *error)
{
	struct sl_policy policy = sl_guard_config_policy(&config->guard);
	int rc = sl_guard_policy_set(guard, &policy, error);
	uint8_t slot = 0;

	for (unsigned i = 0; i < config->guard.n_listed && !rc; i++) {
		const struct sl_listed *listed = &config->guard.listed[i];

		rc = sl_guard_prefix_set(
			guard, listed->ip, listed->bits, (enum sl_prefix)listed->prefix, error);
	}
	for (unsigned i = 0; i < config->n_interfaces; i++)
		for (unsigned a = 0; a < config->interfaces[i].n_addresses && !rc; a++)
			if (config->interfaces[i].port == port)
				rc = tell_address(guard, &config->interfaces[i], a, slot++, error);
	return rc;
}

/* 0 too when the file has no [port]: all its interfaces are the netdev's, and a port's defaults
 * hold. */
static int port_of(const struct sl_config *config, const char *netdev)
{
	if (config->n_ports == 0)
		return 0;
	for (unsigned i = 0; i < config->n_ports; i++)
		if (config->ports[i].kind == SL_DEVICE_AF_XDP &&
			strcmp(config->ports[i].device, netdev) == 0)
			return (int)i;
	return -1;
}

static int stand(
	const struct sl_config *config, unsigned port, const char *netdev, unsigned ifindex)
{
	const struct sl_config_port *how = &config->ports[port];
	const struct sl_guard_sizes sizes = {.unknown_sources = config->guard.max_unknown_sources,
		.sources = config->guard.max_expected_sources};
	struct sl_guard *guard = NULL;
	struct sl_error error = {0};
	int rc = sl_guard_load(ifindex, &sizes, true, &guard, &error);

	if (!rc)
		rc = tell(guard, config, port, &error);
	if (!rc)
		rc = sl_guard_attach(guard, NULL, 0, !how->no_generic, &error);
	sl_guard_let_go(guard);
	if (rc < 0)
		return refuse(error.text);
	if (rc == 1)
		fprintf(stderr,
			"sluicectl: warning: the driver of %s cannot run the guard, the kernel "
			"does in its place, which is slower\n",
			netdev);
	printf("%s: guarded\n", netdev);
	return EXIT_SUCCESS;
}

int sl_guard_only_attach(const char *netdev, const char *path)
{
	static struct sl_config config;
	static struct sl_config_errors errors;
	unsigned ifindex = if_nametoindex(netdev);
	int port;

	if (!ifindex)
		return refuse_netdev(netdev);
	if (sl_config_load(path, SL_CONFIG_GUARD, 0, &config, &errors)) {
		sl_config_print_errors(stderr, path, &errors);
		return SL_EXIT_USAGE;
	}
	port = port_of(&config, netdev);
	if (port < 0) {
		fprintf(stderr, "sluicectl: %s has no [port] with device = af_xdp:%s\n", path,
			netdev);
		return SL_EXIT_USAGE;
	}
	return stand(&config, (unsigned)port, netdev, ifindex);
}

int sl_guard_only_detach(const char *netdev)
{
	unsigned ifindex = if_nametoindex(netdev);
	struct sl_error error = {0};

	if (!ifindex)
		return refuse_netdev(netdev);
	if (sl_guard_detach(ifindex, &error) != 0)
		return refuse(error.text);
	printf("%s: not guarded any more\n", netdev);
	return EXIT_SUCCESS;
}

int sl_guard_only_show(const char *netdev)
{
	static const char *const rows[][2] = {
#define X(id, label, text) {label, text},
		SL_GUARD_COUNTERS(X)
#undef X
	};
	unsigned ifindex = if_nametoindex(netdev);
	uint64_t counters[SL_GUARD_COUNTER_COUNT];
	struct sl_guard *guard = NULL;
	struct sl_error error = {0};
	int rc;

	if (!ifindex)
		return refuse_netdev(netdev);
	rc = sl_guard_open(ifindex, &guard, &error);
	if (!rc)
		rc = sl_guard_counters(guard, counters, &error);
	sl_guard_let_go(guard);
	if (rc)
		return refuse(error.text);
	for (int i = 0; i < SL_GUARD_COUNTER_COUNT; i++)
		printf("%-17s %14" PRIu64 "  %s\n", rows[i][0], counters[i], rows[i][1]);
	return EXIT_SUCCESS;
}
