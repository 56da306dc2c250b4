/* SPDX-License-Identifier: BSD-3-Clause */
/* Which call a packet belongs to, by where at the relay it comes from: the relay may have a pool of
 * addresses, and the same ports at each. */
#ifndef SL_BENCH_LOAD_ROUTE_H
#define SL_BENCH_LOAD_ROUTE_H

#include <stdlib.h>
#include <string.h>

#include "bench/load.h"

/* Room for all routes of a leg; NULL: no memory. */
static inline uint32_t *sl_route_new(void)
{
	return calloc(SL_RELAY_ADDRESSES * 65536, sizeof(uint32_t));
}

/* The entry of a port (host byte order) at the address whose last four bytes these are; NULL: the
 * relay has not told it. */
static inline uint32_t *sl_route_find(
	const struct sl_load *load, unsigned leg, const uint8_t *last, uint16_t port)
{
	for (unsigned i = 0; i < load->n_relays; i++)
		if (memcmp(load->relay[i], last, 4) == 0)
			return &load->route[leg][i * 65536 + port];
	return NULL;
}

/* The same for what the relay tells; NULL: it has more addresses than there is room for. */
static inline uint32_t *sl_route_at(
	struct sl_load *load, unsigned leg, const struct sockaddr_in6 *relay)
{
	const uint8_t *last = &relay->sin6_addr.s6_addr[12];
	uint16_t port = ntohs(relay->sin6_port);
	uint32_t *route = sl_route_find(load, leg, last, port);

	if (route || load->n_relays == SL_RELAY_ADDRESSES)
		return route;
	memcpy(load->relay[load->n_relays++], last, 4);
	return sl_route_find(load, leg, last, port);
}

#endif
