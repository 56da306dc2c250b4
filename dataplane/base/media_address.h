/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The local addresses that media is expected at. Each has a slot; flows name an address by it. Two
 * slots may have one address with UDP ports apart (two interfaces that share it). A packet finds
 * its slot by a hash of port, VLAN and address: a pool of many addresses costs it what one does.
 *
 * Written by the control thread before the workers start, read by all.
 */
#ifndef SL_DATAPLANE_MEDIA_ADDRESS_H
#define SL_DATAPLANE_MEDIA_ADDRESS_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "sluice/limits.h"

enum { SL_PORT_BITMAP = 65536 / 8 }; /* bytes: one bit per UDP port */

struct sl_flow;

struct sl_address {
	uint8_t ip[16];              /* IPv4 in mapped form */
	uint16_t port_min, port_max; /* UDP ports, inclusive, host byte order */
	uint16_t vlan;               /* id of the 802.1Q tag it is behind; 0: none */
	uint8_t port;                /* sl_port it belongs to */
	uint8_t next;     /* slot + 1 of the same address with other UDP ports; 0: none */
	uint8_t *limited; /* bitmap of the kernel's UDP ports whose unknown sources are limited; an
			     address that several slots have has it in the first; NULL: none */
	struct sl_flow **pinholes; /* port_max - port_min + 1 entries; NULL: closed */
} __attribute__((aligned(64)));

static_assert(sizeof(struct sl_address) == 64, "a cache line each");

extern struct sl_address sl_addresses[SL_MAX_ADDRESS_SLOTS];
extern uint8_t sl_n_addresses;

/* At most a quarter full: nearly every search ends at its first place. */
enum { SL_ADDRESS_PLACE_BITS = 9, SL_ADDRESS_PLACES = 1 << SL_ADDRESS_PLACE_BITS };

static_assert(SL_ADDRESS_PLACES >= 4 * SL_MAX_ADDRESS_SLOTS && SL_MAX_ADDRESS_SLOTS < UINT8_MAX,
	"places enough, and a slot + 1 fits into one");

/* First slots of addresses, + 1, at the place of their hash or the next one that is free; 0: free.
 */
extern uint8_t sl_address_places[SL_ADDRESS_PLACES];

/* Where to look for an address first. */
static inline unsigned sl_address_mix(uint32_t behind, const uint8_t ip[16])
{
	uint64_t half[2], hash;

	memcpy(half, ip, sizeof(half));
	hash = (half[0] ^ half[1] ^ half[1] >> 32 ^ behind) * UINT64_C(0x9e3779b97f4a7c15);
	return (unsigned)(hash >> (64 - SL_ADDRESS_PLACE_BITS));
}

/* The place of an address in that; free: it has no slot. */
static inline unsigned sl_address_place(uint8_t port, uint16_t vlan, const uint8_t ip[16])
{
	uint32_t behind = (uint32_t)vlan << 8 | port;
	unsigned place = sl_address_mix(behind, ip);

	for (; sl_address_places[place]; place = (place + 1) % SL_ADDRESS_PLACES) {
		const struct sl_address *a = &sl_addresses[sl_address_places[place] - 1];

		if (((uint32_t)a->vlan << 8 | a->port) == behind && memcmp(a->ip, ip, 16) == 0)
			break;
	}
	return place;
}

/* The first slot of a local address, whatever ports it covers, or -1: not ours. */
static inline int sl_address_first(uint8_t port, uint16_t vlan, const uint8_t ip[16])
{
	return sl_address_places[sl_address_place(port, vlan, ip)] - 1;
}

static inline bool sl_address_covers(const struct sl_address *a, uint16_t udp_port)
{
	return udp_port >= a->port_min && udp_port <= a->port_max;
}

/* The slot that covers a local address and UDP port on a port and VLAN, or -1: not media. */
static inline int sl_address_find(
	uint8_t port, uint16_t vlan, const uint8_t ip[16], uint16_t udp_port)
{
	int slot = sl_address_first(port, vlan, ip);

	while (slot >= 0 && !sl_address_covers(&sl_addresses[slot], udp_port))
		slot = sl_addresses[slot].next - 1;
	return slot;
}

/* By any thread. An address of this relay, on whatever port and VLAN. */
bool sl_address_is_ours(const uint8_t ip[16]);

/* Enters a filled-in slot into what is searched; empties all of it. By
 * dataplane/port/address_add.c. */
void sl_address_enter(uint8_t slot);
void sl_addresses_forget(void);

/* Frees what sl_address_add has allocated. */
void sl_addresses_close(void);

/* By the first slot of the address. */
static inline bool sl_address_limits(uint8_t slot, uint16_t udp_port)
{
	const uint8_t *limited = sl_addresses[slot].limited;

	return limited && limited[udp_port >> 3] & 1 << (udp_port & 7);
}

#endif
