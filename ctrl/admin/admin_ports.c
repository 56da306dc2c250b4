/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/admin/admin_ports.h"

#include "ctrl/admin/admin_guard.h"
#include "dataplane/path/workers.h"
#include "dataplane/port/port.h"
#include "ebpf/guard_user.h"

static const struct {
	const char *name, *text;
} reasons[SL_VERDICTS] = {
#define X(id, label, text) [SL_DROP_##id] = {label, text},
	SL_DROP_REASONS(X)
#undef X
};

static json_int_t count(uint64_t value)
{
	return (json_int_t)value;
}

json_t *sl_admin_drops(const struct sl_admin *a)
{
	uint64_t total[SL_VERDICTS] = {0};
	json_t *rows = json_array();

	for (unsigned i = 0; i < sl_workers_count(); i++) {
		struct sl_worker_stats s;

		sl_worker_stats(i, &s);
		for (unsigned v = 0; v < SL_VERDICTS; v++)
			total[v] += s.verdicts[v];
	}
	for (unsigned v = SL_FORWARD + 1; v < SL_VERDICTS; v++)
		json_array_append_new(
			rows, json_pack("{s:s, s:I, s:s}", "name", reasons[v].name, "packets",
				      count(total[v]), "reason", reasons[v].text));
	return json_pack("{s:I, s:o, s:o}", "forwarded", count(total[SL_FORWARD]), "drops", rows,
		"guard_drops", sl_admin_guard_drops(a->protection));
}

static json_t *guard_counters(const struct sl_interface *interface)
{
	static const char *const names[SL_GUARD_COUNTER_COUNT] = {
#define X(id, label, text) label,
		SL_GUARD_COUNTERS(X)
#undef X
	};
	uint64_t counters[SL_GUARD_COUNTER_COUNT];
	struct sl_error error = {0};
	json_t *all;

	if (!interface->guard || sl_guard_counters(interface->guard, counters, &error))
		return json_null();
	all = json_object();
	for (unsigned i = 0; i < SL_GUARD_COUNTER_COUNT; i++)
		json_object_set_new(all, names[i], json_integer(count(counters[i])));
	return all;
}

static json_t *address_of(const struct sl_interface *interface, unsigned i)
{
	const struct sl_config_interface *config = interface->config;
	struct sl_portpool_counts pairs = sl_interface_address_ports(interface, i);
	char address[SL_ADDRESS_TEXT], advertise[SL_ADDRESS_TEXT];

	return json_pack("{s:s, s:i, s:s, s:s, s:{s:i, s:i, s:i}}", "name", config->name, "vlan",
		config->vlan, "address", sl_address_text(config->address[i].ip, address),
		"advertise", sl_address_text(config->address[i].advertise, advertise), "pairs",
		"total", (int)pairs.total, "taken", (int)pairs.taken, "resting",
		(int)pairs.resting);
}

/* A row for each address of their pools. */
static json_t *interfaces_of(const struct sl_admin *a, unsigned port)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < a->n_interfaces; i++)
		for (unsigned k = 0; k < a->interfaces[i].config->n_addresses; k++)
			if (a->interfaces[i].port == port)
				json_array_append_new(list, address_of(&a->interfaces[i], k));
	return list;
}

json_t *sl_admin_ports(const struct sl_admin *a)
{
	static const char *const states[] = {
#define X(id, label) [SL_PORT_##id] = label,
		SL_PORT_STATES(X)
#undef X
	};
	json_t *rows = json_array();

	for (unsigned port = 0; port < a->n_ports; port++) {
		struct sl_port_stats s;
		json_t *guard = json_null();

		for (unsigned i = 0; i < a->n_interfaces && json_is_null(guard); i++)
			if (a->interfaces[i].port == port)
				guard = guard_counters(&a->interfaces[i]);
		sl_port_stats((uint8_t)port, &s);
		json_array_append_new(
			rows, json_pack("{s:s, s:s, s:b, s:s, s:I, s:i, s:i, s:s, s:I, s:I, s:I, "
					"s:I, s:I, s:o, s:o}",
				      "name", sl_port_name((uint8_t)port), "driver",
				      s.driver ? s.driver : "", "link", s.link_up, "state",
				      states[s.state], "resets", count(s.resets), "mtu", (int)s.mtu,
				      "queues", (int)s.queues, "rss", s.rss, "rx", count(s.rx),
				      "tx", count(s.tx), "rx_bytes", count(s.rx_bytes), "tx_bytes",
				      count(s.tx_bytes), "missed", count(s.rx_missed), "guard",
				      guard, "interfaces", interfaces_of(a, port)));
	}
	return json_pack("{s:o}", "ports", rows);
}
