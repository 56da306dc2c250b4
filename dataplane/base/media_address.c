/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/base/media_address.h"

#include <string.h>

#include "dataplane/base/packet_path.h"

struct sl_address sl_addresses[SL_MAX_ADDRESS_SLOTS];
uint8_t sl_n_addresses;

uint8_t sl_address_places[SL_ADDRESS_PLACES];

/* The same for addresses alone: a slot, + 1, of each. */
static uint8_t owned[SL_ADDRESS_PLACES];

static unsigned owned_place(const uint8_t ip[16])
{
	unsigned place = sl_address_mix(0, ip);

	while (owned[place] && memcmp(sl_addresses[owned[place] - 1].ip, ip, 16) != 0)
		place = (place + 1) % SL_ADDRESS_PLACES;
	return place;
}

bool sl_address_is_ours(const uint8_t ip[16])
{
	return owned[owned_place(ip)];
}

void sl_address_enter(uint8_t slot)
{
	struct sl_address *a = &sl_addresses[slot];
	unsigned place = sl_address_place(a->port, a->vlan, a->ip);

	owned[owned_place(a->ip)] = (uint8_t)(slot + 1);
	if (!sl_address_places[place]) {
		a->next = 0;
		sl_address_places[place] = (uint8_t)(slot + 1);
		return;
	}

	struct sl_address *first = &sl_addresses[sl_address_places[place] - 1];

	a->next = first->next;
	first->next = (uint8_t)(slot + 1);
}

void sl_addresses_forget(void)
{
	sl_n_addresses = 0;
	memset(sl_address_places, 0, sizeof(sl_address_places));
	memset(owned, 0, sizeof(owned));
}
