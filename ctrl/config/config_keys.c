/* SPDX-License-Identifier: BSD-3-Clause */
/* The sections there are, and the keys of [sluice] and [control]. */
#include <errno.h>
#include <string.h>

#include "ctrl/config/config_parser.h"

/* [sluice] */

static void set_user(struct sl_config_parser *parser, const char *value)
{
	if (sl_config_is_name(value))
		strcpy(parser->config->user, value);
	else
		sl_config_fault(parser, "user: '%.64s' is not a user's name", value);
}

static void show_user(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	sl_config_say(out, "%s", config->user);
}

static void set_runtime_dir(struct sl_config_parser *parser, const char *value)
{
	sl_config_set_path(parser, parser->config->runtime_dir, "runtime-dir", value);
}

static void show_runtime_dir(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	sl_config_say(out, "%s", config->runtime_dir);
}

static void set_crypto(struct sl_config_parser *parser, const char *value)
{
	if (!strcmp(value, "auto") || !strcmp(value, "ipsec-mb") || !strcmp(value, "srtp2"))
		strcpy(parser->config->crypto, value);
	else
		sl_config_fault(
			parser, "crypto: '%.64s' is unknown; write auto, ipsec-mb or srtp2", value);
}

static void show_crypto(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	sl_config_say(out, "%s", config->crypto);
}

static void set_hugepages(struct sl_config_parser *parser, const char *value)
{
	struct sl_config *config = parser->config;

	if (!strcmp(value, "auto"))
		config->hugepages = SL_HUGEPAGES_AUTO;
	else if (!strcmp(value, "off"))
		config->hugepages = SL_HUGEPAGES_OFF;
	else if (sl_config_number(value, 2, 1 << 20, &config->hugepages_mib))
		config->hugepages = SL_HUGEPAGES_FIXED;
	else
		sl_config_fault(parser,
			"hugepages: '%.64s'; write auto, off or a number of MiB from 2 to %d",
			value, 1 << 20);
}

static void show_hugepages(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	if (config->hugepages == SL_HUGEPAGES_FIXED)
		sl_config_say(out, "%u", config->hugepages_mib);
	else
		sl_config_say(out, "%s", config->hugepages == SL_HUGEPAGES_OFF ? "off" : "auto");
}

static void set_memory(struct sl_config_parser *parser, const char *value)
{
	if (!sl_config_number(value, 64, 1 << 20, &parser->config->memory_mib))
		sl_config_fault(parser, "memory: '%.64s'; write a number of MiB from 64 to %d",
			value, 1 << 20);
}

static void show_memory(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	if (config->memory_mib)
		sl_config_say(out, "%u", config->memory_mib);
}

static void set_control_core(struct sl_config_parser *parser, const char *value)
{
	unsigned core;

	if (sl_config_number(value, 0, parser->cpus - 1, &core))
		parser->config->control_core = (int)core;
	else
		sl_config_fault(parser,
			"control-core: '%.64s'; write one core, this machine has 0 to %u", value,
			parser->cpus - 1);
}

static void show_control_core(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	if (config->control_core >= 0)
		sl_config_say(out, "%d", config->control_core);
}

static void set_log_level(struct sl_config_parser *parser, const char *value)
{
	if (!sl_log_level_of(value, &parser->config->log_level))
		sl_config_fault(parser,
			"log-level: '%.64s'; write error, warning, notice, info or debug", value);
}

static void show_log_level(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	sl_config_say(out, "%s", sl_log_level_word(config->log_level));
}

static void set_log_format(struct sl_config_parser *parser, const char *value)
{
	if (!sl_log_format_of(value, &parser->config->log_format))
		sl_config_fault(
			parser, "log-format: '%.64s'; write auto, journal, text or json", value);
}

static void show_log_format(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	sl_config_say(out, "%s", sl_log_format_word(config->log_format));
}

static void set_log_addresses(struct sl_config_parser *parser, const char *value)
{
	sl_config_set_pseudonyms(parser, &parser->config->log_pseudonyms, "log-addresses", value);
}

static void show_log_addresses(
	struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	sl_config_say_pseudonyms(out, config->log_pseudonyms);
}

static void set_pseudonym_key(struct sl_config_parser *parser, const char *value)
{
	sl_config_set_path(parser, parser->config->pseudonym_key, "pseudonym-key", value);
}

static void show_pseudonym_key(
	struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	if (config->pseudonym_key[0])
		sl_config_say(out, "%s", config->pseudonym_key);
}

static void set_seccomp(struct sl_config_parser *parser, const char *value)
{
	bool wanted;

	sl_config_set_flag(parser, &wanted, "seccomp", value);
	parser->config->no_seccomp = !wanted;
}

static void show_seccomp(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	sl_config_say_flag(out, !config->no_seccomp);
}

static const struct sl_config_key sluice_keys[] = {
	SL_KEY("user", SL_ONE, RESTART, set_user, show_user),
	SL_KEY("runtime-dir", SL_ONE, RESTART, set_runtime_dir, show_runtime_dir),
	SL_KEY("crypto", SL_ONE, RESTART, set_crypto, show_crypto),
	SL_KEY("hugepages", SL_ONE, RESTART, set_hugepages, show_hugepages),
	SL_KEY("memory", SL_ONE, RESTART, set_memory, show_memory),
	SL_KEY("control-core", SL_ONE, RESTART, set_control_core, show_control_core),
	SL_KEY("log-level", SL_ONE, LIVE, set_log_level, show_log_level),
	SL_KEY("log-format", SL_ONE, RESTART, set_log_format, show_log_format),
	SL_KEY("log-addresses", SL_ONE, RESTART, set_log_addresses, show_log_addresses),
	SL_KEY("pseudonym-key", SL_ONE, RESTART, set_pseudonym_key, show_pseudonym_key),
	SL_KEY("seccomp", SL_ONE, RESTART, set_seccomp, show_seccomp),
	SL_KEYS_END,
};

/* [control] */

static void set_ctl(struct sl_config_parser *parser, const char *value)
{
	if (!strncmp(value, "unix:", 5))
		sl_config_set_path(parser, parser->config->ctl, "ctl", value + 5);
	else
		sl_config_fault(parser, "ctl: '%.64s'; write unix:PATH", value);
}

static void show_ctl(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	sl_config_say(out, "unix:%s", config->ctl);
}

static void set_delete_delay(struct sl_config_parser *parser, const char *value)
{
	if (!sl_config_number(value, 0, 3600, &parser->config->delete_delay))
		sl_config_fault(
			parser, "delete-delay: '%.64s'; write seconds from 0 to 3600", value);
}

static void show_delete_delay(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	sl_config_say(out, "%u", config->delete_delay);
}

static void set_max_sessions(struct sl_config_parser *parser, const char *value)
{
	if (!sl_config_number(value, 1, 1000000, &parser->config->limits.sessions))
		sl_config_fault(
			parser, "max-sessions: '%.64s'; write a number from 1 to 1000000", value);
}

static void show_max_sessions(struct sl_config_out *out, const struct sl_config *config, unsigned i)
{
	if (config->limits.sessions)
		sl_config_say(out, "%u", config->limits.sessions);
}

static const struct sl_config_key control_keys[] = {
	SL_KEY("ng", SL_SET, RESTART, sl_config_add_ng, sl_config_show_ng),
	SL_KEY("ng-allow", SL_SET, LIVE, sl_config_add_ng_allow, sl_config_show_ng_allow),
	SL_KEY("ctl", SL_ONE, RESTART, set_ctl, show_ctl),
	SL_KEY("admin-read", SL_SET, LIVE, sl_config_add_admin_read, sl_config_show_admin_read),
	SL_KEY("delete-delay", SL_ONE, LIVE, set_delete_delay, show_delete_delay),
	SL_KEY("max-sessions", SL_ONE, LIVE, set_max_sessions, show_max_sessions),
	SL_KEYS_END,
};

/* [guard] */

static void say_guard(void *out, const char *key, const char *value)
{
	sl_config_say(out, "%s", value);
}

#define GUARD_KEY(name, key)                                                           \
	static void set_##name(struct sl_config_parser *parser, const char *value)     \
	{                                                                              \
		struct sl_error error;                                                 \
                                                                                       \
		if (sl_guard_config_set(&parser->config->guard, key, value, &error))   \
			sl_config_fault(parser, "%s", error.text);                     \
	}                                                                              \
	static void show_##name(                                                       \
		struct sl_config_out *out, const struct sl_config *config, unsigned i) \
	{                                                                              \
		sl_guard_config_walk(&config->guard, key, say_guard, out);             \
	}

GUARD_KEY(unknown_source_pps, "unknown-source-pps")
GUARD_KEY(unknown_source_burst, "unknown-source-burst")
GUARD_KEY(unknown_pps, "unknown-pps")
GUARD_KEY(flow_rate_slack, "flow-rate-slack")
GUARD_KEY(min_ttl, "min-ttl")
GUARD_KEY(rtcp_pps, "rtcp-pps")
GUARD_KEY(learning_pps, "learning-pps")
GUARD_KEY(max_unknown_sources, "max-unknown-sources")
GUARD_KEY(max_expected_sources, "max-expected-sources")
GUARD_KEY(alarm_pps, "alarm-pps")
GUARD_KEY(alarm_auth_pps, "alarm-auth-pps")
GUARD_KEY(alarm_loss_pps, "alarm-loss-pps")
GUARD_KEY(alarm_core_wait_ms, "alarm-core-wait-ms")
GUARD_KEY(allow, "allow")
GUARD_KEY(deny, "deny")

/* The guard takes its tables when it is loaded. */
static const struct sl_config_key guard_keys[] = {
	SL_KEY("unknown-source-pps", SL_ONE, LIVE, set_unknown_source_pps, show_unknown_source_pps),
	SL_KEY("unknown-source-burst", SL_ONE, LIVE, set_unknown_source_burst,
		show_unknown_source_burst),
	SL_KEY("unknown-pps", SL_ONE, LIVE, set_unknown_pps, show_unknown_pps),
	SL_KEY("flow-rate-slack", SL_ONE, LIVE, set_flow_rate_slack, show_flow_rate_slack),
	SL_KEY("min-ttl", SL_ONE, LIVE, set_min_ttl, show_min_ttl),
	SL_KEY("rtcp-pps", SL_ONE, LIVE, set_rtcp_pps, show_rtcp_pps),
	SL_KEY("learning-pps", SL_ONE, LIVE, set_learning_pps, show_learning_pps),
	SL_KEY("max-unknown-sources", SL_ONE, RESTART, set_max_unknown_sources,
		show_max_unknown_sources),
	SL_KEY("max-expected-sources", SL_ONE, RESTART, set_max_expected_sources,
		show_max_expected_sources),
	SL_KEY("alarm-pps", SL_ONE, LIVE, set_alarm_pps, show_alarm_pps),
	SL_KEY("alarm-auth-pps", SL_ONE, LIVE, set_alarm_auth_pps, show_alarm_auth_pps),
	SL_KEY("alarm-loss-pps", SL_ONE, LIVE, set_alarm_loss_pps, show_alarm_loss_pps),
	SL_KEY("alarm-core-wait-ms", SL_ONE, LIVE, set_alarm_core_wait_ms, show_alarm_core_wait_ms),
	SL_KEY("allow", SL_SET, LIVE, set_allow, show_allow),
	SL_KEY("deny", SL_SET, LIVE, set_deny, show_deny),
	SL_KEYS_END,
};

/* Sections */

static bool open_once(struct sl_config_parser *parser, struct sl_config_lines *lines)
{
	if (lines->section) {
		sl_config_fault(parser, "this section was already opened in line %u; join them",
			lines->section);
		return false;
	}
	lines->section = parser->line;
	parser->lines = lines;
	return true;
}

static bool open_sluice(struct sl_config_parser *parser, const char *name)
{
	return open_once(parser, &parser->sluice_lines);
}

static bool open_control(struct sl_config_parser *parser, const char *name)
{
	return open_once(parser, &parser->control_lines);
}

static bool open_timers(struct sl_config_parser *parser, const char *name)
{
	return open_once(parser, &parser->timers_lines);
}

static bool open_limits(struct sl_config_parser *parser, const char *name)
{
	return open_once(parser, &parser->limits_lines);
}

static bool open_guard(struct sl_config_parser *parser, const char *name)
{
	return open_once(parser, &parser->guard_lines);
}

static bool open_records(struct sl_config_parser *parser, const char *name)
{
	return open_once(parser, &parser->records_lines);
}

static bool open_homer(struct sl_config_parser *parser, const char *name)
{
	return open_once(parser, &parser->homer_lines);
}

static bool open_port(struct sl_config_parser *parser, const char *name)
{
	struct sl_config *config = parser->config;
	unsigned i = 0;

	while (i < config->n_ports && strcmp(config->ports[i].name, name))
		i++;
	if (i == SL_MAX_PORTS) {
		sl_config_fault(parser, "more than %d ports", SL_MAX_PORTS);
		return false;
	}
	if (!open_once(parser, &parser->port_lines[i]))
		return false;
	config->n_ports = i + 1;
	parser->port = &config->ports[i];
	parser->port->set_channels = true;
	strcpy(parser->port->name, name);
	return true;
}

static bool open_interface(struct sl_config_parser *parser, const char *name)
{
	struct sl_config *config = parser->config;
	unsigned i = 0;

	while (i < config->n_interfaces && strcmp(config->interfaces[i].name, name))
		i++;
	if (i == SL_MAX_INTERFACES) {
		sl_config_fault(parser, "more than %d interfaces", SL_MAX_INTERFACES);
		return false;
	}
	if (!open_once(parser, &parser->interface_lines[i]))
		return false;
	config->n_interfaces = i + 1;
	parser->interface = &config->interfaces[i];
	strcpy(parser->interface->name, name);
	return true;
}

static unsigned count_ports(const struct sl_config *config)
{
	return config->n_ports;
}

static const char *port_name(const struct sl_config *config, unsigned i)
{
	return config->ports[i].name;
}

static unsigned count_interfaces(const struct sl_config *config)
{
	return config->n_interfaces;
}

static const char *interface_name(const struct sl_config *config, unsigned i)
{
	return config->interfaces[i].name;
}

const struct sl_config_section sl_config_sections[] = {
	{"sluice", NULL, NULL, sluice_keys, open_sluice},
	{"port", count_ports, port_name, sl_config_port_keys, open_port},
	{"interface", count_interfaces, interface_name, sl_config_interface_keys, open_interface},
	{"control", NULL, NULL, control_keys, open_control},
	{"timers", NULL, NULL, sl_config_timers_keys, open_timers},
	{"limits", NULL, NULL, sl_config_limits_keys, open_limits},
	{"guard", NULL, NULL, guard_keys, open_guard},
	{"records", NULL, NULL, sl_config_records_keys, open_records},
	{"homer", NULL, NULL, sl_config_homer_keys, open_homer},
	{NULL, NULL, NULL, NULL, NULL},
};
