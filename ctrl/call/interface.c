/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/call/interface.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/base/log.h"
#include "ctrl/base/random.h"
#include "ctrl/call/refusal.h"
#include "ctrl/neigh/neigh.h"
#include "dataplane/base/clock.h"
#include "dataplane/base/media_address.h"
#include "dataplane/handoff/policy.h"
#include "ebpf/guard_user.h"

/* A generator that fails leaves us no safe way to choose ports or keys. */
static uint32_t random_word(void *context)
{
	uint32_t word;

	if (sl_random(&word, sizeof(word)))
		abort();
	return word;
}

int sl_interface_init(struct sl_interface *interface, const struct sl_config_interface *config)
{
	size_t size = sl_portpool_size(config->port_min, config->port_max);

	memset(interface, 0, sizeof(*interface));
	interface->config = config;
	for (unsigned i = 0; i < config->n_addresses; i++) {
		void *memory = malloc(size);

		if (!memory) {
			sl_interface_fini(interface);
			return -ENOMEM;
		}
		interface->local[i].pool = sl_portpool_init(memory, config->port_min,
			config->port_max, SL_PORT_REST_S * UINT64_C(1000000000), random_word, NULL);
	}
	return 0;
}

void sl_interface_fini(struct sl_interface *interface)
{
	for (unsigned i = 0; i < SL_MAX_POOL; i++) {
		free(interface->local[i].pool);
		interface->local[i].pool = NULL;
	}
}

static int family_of(const struct sl_interface *interface, unsigned address)
{
	return sl_address_family(interface->config->address[address].ip);
}

bool sl_interface_has(const struct sl_interface *interface, int family)
{
	for (unsigned i = 0; i < interface->config->n_addresses; i++)
		if (family_of(interface, i) == family)
			return true;
	return false;
}

static unsigned idle(const struct sl_interface *interface, unsigned address)
{
	struct sl_portpool_counts c = sl_interface_address_ports(interface, address);

	return c.total - c.taken - c.resting;
}

/* The address of the family that has the most pairs left, or -1: none has any. */
static int emptiest(const struct sl_interface *interface, int family)
{
	unsigned most = 0;
	int best = -1;

	for (unsigned i = 0; i < interface->config->n_addresses; i++) {
		unsigned n = family_of(interface, i) == family ? idle(interface, i) : 0;

		if (n > most) {
			most = n;
			best = (int)i;
		}
	}
	return best;
}

int sl_interface_take(
	const struct sl_interface *interface, int family, int near, uint8_t *address, uint16_t *rtp)
{
	int from = near;

	if (near < 0 || family_of(interface, (unsigned)near) != family ||
		!idle(interface, (unsigned)near))
		from = emptiest(interface, family);
	if (from < 0)
		return -ENOSPC;
	*address = (uint8_t)from;
	return sl_portpool_take(interface->local[from].pool, sl_clock(), rtp);
}

void sl_interface_give(const struct sl_interface *interface, uint8_t address, uint16_t rtp)
{
	sl_portpool_give(interface->local[address].pool, sl_clock(), rtp);
}

struct sl_portpool_counts sl_interface_address_ports(
	const struct sl_interface *interface, unsigned address)
{
	return sl_portpool_counts(interface->local[address].pool, sl_clock());
}

struct sl_portpool_counts sl_interface_ports(const struct sl_interface *interface, int family)
{
	struct sl_portpool_counts sum = {0};

	for (unsigned i = 0; i < interface->config->n_addresses; i++) {
		struct sl_portpool_counts c;

		if (family_of(interface, i) != family)
			continue;
		c = sl_interface_address_ports(interface, i);
		sum.total += c.total;
		sum.taken += c.taken;
		sum.resting += c.resting;
	}
	return sum;
}

void sl_interface_pinhole(
	const struct sl_interface *interface, uint8_t slot, uint16_t port, bool open)
{
	if (!interface->guard)
		return;
	if (open)
		sl_guard_pinhole_open(interface->guard, slot, port);
	else
		sl_guard_pinhole_close(interface->guard, slot, port);
}

static uint64_t sources_refused;

uint64_t sl_interface_sources_refused(void)
{
	return sources_refused;
}

void sl_interface_source(const struct sl_interface *interface, const uint8_t ip[16], bool named)
{
	bool room = true;

	/* Nobody sends from there by the wire, whoever says so. */
	if (sl_is_martian(ip) || sl_address_is_ours(ip))
		return;
	if (named)
		room = interface->guard ? sl_guard_source_add(interface->guard, ip) == 0
					: sl_policy_source_add(ip);
	else if (interface->guard)
		sl_guard_source_remove(interface->guard, ip);
	else
		sl_policy_source_remove(ip);
	sources_refused += !room;
	if (!room)
		SL_LOG_LIMITED(SL_LOG_WARNING,
			"guard: no room for another source: what is not known yet is limited as an "
			"unknown source");
}

/* Ports without a kernel interface have next hops of their own: a negative index stands for each.
 */
int sl_interface_netdev(const struct sl_interface *interface)
{
	return interface->ifindex ? (int)interface->ifindex : -1 - (int)interface->port;
}

int sl_interface_hop_get(const struct sl_interface *interface, const uint8_t ip[16], uint64_t owner,
	uint32_t *nexthop, struct sl_error *error)
{
	int rc = sl_neigh_get(interface->neigh, sl_interface_netdev(interface), ip, owner, nexthop);

	if (rc)
		return sl_refuse(error, -SL_E_ROUTE, "no next hop can be held: %s", strerror(-rc));
	return 0;
}

void sl_interface_hop_put(const struct sl_interface *interface, uint32_t nexthop)
{
	sl_neigh_put(interface->neigh, nexthop);
}
