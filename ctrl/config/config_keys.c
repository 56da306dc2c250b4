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

static void set_runtime_dir(struct sl_config_parser *parser, const char *value)
{
	sl_config_set_path(parser, parser->config->runtime_dir, "runtime-dir", value);
}

static void set_crypto(struct sl_config_parser *parser, const char *value)
{
	if (!strcmp(value, "auto") || !strcmp(value, "ipsec-mb") || !strcmp(value, "srtp2"))
		strcpy(parser->config->crypto, value);
	else
		sl_config_fault(
			parser, "crypto: '%.64s' is unknown; write auto, ipsec-mb or srtp2", value);
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

static void set_memory(struct sl_config_parser *parser, const char *value)
{
	if (!sl_config_number(value, 64, 1 << 20, &parser->config->memory_mib))
		sl_config_fault(parser, "memory: '%.64s'; write a number of MiB from 64 to %d",
			value, 1 << 20);
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

static void set_log_level(struct sl_config_parser *parser, const char *value)
{
	if (!sl_log_level_of(value, &parser->config->log_level))
		sl_config_fault(parser,
			"log-level: '%.64s'; write error, warning, notice, info or debug", value);
}

static void set_seccomp(struct sl_config_parser *parser, const char *value)
{
	bool wanted;

	sl_config_set_flag(parser, &wanted, "seccomp", value);
	parser->config->no_seccomp = !wanted;
}

static const struct sl_config_key sluice_keys[] = {
	{"user", false, set_user},
	{"runtime-dir", false, set_runtime_dir},
	{"crypto", false, set_crypto},
	{"hugepages", false, set_hugepages},
	{"memory", false, set_memory},
	{"control-core", false, set_control_core},
	{"log-level", false, set_log_level},
	{"seccomp", false, set_seccomp},
	{NULL, false, NULL},
};

/* [control] */

static void set_ctl(struct sl_config_parser *parser, const char *value)
{
	if (!strncmp(value, "unix:", 5))
		sl_config_set_path(parser, parser->config->ctl, "ctl", value + 5);
	else
		sl_config_fault(parser, "ctl: '%.64s'; write unix:PATH", value);
}

static void set_delete_delay(struct sl_config_parser *parser, const char *value)
{
	if (!sl_config_number(value, 0, 3600, &parser->config->delete_delay))
		sl_config_fault(
			parser, "delete-delay: '%.64s'; write seconds from 0 to 3600", value);
}

static void set_max_sessions(struct sl_config_parser *parser, const char *value)
{
	if (!sl_config_number(value, 1, 1000000, &parser->config->limits.sessions))
		sl_config_fault(
			parser, "max-sessions: '%.64s'; write a number from 1 to 1000000", value);
}

static const struct sl_config_key control_keys[] = {
	{"ng", true, sl_config_add_ng},
	{"ng-allow", true, sl_config_add_ng_allow},
	{"ctl", false, set_ctl},
	{"admin-read", true, sl_config_add_admin_read},
	{"delete-delay", false, set_delete_delay},
	{"max-sessions", false, set_max_sessions},
	{NULL, false, NULL},
};

/* [guard] */

#define GUARD_KEY(function, key)                                                     \
	static void function(struct sl_config_parser *parser, const char *value)     \
	{                                                                            \
		struct sl_error error;                                               \
                                                                                     \
		if (sl_guard_config_set(&parser->config->guard, key, value, &error)) \
			sl_config_fault(parser, "%s", error.text);                   \
	}

GUARD_KEY(set_unknown_source_pps, "unknown-source-pps")
GUARD_KEY(set_unknown_source_burst, "unknown-source-burst")
GUARD_KEY(set_unknown_pps, "unknown-pps")
GUARD_KEY(set_flow_rate_slack, "flow-rate-slack")
GUARD_KEY(set_min_ttl, "min-ttl")
GUARD_KEY(set_rtcp_pps, "rtcp-pps")
GUARD_KEY(set_learning_pps, "learning-pps")
GUARD_KEY(set_max_unknown_sources, "max-unknown-sources")
GUARD_KEY(set_max_expected_sources, "max-expected-sources")
GUARD_KEY(set_alarm_pps, "alarm-pps")
GUARD_KEY(set_alarm_auth_pps, "alarm-auth-pps")
GUARD_KEY(set_alarm_loss_pps, "alarm-loss-pps")
GUARD_KEY(set_alarm_core_wait_ms, "alarm-core-wait-ms")
GUARD_KEY(add_allow, "allow")
GUARD_KEY(add_deny, "deny")

static const struct sl_config_key guard_keys[] = {
	{"unknown-source-pps", false, set_unknown_source_pps},
	{"unknown-source-burst", false, set_unknown_source_burst},
	{"unknown-pps", false, set_unknown_pps},
	{"flow-rate-slack", false, set_flow_rate_slack},
	{"min-ttl", false, set_min_ttl},
	{"rtcp-pps", false, set_rtcp_pps},
	{"learning-pps", false, set_learning_pps},
	{"max-unknown-sources", false, set_max_unknown_sources},
	{"max-expected-sources", false, set_max_expected_sources},
	{"alarm-pps", false, set_alarm_pps},
	{"alarm-auth-pps", false, set_alarm_auth_pps},
	{"alarm-loss-pps", false, set_alarm_loss_pps},
	{"alarm-core-wait-ms", false, set_alarm_core_wait_ms},
	{"allow", true, add_allow},
	{"deny", true, add_deny},
	{NULL, false, NULL},
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

const struct sl_config_section sl_config_sections[] = {
	{"sluice", false, sluice_keys, open_sluice},
	{"port", true, sl_config_port_keys, open_port},
	{"interface", true, sl_config_interface_keys, open_interface},
	{"control", false, control_keys, open_control},
	{"timers", false, sl_config_timers_keys, open_timers},
	{"limits", false, sl_config_limits_keys, open_limits},
	{"guard", false, guard_keys, open_guard},
	{"records", false, sl_config_records_keys, open_records},
	{NULL, false, NULL, NULL},
};
