/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/neigh/neigh_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

int sl_neigh_map_init(struct sl_neigh_map *map, uint32_t capacity)
{
	uint32_t buckets = 1;

	memset(map, 0, sizeof(*map));
	if (getrandom(map->key, sizeof(map->key), 0) != sizeof(map->key))
		return -errno;
	while (buckets < capacity)
		buckets *= 2;
	map->capacity = capacity;
	map->top = 1;
	map->mask = buckets - 1;
	/* Zeroed pages cost nothing until they are used. */
	map->buckets = calloc(buckets, sizeof(*map->buckets));
	map->nodes = calloc(capacity, sizeof(*map->nodes));
	if (!map->buckets || !map->nodes) {
		sl_neigh_map_clear(map);
		return -ENOMEM;
	}
	return 0;
}

void sl_neigh_map_clear(struct sl_neigh_map *map)
{
	free(map->buckets);
	free(map->nodes);
	map->buckets = NULL;
	map->nodes = NULL;
}

static uint64_t fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint32_t *bucket(const struct sl_neigh_map *map, int ifindex, const uint8_t ip[16])
{
	uint64_t half[2];

	memcpy(half, ip, sizeof(half));
	half[0] = fold(half[0] ^ map->key[0], half[1] ^ map->key[1]);
	half[0] = fold(half[0] ^ (uint32_t)ifindex, map->key[1] | 1);
	return &map->buckets[(uint32_t)half[0] & map->mask];
}

uint32_t sl_neigh_map_find(const struct sl_neigh_map *map, int ifindex, const uint8_t ip[16])
{
	uint32_t number = *bucket(map, ifindex, ip);

	while (number && (map->nodes[number].ifindex != ifindex ||
				 memcmp(map->nodes[number].ip, ip, 16) != 0))
		number = map->nodes[number].next;
	return number;
}

uint32_t sl_neigh_map_add(struct sl_neigh_map *map, int ifindex, const uint8_t ip[16])
{
	uint32_t *head = bucket(map, ifindex, ip);
	uint32_t number = map->free;
	struct sl_neigh_node *node;

	if (number)
		map->free = map->nodes[number].next;
	else if (map->top < map->capacity)
		number = map->top++;
	else
		return 0;
	node = &map->nodes[number];
	memcpy(node->ip, ip, 16);
	node->ifindex = ifindex;
	node->refs = 1;
	node->next = *head;
	*head = number;
	return number;
}

void sl_neigh_map_remove(struct sl_neigh_map *map, uint32_t number)
{
	struct sl_neigh_node *node = &map->nodes[number];
	uint32_t *link = bucket(map, node->ifindex, node->ip);

	while (*link != number)
		link = &map->nodes[*link].next;
	*link = node->next;
	node->refs = 0;
	node->next = map->free;
	map->free = number;
}
