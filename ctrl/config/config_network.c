/* SPDX-License-Identifier: BSD-3-Clause */
/* The keys of [port NAME] and [interface NAME]. */
#include <errno.h>
#include <string.h>

#include "ctrl/config/config_parser.h"

/* [port NAME] */

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

static void set_poll(struct sl_config_parser *parser, const char *value)
{
	if (!strcmp(value, "busy"))
		parser->port->poll = SL_POLL_BUSY;
	else if (!strcmp(value, "adaptive"))
		parser->port->poll = SL_POLL_ADAPTIVE;
	else
		sl_config_fault(parser, "poll: '%.64s' is unknown; write busy or adaptive", value);
}

static void set_set_channels(struct sl_config_parser *parser, const char *value)
{
	sl_config_set_flag(parser, &parser->port->set_channels, "set-channels", value);
}

static void set_generic_xdp(struct sl_config_parser *parser, const char *value)
{
	bool generic;

	sl_config_set_flag(parser, &generic, "generic-xdp", value);
	parser->port->no_generic = !generic;
}

static void set_mac(struct sl_config_parser *parser, const char *value)
{
	parser->port->has_mac = sl_config_mac(value, parser->port->mac);
	if (!parser->port->has_mac)
		sl_config_fault(parser,
			"mac: '%.64s' is not a unicast MAC address like 02:00:00:00:00:01", value);
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

const struct sl_config_key sl_config_port_keys[] = {
	{"device", false, set_device},
	{"cores", false, set_cores},
	{"poll", false, set_poll},
	{"set-channels", false, set_set_channels},
	{"generic-xdp", false, set_generic_xdp},
	{"mac", false, set_mac},
	{"tap", false, set_tap},
	{"neighbor", true, add_neighbor},
	{NULL, false, NULL},
};

/* [interface NAME] */

static void set_port(struct sl_config_parser *parser, const char *value)
{
	size_t index = (size_t)(parser->interface - parser->config->interfaces);

	if (sl_config_is_name(value))
		strcpy(parser->interface_port[index], value);
	else
		sl_config_fault(parser, "port: '%.64s' is not a port's name", value);
}

static void set_vlan(struct sl_config_parser *parser, const char *value)
{
	unsigned id;

	if (sl_config_number(value, 1, 4094, &id))
		parser->interface->vlan = (uint16_t)id;
	else
		sl_config_fault(parser, "vlan: '%.64s'; write the VLAN's id, 1 to 4094", value);
}

static void set_media_ports(struct sl_config_parser *parser, const char *value)
{
	char copy[16] = "", *dash;
	unsigned min, max;

	if (strlen(value) < sizeof(copy))
		strcpy(copy, value);
	dash = strchr(copy, '-');
	if (dash)
		*dash++ = '\0';
	if (!dash || !sl_config_number(copy, SL_CONFIG_MIN_PORT, UINT16_MAX, &min) ||
		!sl_config_number(dash, min, UINT16_MAX, &max)) {
		sl_config_fault(parser, "media-ports: '%.64s'; write MIN-MAX, both from %d to %d",
			value, SL_CONFIG_MIN_PORT, UINT16_MAX);
		return;
	}
	/* RTP takes the even port, its RTCP the odd one above (RFC 3550 11): whole pairs only. */
	min += min & 1;
	max -= !(max & 1);
	if (max <= min) {
		sl_config_fault(parser,
			"media-ports: '%.64s' holds no pair of an even port and the odd one above",
			value);
		return;
	}
	parser->interface->port_min = (uint16_t)min;
	parser->interface->port_max = (uint16_t)max;
}

static void set_kernel_ports(struct sl_config_parser *parser, const char *value)
{
	struct sl_config_interface *interface = parser->interface;

	if (sl_config_list(value, interface->kernel_ports, SL_CONFIG_KERNEL_PORTS,
		    &interface->n_kernel_ports) == 0)
		return;
	sl_config_fault(parser,
		"kernel-ports: '%.64s'; write a list of at most %d ports like 5060,5080-5089",
		value, SL_CONFIG_KERNEL_PORTS);
}

static void set_min_suite(struct sl_config_parser *parser, const char *value)
{
	for (int suite = SL_SUITE_NONE + 1; suite < SL_SUITE_COUNT; suite++)
		if (!strcmp(value, sl_suites[suite].name)) {
			parser->interface->min_suite = suite;
			return;
		}
	sl_config_fault(parser,
		"min-suite: '%.64s' is no suite; write one like AES_CM_128_HMAC_SHA1_80", value);
}

static void set_allow_rtp(struct sl_config_parser *parser, const char *value)
{
	bool allowed;

	sl_config_set_flag(parser, &allowed, "allow-rtp", value);
	parser->interface->secure_only = !allowed;
}

static void set_other_media(struct sl_config_parser *parser, const char *value)
{
	if (strcmp(value, "refuse"))
		sl_config_fault(parser,
			"other-media: '%.64s'; what is not RTP always gets port 0, leave it out",
			value);
}

static void set_source(struct sl_config_parser *parser, const char *value)
{
	parser->interface->strict_source = !strcmp(value, "strict");
	if (strcmp(value, "follow") && strcmp(value, "strict"))
		sl_config_fault(parser, "source: '%.64s'; write follow or strict", value);
}

const struct sl_config_key sl_config_interface_keys[] = {
	{"port", false, set_port},
	{"vlan", false, set_vlan},
	{"address", true, sl_config_add_address},
	{"advertise", true, sl_config_add_advertise},
	{"media-ports", false, set_media_ports},
	{"kernel-ports", false, set_kernel_ports},
	{"min-suite", false, set_min_suite},
	{"allow-rtp", false, set_allow_rtp},
	{"other-media", false, set_other_media},
	{"source", false, set_source},
	{NULL, false, NULL},
};
