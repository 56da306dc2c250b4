/* SPDX-License-Identifier: BSD-3-Clause */
/* Checks what a configuration must have, rules that span sections, and defaults that depend on
 * other values. */
#include <string.h>

#include "ctrl/config/config_parser.h"

static bool port_has(const struct sl_config_parser *parser, unsigned port, const char *key)
{
	return sl_config_is_set("port", &parser->port_lines[port], key);
}

static unsigned port_line(const struct sl_config_parser *parser, unsigned port, const char *key)
{
	return sl_config_line("port", &parser->port_lines[port], key);
}

/* A key that was written, but that this kind of device has no use for, is a misunderstanding. */
static void check_device_keys(struct sl_config_parser *parser, unsigned i)
{
	static const struct {
		const char *key;
		unsigned kinds;
		const char *needs;
	} rules[] = {
		{"set-channels", 1 << SL_DEVICE_AF_XDP, "af_xdp:"},
		{"generic-xdp", 1 << SL_DEVICE_AF_XDP, "af_xdp:"},
		{"mac", 1 << SL_DEVICE_VDEV, "vdev:"},
		{"tap", 1 << SL_DEVICE_PCI | 1 << SL_DEVICE_VDEV, "pci: or vdev:"},
	};

	if (!parser->config->ports[i].device[0])
		return;
	for (unsigned r = 0; r < sizeof(rules) / sizeof(rules[0]); r++) {
		if (port_has(parser, i, rules[r].key) &&
			!(rules[r].kinds & 1u << parser->config->ports[i].kind))
			sl_config_fault_at(parser, port_line(parser, i, rules[r].key),
				"'%s' goes with device = %s only; remove it", rules[r].key,
				rules[r].needs);
	}
}

static bool same_device(const struct sl_config_port *a, const struct sl_config_port *b)
{
	size_t len = strlen(a->device);

	if (a->kind != b->kind || !len)
		return false;
	if (a->kind == SL_DEVICE_VDEV) {
		/* A vdev is known by its name; what follows the comma are its arguments. */
		len = strcspn(a->device, ",");
		return len == strcspn(b->device, ",") && !memcmp(a->device, b->device, len);
	}
	return !strcmp(a->device, b->device);
}

static void check_tap(struct sl_config_parser *parser, unsigned i)
{
	struct sl_config_port *port = &parser->config->ports[i];

	if (port->kind == SL_DEVICE_AF_XDP) {
		port->tap[0] = '\0';
		return;
	}
	if (!port_has(parser, i, "tap")) {
		if (strlen("sl-") + strlen(port->name) < sizeof(port->tap)) {
			strcpy(port->tap, "sl-");
			strcat(port->tap, port->name);
		} else {
			sl_config_fault_at(parser, parser->port_lines[i].section,
				"its exception port's name 'sl-%s' is longer than %zu bytes; set "
				"tap = "
				"NAME, or tap = none",
				port->name, sizeof(port->tap) - 1);
		}
	}
	for (unsigned j = 0; j < i && port->tap[0]; j++) {
		if (!strcmp(parser->config->ports[j].tap, port->tap))
			sl_config_fault_at(parser, port_line(parser, i, "tap"),
				"[port %s] has the TAP exception port '%s' already; set another "
				"tap = NAME",
				parser->config->ports[j].name, port->tap);
	}
}

static void check_port(struct sl_config_parser *parser, unsigned i)
{
	const struct sl_config *config = parser->config;
	const struct sl_config_port *port = &config->ports[i];

	if (!port_has(parser, i, "device"))
		sl_config_fault_at(parser, parser->port_lines[i].section,
			"[port %s] needs device = af_xdp:IFACE, pci:ADDRESS or vdev:STRING",
			port->name);
	if (!port_has(parser, i, "cores") && !parser->guard_only)
		sl_config_fault_at(parser, parser->port_lines[i].section,
			"[port %s] needs cores = LIST", port->name);
	check_device_keys(parser, i);
	check_tap(parser, i);
	for (unsigned j = 0; j < i; j++) {
		if (same_device(&config->ports[j], port))
			sl_config_fault_at(parser, port_line(parser, i, "device"),
				"[port %s] has this device already; one port per device",
				config->ports[j].name);
	}
	for (unsigned c = 0; c < port->n_cores; c++) {
		if (port->poll == SL_POLL_BUSY && port->cores[c] == config->control_core)
			sl_config_fault_at(parser, port_line(parser, i, "cores"),
				"core %d is the control-core, which a busy worker would starve; "
				"take another, or poll = adaptive",
				config->control_core);
	}
}

static void check_workers(struct sl_config_parser *parser)
{
	const struct sl_config *config = parser->config;
	unsigned workers = 0;
	/* A core may be named by several ports: it then has one worker for all of them. */
	uint8_t seen[(UINT16_MAX + 1) / 8] = {0};

	for (unsigned i = 0; i < config->n_ports; i++) {
		for (unsigned c = 0; c < config->ports[i].n_cores; c++) {
			uint16_t core = config->ports[i].cores[c];

			if (!(seen[core / 8] & 1 << core % 8) && ++workers == SL_MAX_WORKERS + 1)
				sl_config_fault_at(parser, port_line(parser, i, "cores"),
					"more than %d cores in all", SL_MAX_WORKERS);
			seen[core / 8] |= (uint8_t)(1 << core % 8);
		}
	}
}

static void check_overlap(
	struct sl_config_parser *parser, unsigned i, const struct sl_config_interface *other)
{
	const struct sl_config_interface *self = &parser->config->interfaces[i];

	if (!self->port_max || !other->port_max || self->port_min > other->port_max ||
		other->port_min > self->port_max)
		return;
	for (unsigned a = 0; a < self->n_addresses; a++) {
		char text[SL_ADDRESS_TEXT];

		if (!sl_config_address_is(other, self->address[a].ip))
			continue;
		sl_config_fault_at(parser,
			sl_config_line("interface", &parser->interface_lines[i], "media-ports"),
			"[interface %s] has %s too, and the media ports overlap (%u-%u); "
			"separate them",
			other->name, sl_address_text(self->address[a].ip, text), other->port_min,
			other->port_max);
	}
}

static void check_interface_port(struct sl_config_parser *parser, unsigned i)
{
	const char *name = parser->interface_port[i];
	unsigned p = 0;

	if (!sl_config_is_set("interface", &parser->interface_lines[i], "port")) {
		if (parser->guard_only && !parser->config->n_ports)
			return;
		sl_config_fault_at(parser, parser->interface_lines[i].section,
			"[interface %s] needs port = NAME of a [port NAME]",
			parser->config->interfaces[i].name);
		return;
	}
	while (p < parser->config->n_ports && strcmp(parser->config->ports[p].name, name))
		p++;
	if (*name && p == parser->config->n_ports)
		sl_config_fault_at(parser,
			sl_config_line("interface", &parser->interface_lines[i], "port"),
			"port: there is no [port %s]", name);
	parser->config->interfaces[i].port = p;
}

/* Media goes past the kernel. */
static void check_kernel_ports(struct sl_config_parser *parser, unsigned i)
{
	const struct sl_config_interface *interface = &parser->config->interfaces[i];

	for (unsigned k = 0; k < interface->n_kernel_ports; k++) {
		uint16_t port = interface->kernel_ports[k];

		if (port >= interface->port_min && port <= interface->port_max)
			sl_config_fault_at(parser,
				sl_config_line(
					"interface", &parser->interface_lines[i], "kernel-ports"),
				"kernel-ports: %u is one of the media-ports; separate them", port);
	}
}

static void check_interface(struct sl_config_parser *parser, unsigned i)
{
	struct sl_config_interface *interface = &parser->config->interfaces[i];
	const struct sl_config_lines *lines = &parser->interface_lines[i];

	check_interface_port(parser, i);
	if (!sl_config_is_set("interface", lines, "address"))
		sl_config_fault_at(parser, lines->section, "[interface %s] needs address = IP",
			interface->name);
	if (!sl_config_is_set("interface", lines, "media-ports") && !parser->guard_only)
		sl_config_fault_at(parser, lines->section,
			"[interface %s] needs media-ports = MIN-MAX", interface->name);
	sl_config_check_pool(parser, i);
	if (!parser->guard_only)
		check_kernel_ports(parser, i);
	for (unsigned j = 0; j < i; j++)
		check_overlap(parser, i, &parser->config->interfaces[j]);
}

static void check_control(struct sl_config_parser *parser)
{
	struct sl_config *config = parser->config;
	const struct sl_config_lines *lines = &parser->control_lines;

	if (!lines->section)
		sl_config_fault_at(
			parser, 0, "needs a [control] section with ng = unix:PATH for the proxy");
	else if (!sl_config_is_set("control", lines, "ng"))
		sl_config_fault_at(
			parser, lines->section, "[control] needs ng = unix:PATH for the proxy");
	if (!config->ctl[0]) {
		static const char file[] = "/ctl.sock";

		if (strlen(config->runtime_dir) + sizeof(file) > sizeof(config->ctl)) {
			sl_config_fault_at(parser,
				sl_config_line("sluice", &parser->sluice_lines, "runtime-dir"),
				"runtime-dir is too long to hold %s; shorten it, or set ctl",
				file + 1);
			return;
		}
		strcpy(config->ctl, config->runtime_dir);
		strcat(config->ctl, file);
	}
	for (unsigned i = 0; i < config->n_ng; i++) {
		if (!strcmp(config->ng[i].path, config->ctl))
			sl_config_fault_at(parser, sl_config_line("control", lines, "ng"),
				"ng and ctl are both %s; separate them", config->ctl);
	}
}

void sl_config_check(struct sl_config_parser *parser)
{
	struct sl_config *config = parser->config;

	if (!config->user[0])
		strcpy(config->user, "sluice");
	if (!config->runtime_dir[0])
		strcpy(config->runtime_dir, "/run/sluice");
	if (!config->crypto[0])
		strcpy(config->crypto, "auto");
	if (!sl_config_is_set("sluice", &parser->sluice_lines, "control-core"))
		config->control_core = -1;
	if (!sl_config_is_set("sluice", &parser->sluice_lines, "log-level"))
		config->log_level = SL_LOG_INFO;
	if (!sl_config_is_set("control", &parser->control_lines, "delete-delay"))
		config->delete_delay = SL_CONFIG_DELETE_DELAY;

	if (!config->n_ports && !parser->guard_only)
		sl_config_fault_at(parser, 0, "needs a [port NAME] section: the device to poll");
	if (!config->n_interfaces)
		sl_config_fault_at(
			parser, 0, "needs an [interface NAME] section: the media addresses");
	for (unsigned i = 0; i < config->n_ports; i++)
		check_port(parser, i);
	check_workers(parser);
	for (unsigned i = 0; i < config->n_interfaces; i++)
		check_interface(parser, i);
	sl_config_check_pools(parser);
	if (!parser->guard_only)
		check_control(parser);
	sl_config_ng_defaults(config);
	sl_config_check_operate(parser);
	sl_config_check_records(parser);
	sl_config_check_homer(parser);
	if (config->log_pseudonyms && !config->pseudonym_key[0])
		sl_config_fault_at(parser,
			sl_config_line("sluice", &parser->sluice_lines, "log-addresses"),
			"log-addresses = pseudonym needs pseudonym-key = PATH");
}
