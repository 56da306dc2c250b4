/* SPDX-License-Identifier: BSD-3-Clause */
/* The keys of [interface NAME]. */
#include <string.h>

#include "ctrl/config/config_parser.h"

static void set_port(struct sl_config_parser *parser, const char *value)
{
	size_t index = (size_t)(parser->interface - parser->config->interfaces);

	if (sl_config_is_name(value))
		strcpy(parser->interface_port[index], value);
	else
		sl_config_fault(parser, "port: '%.64s' is not a port's name", value);
}

static void show_port(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	const struct sl_config_interface *interface = &config->interfaces[i];

	if (interface->port < config->n_ports)
		sl_config_say(out, "%s", config->ports[interface->port].name);
}

static void set_vlan(struct sl_config_parser *parser, const char *value)
{
	unsigned id;

	if (sl_config_number(value, 1, 4094, &id))
		parser->interface->vlan = (uint16_t)id;
	else
		sl_config_fault(parser, "vlan: '%.64s'; write the VLAN's id, 1 to 4094", value);
}

static void show_vlan(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	const struct sl_config_interface *interface = &config->interfaces[i];

	if (interface->vlan)
		sl_config_say(out, "%u", interface->vlan);
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

static void show_media_ports(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	const struct sl_config_interface *interface = &config->interfaces[i];

	if (interface->port_max)
		sl_config_say(out, "%u-%u", interface->port_min, interface->port_max);
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

static void show_kernel_ports(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	const struct sl_config_interface *interface = &config->interfaces[i];

	sl_config_say_list(out, interface->kernel_ports, interface->n_kernel_ports);
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

static void show_min_suite(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	const struct sl_config_interface *interface = &config->interfaces[i];

	if (interface->min_suite)
		sl_config_say(out, "%s", sl_suites[interface->min_suite].name);
}

static void set_allow_rtp(struct sl_config_parser *parser, const char *value)
{
	bool allowed;

	sl_config_set_flag(parser, &allowed, "allow-rtp", value);
	parser->interface->secure_only = !allowed;
}

static void show_allow_rtp(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	const struct sl_config_interface *interface = &config->interfaces[i];

	sl_config_say_flag(out, !interface->secure_only);
}

static void set_other_media(struct sl_config_parser *parser, const char *value)
{
	if (strcmp(value, "refuse"))
		sl_config_fault(parser,
			"other-media: '%.64s'; what is not RTP always gets port 0, leave it out",
			value);
}

static void show_other_media(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	sl_config_say(out, "refuse");
}

static void set_source(struct sl_config_parser *parser, const char *value)
{
	parser->interface->strict_source = !strcmp(value, "strict");
	if (strcmp(value, "follow") && strcmp(value, "strict"))
		sl_config_fault(parser, "source: '%.64s'; write follow or strict", value);
}

static void show_source(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	const struct sl_config_interface *interface = &config->interfaces[i];

	sl_config_say(out, "%s", interface->strict_source ? "strict" : "follow");
}

const struct sl_config_key sl_config_interface_keys[] = {
	SL_KEY("port", SL_ONE, RESTART, set_port, show_port),
	SL_KEY("vlan", SL_ONE, RESTART, set_vlan, show_vlan),
	SL_KEY("address", SL_LIST, RESTART, sl_config_add_address, sl_config_show_addresses),
	SL_KEY("advertise", SL_LIST, RESTART, sl_config_add_advertise, sl_config_show_nothing),
	SL_KEY("media-ports", SL_ONE, RESTART, set_media_ports, show_media_ports),
	SL_KEY("kernel-ports", SL_ONE, RESTART, set_kernel_ports, show_kernel_ports),
	SL_KEY("min-suite", SL_ONE, LIVE, set_min_suite, show_min_suite),
	SL_KEY("allow-rtp", SL_ONE, LIVE, set_allow_rtp, show_allow_rtp),
	SL_KEY("other-media", SL_ONE, LIVE, set_other_media, show_other_media),
	SL_KEY("source", SL_ONE, LIVE, set_source, show_source),
	SL_KEYS_END,
};
