/* SPDX-License-Identifier: BSD-3-Clause */
/* The keys of [port NAME]. */
#include <errno.h>
#include <string.h>

#include "ctrl/config/config_parser.h"

static void set_device(struct sl_config_parser *parser, const char *value)
{
	struct sl_config_port *port = parser->port;
	const char *rest = strchr(value, ':');
	size_t scheme = rest ? (size_t)(rest++ - value) : 0;

	if (scheme == strlen("af_xdp") && !strncmp(value, "af_xdp", scheme)) {
		port->kind = SL_DEVICE_AF_XDP;
		if (sl_config_is_netdev(rest))
			strcpy(port->device, rest);
		else
			sl_config_fault(
				parser, "device: '%.64s' is not a network device's name", rest);
	} else if (scheme == strlen("pci") && !strncmp(value, "pci", scheme)) {
		port->kind = SL_DEVICE_PCI;
		if (!sl_config_pci(rest, port->device)) {
			port->device[0] = '\0';
			sl_config_fault(parser,
				"device: '%.64s' is not a PCI address like 0000:3b:02.1", rest);
		}
	} else if (scheme == strlen("vdev") && !strncmp(value, "vdev", scheme)) {
		port->kind = SL_DEVICE_VDEV;
		if (!strncmp(rest, "net_", 4) && !strpbrk(rest, " \t") &&
			strlen(rest) < sizeof(port->device))
			strcpy(port->device, rest);
		else
			sl_config_fault(parser,
				"device: '%.64s' is not a DPDK network vdev like "
				"net_memif0,role=client",
				rest);
	} else {
		sl_config_fault(parser,
			"device: '%.64s'; write af_xdp:IFACE, pci:ADDRESS or vdev:STRING", value);
	}
}

static void show_device(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	const struct sl_config_port *port = &config->ports[i];
	static const char *const schemes[] = {
		[SL_DEVICE_AF_XDP] = "af_xdp", [SL_DEVICE_PCI] = "pci", [SL_DEVICE_VDEV] = "vdev"};

	sl_config_say(out, "%s:%s", schemes[port->kind], port->device);
}

static void set_cores(struct sl_config_parser *parser, const char *value)
{
	struct sl_config_port *port = parser->port;
	int ret = sl_config_list(value, port->cores, SL_MAX_WORKERS, &port->n_cores);

	if (ret == -EEXIST)
		sl_config_fault(parser, "cores: '%.64s' names a core twice", value);
	else if (ret == -E2BIG)
		sl_config_fault(parser, "cores: more than %d", SL_MAX_WORKERS);
	else if (ret)
		sl_config_fault(parser, "cores: '%.64s'; write a list of cores like 2,4-6", value);
	for (unsigned i = 0; !ret && i < port->n_cores; i++) {
		if (port->cores[i] >= parser->cpus)
			sl_config_fault(parser,
				"cores: core %u does not exist; this machine has 0 to %u",
				port->cores[i], parser->cpus - 1);
	}
}

static void show_cores(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	const struct sl_config_port *port = &config->ports[i];

	sl_config_say_list(out, port->cores, port->n_cores);
}

static void set_poll(struct sl_config_parser *parser, const char *value)
{
	if (!strcmp(value, "busy"))
		parser->port->poll = SL_POLL_BUSY;
	else if (!strcmp(value, "adaptive"))
		parser->port->poll = SL_POLL_ADAPTIVE;
	else
		sl_config_fault(parser, "poll: '%.64s' is unknown; write busy or adaptive", value);
}

static void show_poll(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	const struct sl_config_port *port = &config->ports[i];

	sl_config_say(out, "%s", port->poll == SL_POLL_ADAPTIVE ? "adaptive" : "busy");
}

static void set_set_channels(struct sl_config_parser *parser, const char *value)
{
	sl_config_set_flag(parser, &parser->port->set_channels, "set-channels", value);
}

static void show_set_channels(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	const struct sl_config_port *port = &config->ports[i];

	if (port->kind == SL_DEVICE_AF_XDP)
		sl_config_say_flag(out, port->set_channels);
}

static void set_generic_xdp(struct sl_config_parser *parser, const char *value)
{
	bool generic;

	sl_config_set_flag(parser, &generic, "generic-xdp", value);
	parser->port->no_generic = !generic;
}

static void show_generic_xdp(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	const struct sl_config_port *port = &config->ports[i];

	if (port->kind == SL_DEVICE_AF_XDP)
		sl_config_say_flag(out, !port->no_generic);
}

static void set_mac(struct sl_config_parser *parser, const char *value)
{
	parser->port->has_mac = sl_config_mac(value, parser->port->mac);
	if (!parser->port->has_mac)
		sl_config_fault(parser,
			"mac: '%.64s' is not a unicast MAC address like 02:00:00:00:00:01", value);
}

static void say_mac(struct sl_config_out *out, const char *before, const uint8_t mac[6])
{
	sl_config_say(out, "%s%02x:%02x:%02x:%02x:%02x:%02x", before, mac[0], mac[1], mac[2],
		mac[3], mac[4], mac[5]);
}

static void show_mac(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	const struct sl_config_port *port = &config->ports[i];

	if (port->has_mac)
		say_mac(out, "", port->mac);
}

static void set_tap(struct sl_config_parser *parser, const char *value)
{
	if (!strcmp(value, "none"))
		parser->port->tap[0] = '\0';
	else if (sl_config_is_netdev(value))
		strcpy(parser->port->tap, value);
	else
		sl_config_fault(parser,
			"tap: '%.64s' is not a network device's name (at most %d bytes) or none",
			value, IFNAMSIZ - 1);
}

static void show_tap(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	const struct sl_config_port *port = &config->ports[i];

	if (port->kind != SL_DEVICE_AF_XDP)
		sl_config_say(out, "%s", port->tap[0] ? port->tap : "none");
}

static void add_neighbor(struct sl_config_parser *parser, const char *value)
{
	struct sl_config_port *port = parser->port;
	struct sl_config_neighbor *neighbor = &port->neighbors[port->n_neighbors];
	size_t split = strcspn(value, " \t");
	const char *mac = value + split + strspn(value + split, " \t");
	char ip[SL_ADDRESS_TEXT] = "";

	if (port->n_neighbors == SL_CONFIG_NEIGHBORS) {
		sl_config_fault(parser, "neighbor: more than %d in one port", SL_CONFIG_NEIGHBORS);
		return;
	}
	if (split < sizeof(ip))
		memcpy(ip, value, split);
	if (sl_address_parse(ip, neighbor->ip) || !sl_config_mac(mac, neighbor->mac)) {
		sl_config_fault(parser,
			"neighbor: '%.64s'; write IP MAC, like 192.0.2.1 02:00:00:00:00:01", value);
		return;
	}
	for (unsigned i = 0; i < port->n_neighbors; i++) {
		if (!memcmp(port->neighbors[i].ip, neighbor->ip, 16)) {
			sl_config_fault(parser, "neighbor: %s was already given; keep one", ip);
			return;
		}
	}
	port->n_neighbors++;
}

static void show_neighbor(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	const struct sl_config_port *port = &config->ports[i];
	char text[SL_ADDRESS_TEXT + 1];

	for (unsigned n = 0; n < port->n_neighbors; n++) {
		sl_address_text(port->neighbors[n].ip, text);
		say_mac(out, strcat(text, " "), port->neighbors[n].mac);
	}
}

const struct sl_config_key sl_config_port_keys[] = {
	SL_KEY("device", SL_ONE, RESTART, set_device, show_device),
	SL_KEY("cores", SL_ONE, RESTART, set_cores, show_cores),
	SL_KEY("poll", SL_ONE, RESTART, set_poll, show_poll),
	SL_KEY("set-channels", SL_ONE, RESTART, set_set_channels, show_set_channels),
	SL_KEY("generic-xdp", SL_ONE, RESTART, set_generic_xdp, show_generic_xdp),
	SL_KEY("mac", SL_ONE, RESTART, set_mac, show_mac),
	SL_KEY("tap", SL_ONE, RESTART, set_tap, show_tap),
	SL_KEY("neighbor", SL_SET, RESTART, add_neighbor, show_neighbor),
	SL_KEYS_END,
};
