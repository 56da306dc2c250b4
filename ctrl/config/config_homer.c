/* SPDX-License-Identifier: BSD-3-Clause */
/* The keys of [homer]. */
#include <string.h>

#include "ctrl/config/config_parser.h"

static const char udp[] = "udp:";

static void set_hep(struct sl_config_parser *parser, const char *value)
{
	struct sl_config_homer *homer = &parser->config->homer;
	const char *where = value + strlen(udp);

	homer->on = !strncmp(value, udp, strlen(udp)) &&
		    !sl_endpoint_parse(where, homer->ip, &homer->port);
	if (!homer->on)
		sl_config_fault(parser,
			"hep: '%.64s'; write udp:ADDRESS:PORT, IPv6 in brackets: names are not "
			"looked up",
			value);
}

static void show_hep(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	char text[SL_ENDPOINT_TEXT];

	if (config->homer.on)
		sl_config_say(out, "%s%s", udp,
			sl_endpoint_text(config->homer.ip, config->homer.port, text));
}

static void set_capture_id(struct sl_config_parser *parser, const char *value)
{
	if (!sl_config_number(value, 0, UINT32_MAX, &parser->config->homer.capture_id))
		sl_config_fault(parser, "capture-id: '%.64s'; write a number from 0 to %u", value,
			UINT32_MAX);
}

static void show_capture_id(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	if (config->homer.on)
		sl_config_say(out, "%u", config->homer.capture_id);
}

const struct sl_config_key sl_config_homer_keys[] = {
	SL_KEY("hep", SL_ONE, RESTART, set_hep, show_hep),
	SL_KEY("capture-id", SL_ONE, RESTART, set_capture_id, show_capture_id),
	SL_KEYS_END,
};

void sl_config_check_homer(struct sl_config_parser *parser)
{
	const struct sl_config_lines *lines = &parser->homer_lines;

	bool named = sl_config_is_set("homer", lines, "capture-id");

	if (!named)
		parser->config->homer.capture_id = SL_CONFIG_CAPTURE_ID;
	if (named && !sl_config_is_set("homer", lines, "hep"))
		sl_config_fault_at(parser, sl_config_line("homer", lines, "capture-id"),
			"[homer] needs hep = udp:ADDRESS:PORT to send reports to");
}
