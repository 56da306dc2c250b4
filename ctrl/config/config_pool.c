/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The addresses of an interface: `address`, repeated for a pool, and `advertise`, which stands
 * below the address that it is for. Where an interface has one address of a family, its `advertise`
 * may stand anywhere.
 */
#include <errno.h>
#include <string.h>

#include "ctrl/config/config_parser.h"

static char digit(int family)
{
	return family == SL_IPV4 ? '4' : '6';
}

static bool parse(
	struct sl_config_parser *parser, const char *what, const char *value, uint8_t ip[16])
{
	int ret = sl_address_parse(value, ip);
	const char *why = NULL;

	if (ret == -EAFNOSUPPORT)
		why = "an IPv4 address in IPv6 dress; write it as IPv4";
	else if (ret)
		why = "not an IPv4 or IPv6 address";
	else
		why = sl_address_refused(ip);
	if (why)
		sl_config_fault(parser, "%s: '%.64s' is %s", what, value, why);
	return !why;
}

static bool parse_prefixed(
	struct sl_config_parser *parser, const char *value, struct sl_config_address *a)
{
	char ip[SL_ADDRESS_TEXT + 4] = "";
	unsigned prefix, bits;
	char *slash;

	if (strlen(value) < sizeof(ip))
		strcpy(ip, value);
	slash = strchr(ip, '/');
	if (slash)
		*slash++ = '\0';
	if (!parse(parser, "address", *ip ? ip : value, a->ip))
		return false;
	bits = prefix = sl_address_is_ipv4(a->ip) ? 32 : 128;
	if (slash && !sl_config_number(slash, 1, bits, &prefix)) {
		sl_config_fault(
			parser, "address: '/%s'; write a prefix from /1 to /%u", slash, bits);
		return false;
	}
	a->prefix = (uint8_t)prefix;
	return true;
}

void sl_config_add_address(struct sl_config_parser *parser, const char *value)
{
	struct sl_config_interface *interface = parser->interface;
	struct sl_config_address a = {0};
	size_t index = (size_t)(interface - parser->config->interfaces);
	char text[SL_ADDRESS_TEXT];

	if (!parse_prefixed(parser, value, &a))
		return;
	if (sl_config_address_is(interface, a.ip)) {
		sl_config_fault(parser, "address: %s was already given; keep one",
			sl_address_text(a.ip, text));
		return;
	}
	if (interface->n_addresses == SL_MAX_POOL) {
		sl_config_fault(parser, "address: more than %d in one interface", SL_MAX_POOL);
		return;
	}
	parser->pool[index].address_line[interface->n_addresses] = parser->line;
	interface->address[interface->n_addresses++] = a;
}

/* The last address of the family so far, or -1. */
static int last_of(const struct sl_config_interface *interface, int family)
{
	int i = (int)interface->n_addresses - 1;

	while (i >= 0 && sl_address_family(interface->address[i].ip) != family)
		i--;
	return i;
}

void sl_config_add_advertise(struct sl_config_parser *parser, const char *value)
{
	struct sl_config_interface *interface = parser->interface;
	size_t index = (size_t)(interface - parser->config->interfaces);
	unsigned *line;
	uint8_t ip[16];
	int family, i;

	if (!parse(parser, "advertise", value, ip))
		return;
	family = sl_address_family(ip);
	i = last_of(interface, family);
	line = i < 0 ? &parser->pool[index].early_line[family]
		     : &parser->pool[index].advertise_line[i];
	if (*line) {
		sl_config_fault(parser,
			"advertise: a second IPv%c address for one address (line %u); keep one, or "
			"write it below the address it is for",
			digit(family), *line);
		return;
	}
	*line = parser->line;
	if (i < 0) {
		memcpy(parser->pool[index].early[family], ip, 16);
		return;
	}
	interface->address[i].advertised = true;
	memcpy(interface->address[i].advertise, ip, 16);
}

/* One that stood above the only address of its family is that one's. */
static void settle_early(struct sl_config_parser *parser, unsigned interface, int family)
{
	struct sl_config_interface *config = &parser->config->interfaces[interface];
	unsigned line = parser->pool[interface].early_line[family], n = 0;
	int i = last_of(config, family);

	for (unsigned k = 0; k < config->n_addresses; k++)
		n += sl_address_family(config->address[k].ip) == family;
	if (!line)
		return;
	if (i < 0) {
		sl_config_fault_at(parser, line,
			"advertise: [interface %s] has no IPv%c address to advertise", config->name,
			digit(family));
	} else if (n > 1) {
		sl_config_fault_at(parser, line,
			"advertise: [interface %s] has %u IPv%c addresses; write it below the one "
			"it is for",
			config->name, n, digit(family));
	} else if (config->address[i].advertised) {
		sl_config_fault_at(parser, parser->pool[interface].advertise_line[i],
			"advertise: a second IPv%c address for one address (line %u); keep one",
			digit(family), line);
	} else {
		config->address[i].advertised = true;
		memcpy(config->address[i].advertise, parser->pool[interface].early[family], 16);
		parser->pool[interface].advertise_line[i] = line;
	}
}

/* Two addresses that others know by one: what comes to a port of it could be either's. */
static void check_shown(struct sl_config_parser *parser, unsigned interface, unsigned i)
{
	const struct sl_config_interface *config = &parser->config->interfaces[interface];
	const struct sl_config_address *a = &config->address[i];
	char text[SL_ADDRESS_TEXT], other[SL_ADDRESS_TEXT];

	for (unsigned k = 0; k < i; k++) {
		const unsigned *lines = parser->pool[interface].advertise_line;

		if (memcmp(config->address[k].advertise, a->advertise, 16) != 0)
			continue;
		sl_config_fault_at(parser, lines[i] ? lines[i] : lines[k],
			"advertise: %s stands for %s already, at the same media ports; each "
			"address "
			"needs one of its own",
			sl_address_text(a->advertise, text),
			sl_address_text(config->address[k].ip, other));
		return;
	}
}

void sl_config_check_pool(struct sl_config_parser *parser, unsigned interface)
{
	struct sl_config_interface *config = &parser->config->interfaces[interface];

	for (int f = 0; f < SL_FAMILIES; f++)
		settle_early(parser, interface, f);
	for (unsigned i = 0; i < config->n_addresses; i++) {
		if (!config->address[i].advertised)
			memcpy(config->address[i].advertise, config->address[i].ip, 16);
		check_shown(parser, interface, i);
	}
}

void sl_config_check_pools(struct sl_config_parser *parser)
{
	unsigned n = 0;

	for (unsigned i = 0; i < parser->config->n_interfaces; i++) {
		unsigned here = parser->config->interfaces[i].n_addresses;

		if (n <= SL_MAX_ADDRESS_SLOTS && n + here > SL_MAX_ADDRESS_SLOTS)
			sl_config_fault_at(parser,
				parser->pool[i].address_line[SL_MAX_ADDRESS_SLOTS - n],
				"address: more than %d media addresses in all",
				SL_MAX_ADDRESS_SLOTS);
		n += here;
	}
}

void sl_config_show_addresses(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	const struct sl_config_interface *interface = &config->interfaces[i];
	char text[SL_ADDRESS_TEXT], shown[SL_ADDRESS_TEXT];

	for (unsigned a = 0; a < interface->n_addresses; a++) {
		const struct sl_config_address *address = &interface->address[a];

		sl_address_text(address->ip, text);
		sl_config_say(out, "%s/%u", text, address->prefix);
		if (address->advertised)
			sl_config_say_also(
				out, "advertise", text, sl_address_text(address->advertise, shown));
	}
}
