/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "ctrl/config/config_parser.h"

static void print_sluice(FILE *out, const struct sl_config *config)
{
	fprintf(out, "[sluice]\nuser = %s\nruntime-dir = %s\ncrypto = %s\n", config->user,
		config->runtime_dir, config->crypto);
	if (config->hugepages == SL_HUGEPAGES_FIXED)
		fprintf(out, "hugepages = %u\n", config->hugepages_mib);
	else
		fprintf(out, "hugepages = %s\n",
			config->hugepages == SL_HUGEPAGES_OFF ? "off" : "auto");
	if (config->memory_mib)
		fprintf(out, "memory = %u\n", config->memory_mib);
	if (config->control_core >= 0)
		fprintf(out, "control-core = %d\n", config->control_core);
	fprintf(out, "log-level = %s\nseccomp = %s\n", sl_log_level_word(config->log_level),
		config->no_seccomp ? "no" : "yes");
}

static void print_mac(FILE *out, const char *before, const uint8_t mac[6])
{
	fprintf(out, "%s%02x:%02x:%02x:%02x:%02x:%02x\n", before, mac[0], mac[1], mac[2], mac[3],
		mac[4], mac[5]);
}

static void print_port(FILE *out, const struct sl_config_port *port)
{
	static const char *const schemes[] = {
		[SL_DEVICE_AF_XDP] = "af_xdp", [SL_DEVICE_PCI] = "pci", [SL_DEVICE_VDEV] = "vdev"};
	char text[SL_ADDRESS_TEXT];

	fprintf(out, "\n[port %s]\ndevice = %s:%s\ncores = ", port->name, schemes[port->kind],
		port->device);
	for (unsigned i = 0; i < port->n_cores; i++)
		fprintf(out, "%s%u", i ? "," : "", port->cores[i]);
	fprintf(out, "\npoll = %s\n", port->poll == SL_POLL_ADAPTIVE ? "adaptive" : "busy");
	if (port->kind == SL_DEVICE_AF_XDP) {
		fprintf(out, "set-channels = %s\n", port->set_channels ? "yes" : "no");
		fprintf(out, "generic-xdp = %s\n", port->no_generic ? "no" : "yes");
	} else {
		fprintf(out, "tap = %s\n", port->tap[0] ? port->tap : "none");
	}
	if (port->has_mac)
		print_mac(out, "mac = ", port->mac);
	for (unsigned i = 0; i < port->n_neighbors; i++) {
		fprintf(out, "neighbor = %s", sl_address_text(port->neighbors[i].ip, text));
		print_mac(out, " ", port->neighbors[i].mac);
	}
}

static void print_interface(
	FILE *out, const struct sl_config *config, const struct sl_config_interface *interface)
{
	char text[SL_ADDRESS_TEXT];

	fprintf(out, "\n[interface %s]\nport = %s\n", interface->name,
		config->ports[interface->port].name);
	if (interface->vlan)
		fprintf(out, "vlan = %u\n", interface->vlan);
	for (unsigned i = 0; i < interface->n_addresses; i++) {
		const struct sl_config_address *address = &interface->address[i];

		fprintf(out, "address = %s/%u\n", sl_address_text(address->ip, text),
			address->prefix);
		if (address->advertised)
			fprintf(out, "advertise = %s\n", sl_address_text(address->advertise, text));
	}
	fprintf(out, "media-ports = %u-%u\n", interface->port_min, interface->port_max);
	for (unsigned i = 0; i < interface->n_kernel_ports; i++)
		fprintf(out, "%s%u", i ? "," : "kernel-ports = ", interface->kernel_ports[i]);
	if (interface->n_kernel_ports)
		fputc('\n', out);
	if (interface->min_suite)
		fprintf(out, "min-suite = %s\n", sl_suites[interface->min_suite].name);
	fprintf(out, "allow-rtp = %s\nsource = %s\n", interface->secure_only ? "no" : "yes",
		interface->strict_source ? "strict" : "follow");
}

static void print_control(FILE *out, const struct sl_config *config)
{
	char text[SL_CONFIG_NG_TEXT];

	fprintf(out, "\n[control]\n");
	for (unsigned i = 0; i < config->n_ng; i++)
		fprintf(out, "ng = %s\n", sl_config_ng_text(&config->ng[i], text));
	for (unsigned i = 0; i < config->n_ng_allow; i++)
		fprintf(out, "ng-allow = %s\n", config->ng_allow[i].text);
	if (!config->n_ng_allow)
		fprintf(out, "; ng-allow: root and %s\n", config->user);
	for (unsigned i = 0; i < config->n_ng_nets; i++)
		fprintf(out, "ng-allow = %s\n", config->ng_nets[i].text);
	fprintf(out, "ctl = unix:%s\n", config->ctl);
	for (unsigned i = 0; i < config->n_admin_read; i++)
		fprintf(out, "admin-read = %s\n", config->admin_read[i].text);
	fprintf(out, "delete-delay = %u\n", config->delete_delay);
	if (config->limits.sessions)
		fprintf(out, "max-sessions = %u\n", config->limits.sessions);
}

void sl_config_print(FILE *out, const struct sl_config *config)
{
	print_sluice(out, config);
	for (unsigned i = 0; i < config->n_ports; i++)
		print_port(out, &config->ports[i]);
	for (unsigned i = 0; i < config->n_interfaces; i++)
		print_interface(out, config, &config->interfaces[i]);
	print_control(out, config);
	sl_config_print_operate(out, config);
	fprintf(out, "\n[guard]\n");
	sl_guard_config_print(out, &config->guard);
	sl_config_print_records(out, &config->records);
}
