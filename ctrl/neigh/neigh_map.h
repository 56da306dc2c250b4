/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A set of (ifindex, address) pairs that gives each a small number: what the parts of
 * ctrl/neigh/neigh.c index their tables with. Its hash is keyed at random, because peers choose the
 * addresses. Private to ctrl/neigh.
 */
#ifndef SL_CTRL_NEIGH_MAP_H
#define SL_CTRL_NEIGH_MAP_H

#include <stdint.h>

struct sl_neigh_node {
	uint8_t ip[16];
	int ifindex;
	uint32_t next; /* in the bucket, or in the free list */
	uint32_t refs; /* the user's; 0: the number is free */
};

struct sl_neigh_map {
	uint32_t capacity; /* numbers are below it */
	uint32_t top;      /* numbers from here on were never given out */
	uint32_t free;
	uint32_t mask;
	uint64_t key[2];
	uint32_t *buckets;
	struct sl_neigh_node *nodes;
};

/* 0, -ENOMEM, or what getrandom() failed with. `capacity` counts the number 0, which is never given
 * out. */
int sl_neigh_map_init(struct sl_neigh_map *map, uint32_t capacity);
void sl_neigh_map_clear(struct sl_neigh_map *map);

/* The pair's number, or 0. */
uint32_t sl_neigh_map_find(const struct sl_neigh_map *map, int ifindex, const uint8_t ip[16]);

/* A number for a pair that is not in the set, refs = 1; 0: full. */
uint32_t sl_neigh_map_add(struct sl_neigh_map *map, int ifindex, const uint8_t ip[16]);

/* Takes the pair out; its number may be given out again. */
void sl_neigh_map_remove(struct sl_neigh_map *map, uint32_t number);

#endif
