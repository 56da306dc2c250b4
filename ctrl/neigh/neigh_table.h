/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Destinations, the next hops they share, and the words that workers read. What ctrl/neigh/neigh.c
 * drives from the loop. Private to ctrl/neigh.
 */
#ifndef SL_CTRL_NEIGH_TABLE_H
#define SL_CTRL_NEIGH_TABLE_H

#include "ctrl/neigh/neigh.h"
#include "ctrl/neigh/neigh_asking.h"
#include "ctrl/neigh/neigh_map.h"
#include "ctrl/neigh/neigh_netlink.h"

struct sl_neigh_destination {
	uint32_t hop;            /* 0: no route */
	uint32_t next, previous; /* of the same hop */
	uint64_t owner;          /* who held it first */
	bool valid;
};

struct sl_neigh_hop {
	uint32_t first;   /* destination */
	uint64_t used;    /* ms, when the kernel was last told */
	uint64_t doubted; /* ms, when the kernel gave it up; 0: not since it was last confirmed */
	uint64_t owner;   /* whose destination made it */
	uint8_t mac[6];
	bool valid;
	bool fixed;
	bool gateway; /* the operator's route leads there: it is asked for, whatever else is */
	bool asked;   /* the kernel has an entry because of us, and knows nothing yet */
	bool waiting; /* for a place among those that are asked for */
};

struct sl_neigh_table {
	struct mnl_socket *requests;
	sl_nexthop *words;
	sl_neigh_changed changed;
	void *context;
	uint64_t now;   /* ms; kept by the caller */
	uint32_t quiet; /* the id being made, which is not reported on */

	struct sl_neigh_map destinations, hops, fixed;
	struct sl_neigh_asking asking;
	struct sl_neigh_destination *destination;
	struct sl_neigh_hop *hop;
	uint8_t (*fixed_mac)[6];
	struct sl_neigh_counts counts;
};

/* Starts a zeroed table. Returns 0 or -errno; clear it in any case. */
int sl_neigh_table_init(struct sl_neigh_table *table, uint32_t entries);
void sl_neigh_table_clear(struct sl_neigh_table *table);

/* See ctrl/neigh/neigh.h. */
int sl_neigh_table_get(struct sl_neigh_table *table, int ifindex, const uint8_t ip[16],
	uint64_t owner, uint32_t *id);
bool sl_neigh_table_waits(const struct sl_neigh_table *table, uint32_t id);
void sl_neigh_table_put(struct sl_neigh_table *table, uint32_t id);
int sl_neigh_table_fix(
	struct sl_neigh_table *table, int ifindex, const uint8_t ip[16], const uint8_t mac[6]);

/* Looks up the next hop of a destination that is held, and moves it there. */
void sl_neigh_table_resolve(struct sl_neigh_table *table, uint32_t id);
/* Takes over what the kernel said; about a hop that nobody holds: ignored. */
void sl_neigh_table_apply(struct sl_neigh_table *table, const struct sl_neigh_entry *entry);
/* Asks what the kernel knows of a hop, and reports it as used. A free number is ignored. */
void sl_neigh_table_tend(struct sl_neigh_table *table, uint32_t hop);
/* Keeps a hop from being forgotten, and tries again for one that is not known. A free number is
 * ignored. */
void sl_neigh_table_refresh(struct sl_neigh_table *table, uint32_t hop);

#endif
