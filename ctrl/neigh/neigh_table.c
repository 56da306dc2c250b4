/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/neigh/neigh_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ASKING = 500 }; /* ms: less than three questions take, a second each by default */

static void publish(struct sl_neigh_table *table, uint32_t id)
{
	struct sl_neigh_destination *destination = &table->destination[id];
	const struct sl_neigh_hop *hop = &table->hop[destination->hop];
	bool was = destination->valid;

	destination->valid = destination->hop && hop->valid;
	if (destination->valid)
		sl_nexthop_set(&table->words[id], hop->mac);
	else
		sl_nexthop_clear(&table->words[id]);
	table->counts.valid += (uint32_t)destination->valid - (uint32_t)was;
	if (destination->valid != was && table->changed && id != table->quiet)
		table->changed(table->context, id, destination->valid);
}

static void set_waiting(struct sl_neigh_table *table, uint32_t number, bool waiting)
{
	struct sl_neigh_hop *hop = &table->hop[number];

	table->counts.waiting += (uint32_t)waiting - (uint32_t)hop->waiting;
	table->counts.put_off += waiting && !hop->waiting && !hop->asked;
	hop->waiting = waiting;
}

static void set_hop(struct sl_neigh_table *table, uint32_t number, const uint8_t *mac)
{
	struct sl_neigh_hop *hop = &table->hop[number];

	hop->doubted = 0;
	if (mac) {
		sl_neigh_asking_give(&table->asking, number);
		hop->asked = false;
		set_waiting(table, number, false);
	}
	if (mac ? hop->valid && !memcmp(hop->mac, mac, 6) : !hop->valid)
		return;
	hop->valid = mac != NULL;
	if (mac)
		memcpy(hop->mac, mac, 6);
	for (uint32_t id = hop->first; id; id = table->destination[id].next)
		publish(table, id);
}

/*
 * The kernel says that a neighbour failed: also when somebody only flushed it. So the first time
 * media goes on to the address that was good until now, while the kernel asks again; when it has
 * asked, there is nobody. What it says before it can have asked is another flush.
 */
static void doubt_hop(struct sl_neigh_table *table, uint32_t number)
{
	struct sl_neigh_hop *hop = &table->hop[number];

	if (hop->valid && !hop->doubted)
		hop->doubted = table->now ? table->now : 1;
	else if (!hop->valid || table->now >= hop->doubted + ASKING)
		set_hop(table, number, NULL);
}

/* The kernel need not remember any longer that nobody has answered. */
static void forget_hop(struct sl_neigh_table *table, uint32_t number)
{
	const struct sl_neigh_node *node = &table->hops.nodes[number];

	sl_neigh_asking_give(&table->asking, number);
	if (!table->hop[number].valid && !table->hop[number].gateway)
		sl_neigh_forget(table->requests, node->ifindex, node->ip);
}

/* May the kernel be asked for it? */
static bool may_ask(struct sl_neigh_table *table, uint32_t number)
{
	struct sl_neigh_hop *hop = &table->hop[number];
	bool may = hop->valid || hop->gateway;
	uint32_t out = 0;

	if (!may)
		may = sl_neigh_asking_take(
			&table->asking, number, hop->owner, hop->asked, table->now, &out);
	if (out)
		forget_hop(table, out);
	set_waiting(table, number, !may);
	hop->asked |= may && !hop->valid;
	return may;
}

/* Asks the kernel what it knows of a hop, and tells it that the hop is in use. */
static void tend_hop(struct sl_neigh_table *table, uint32_t number)
{
	const struct sl_neigh_node *node = &table->hops.nodes[number];
	struct sl_neigh_entry entry = {.ifindex = node->ifindex};

	memcpy(entry.ip, node->ip, 16);
	table->hop[number].used = table->now;
	if (sl_neigh_ask_entry(table->requests, &entry)) {
		set_hop(table, number, NULL);
		return;
	}
	if (entry.state >= SL_NEIGH_STALE)
		set_hop(table, number, entry.mac);
	else if (entry.state == SL_NEIGH_FAILED)
		doubt_hop(table, number);
	/* Since 5.16 reporting use makes a permanent entry an ordinary one: never do that to the
	 * operator's. */
	if (entry.state != SL_NEIGH_PERMANENT && may_ask(table, number) &&
		sl_neigh_use(table->requests, node->ifindex, node->ip))
		set_hop(table, number, NULL);
}

static uint32_t get_hop(struct sl_neigh_table *table, int ifindex, const uint8_t ip[16],
	uint64_t owner, bool gateway)
{
	uint32_t number = sl_neigh_map_find(&table->hops, ifindex, ip);
	uint32_t fixed;

	if (number) {
		table->hops.nodes[number].refs++;
		if (!gateway || table->hop[number].gateway)
			return number;
		table->hop[number].gateway = true;
		if (!table->hop[number].valid)
			tend_hop(table, number);
		return number;
	}
	number = sl_neigh_map_add(&table->hops, ifindex, ip);
	if (!number)
		return 0;
	table->counts.hops++;
	memset(&table->hop[number], 0, sizeof(table->hop[number]));
	table->hop[number].owner = owner;
	table->hop[number].gateway = gateway;
	fixed = sl_neigh_map_find(&table->fixed, ifindex, ip);
	table->hop[number].fixed = fixed != 0;
	if (fixed) {
		set_hop(table, number, table->fixed_mac[fixed]);
		return number;
	}
	tend_hop(table, number);
	return number;
}

static void put_hop(struct sl_neigh_table *table, uint32_t number)
{
	if (!number || --table->hops.nodes[number].refs)
		return;
	if (table->hop[number].asked)
		forget_hop(table, number);
	set_waiting(table, number, false);
	sl_neigh_map_remove(&table->hops, number);
	table->counts.hops--;
}

static void leave_hop(struct sl_neigh_table *table, uint32_t id)
{
	struct sl_neigh_destination *destination = &table->destination[id];

	if (destination->previous)
		table->destination[destination->previous].next = destination->next;
	else
		table->hop[destination->hop].first = destination->next;
	if (destination->next)
		table->destination[destination->next].previous = destination->previous;
	put_hop(table, destination->hop);
	destination->hop = destination->next = destination->previous = 0;
}

static void enter_hop(struct sl_neigh_table *table, uint32_t id, uint32_t number)
{
	struct sl_neigh_destination *destination = &table->destination[id];

	destination->hop = number;
	destination->previous = 0;
	destination->next = table->hop[number].first;
	if (destination->next)
		table->destination[destination->next].previous = id;
	table->hop[number].first = id;
}

void sl_neigh_table_resolve(struct sl_neigh_table *table, uint32_t id)
{
	const struct sl_neigh_node *node = &table->destinations.nodes[id];
	struct sl_neigh_destination *destination = &table->destination[id];
	uint32_t number = 0;
	uint8_t ip[16];

	if (sl_neigh_map_find(&table->fixed, node->ifindex, node->ip))
		number = get_hop(table, node->ifindex, node->ip, destination->owner, false);
	else if (node->ifindex > 0 &&
		 !sl_neigh_ask_route(table->requests, node->ifindex, node->ip, ip))
		number = get_hop(table, node->ifindex, ip, destination->owner,
			memcmp(ip, node->ip, sizeof(ip)) != 0);
	if (number && number == destination->hop) {
		put_hop(table, number);
		return;
	}
	if (destination->hop)
		leave_hop(table, id);
	if (number)
		enter_hop(table, id, number);
	publish(table, id);
}

int sl_neigh_table_init(struct sl_neigh_table *table, uint32_t entries)
{
	int ret;

	table->destination = calloc(entries, sizeof(*table->destination));
	table->hop = calloc(entries + 1, sizeof(*table->hop));
	table->fixed_mac = calloc(SL_NEIGH_FIXED + 1, sizeof(*table->fixed_mac));
	if (!table->destination || !table->hop || !table->fixed_mac)
		return -ENOMEM;
	ret = sl_neigh_map_init(&table->destinations, entries);
	if (!ret)
		ret = sl_neigh_map_init(&table->hops, entries + 1);
	if (!ret)
		ret = sl_neigh_map_init(&table->fixed, SL_NEIGH_FIXED + 1);
	return ret;
}

void sl_neigh_table_clear(struct sl_neigh_table *table)
{
	for (uint32_t id = 1; id < table->destinations.top; id++)
		sl_nexthop_clear(&table->words[id]);
	sl_neigh_map_clear(&table->destinations);
	sl_neigh_map_clear(&table->hops);
	sl_neigh_map_clear(&table->fixed);
	free(table->destination);
	free(table->hop);
	free(table->fixed_mac);
}

void sl_neigh_table_apply(struct sl_neigh_table *table, const struct sl_neigh_entry *entry)
{
	uint32_t number = sl_neigh_map_find(&table->hops, entry->ifindex, entry->ip);

	if (!number || table->hop[number].fixed)
		return;
	if (entry->state >= SL_NEIGH_STALE)
		set_hop(table, number, entry->mac);
	else if (entry->state == SL_NEIGH_FAILED)
		doubt_hop(table, number);
	if (table->hop[number].doubted)
		sl_neigh_use(table->requests, entry->ifindex, entry->ip);
	/* Forgotten is not refuted: media goes on until the kernel has found out. Of one that was
	 * never known it says as much, and that one waits for its turn. */
	if (entry->state == SL_NEIGH_STALE ||
		(entry->state == SL_NEIGH_UNKNOWN && table->hop[number].valid))
		tend_hop(table, number);
}

void sl_neigh_table_tend(struct sl_neigh_table *table, uint32_t number)
{
	if (table->hops.nodes[number].refs && !table->hop[number].fixed)
		tend_hop(table, number);
}

void sl_neigh_table_refresh(struct sl_neigh_table *table, uint32_t number)
{
	const struct sl_neigh_hop *hop = &table->hop[number];

	if (!hop->valid || table->now >= hop->used + SL_NEIGH_REFRESH)
		sl_neigh_table_tend(table, number);
}

int sl_neigh_table_get(struct sl_neigh_table *table, int ifindex, const uint8_t ip[16],
	uint64_t owner, uint32_t *id)
{
	*id = sl_neigh_map_find(&table->destinations, ifindex, ip);
	if (*id) {
		table->destinations.nodes[*id].refs++;
		return 0;
	}
	*id = sl_neigh_map_add(&table->destinations, ifindex, ip);
	if (!*id)
		return -ENOSPC;
	table->counts.destinations++;
	memset(&table->destination[*id], 0, sizeof(table->destination[*id]));
	table->destination[*id].owner = owner;
	table->quiet = *id;
	sl_neigh_table_resolve(table, *id);
	table->quiet = 0;
	return 0;
}

bool sl_neigh_table_waits(const struct sl_neigh_table *table, uint32_t id)
{
	return table->hop[table->destination[id].hop].waiting;
}

void sl_neigh_table_put(struct sl_neigh_table *table, uint32_t id)
{
	if (!id || --table->destinations.nodes[id].refs)
		return;
	if (table->destination[id].hop)
		leave_hop(table, id);
	table->counts.valid -= table->destination[id].valid;
	table->counts.destinations--;
	sl_nexthop_clear(&table->words[id]);
	sl_neigh_map_remove(&table->destinations, id);
}

int sl_neigh_table_fix(
	struct sl_neigh_table *table, int ifindex, const uint8_t ip[16], const uint8_t mac[6])
{
	uint32_t number;

	if (sl_neigh_map_find(&table->fixed, ifindex, ip))
		return -EEXIST;
	number = sl_neigh_map_add(&table->fixed, ifindex, ip);
	if (!number)
		return -ENOSPC;
	memcpy(table->fixed_mac[number], mac, 6);
	return 0;
}
