/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A logical interface at work: what [interface NAME] says, with its address slots, port pools, the
 * guard of its port and the next hops that are reached through it.
 */
#ifndef SL_CTRL_INTERFACE_H
#define SL_CTRL_INTERFACE_H

#include <stdbool.h>
#include <stdint.h>

#include "ctrl/call/portpool.h"
#include "ctrl/config/config.h"
#include "sluice/error.h"

enum {
	SL_PORT_REST_S = 15, /* seconds that a pair of ports rests before it is used again */
};

struct sl_guard;
struct sl_neigh;

struct sl_interface {
	const struct sl_config_interface *config;
	uint8_t port;           /* of the dataplane */
	unsigned ifindex;       /* the kernel's interface behind it; 0: none */
	struct sl_guard *guard; /* NULL: the port has none */
	struct sl_neigh *neigh;
	struct {
		uint8_t slot;
		struct sl_portpool *pool;
	} local[SL_MAX_POOL]; /* of each address of the configuration */
};

/* Makes the port pools of the addresses that `config` has. 0 or -ENOMEM. */
int sl_interface_init(struct sl_interface *interface, const struct sl_config_interface *config);
void sl_interface_fini(struct sl_interface *interface);

/* Has it an address of that family? */
bool sl_interface_has(const struct sl_interface *interface, int family);

/*
 * Takes a pair of ports of an address of `family`: of the one that has the most left, so that all
 * fill evenly, or, while it has any, of `near` (-1: none). `*address` is an index into the
 * configuration's; `*rtp` is the even port. 0 or -ENOSPC: no address has any left.
 */
int sl_interface_take(const struct sl_interface *interface, int family, int near, uint8_t *address,
	uint16_t *rtp);
void sl_interface_give(const struct sl_interface *interface, uint8_t address, uint16_t rtp);

/* Opens or closes a port in the guard, if there is one. */
void sl_interface_pinhole(
	const struct sl_interface *interface, uint8_t slot, uint16_t port, bool open);

/* Calls name the source, or do not any more: to the guard, or to the workers, it is no unknown
 * source. */
void sl_interface_source(const struct sl_interface *interface, const uint8_t ip[16], bool named);

/* How often there was no room for one, of all interfaces. */
uint64_t sl_interface_sources_refused(void);

/* The pairs of all addresses of the family together; of one address. */
struct sl_portpool_counts sl_interface_ports(const struct sl_interface *interface, int family);
struct sl_portpool_counts sl_interface_address_ports(
	const struct sl_interface *interface, unsigned address);

/* Returns the index by which ctrl/neigh/neigh.h names the netdev behind the port. */
int sl_interface_netdev(const struct sl_interface *interface);

/* The next hop towards `ip` for a call (`owner`), held until it is put back. 0; or
 * -SL_E_ROUTE with `error`. */
int sl_interface_hop_get(const struct sl_interface *interface, const uint8_t ip[16], uint64_t owner,
	uint32_t *nexthop, struct sl_error *error);
void sl_interface_hop_put(const struct sl_interface *interface, uint32_t nexthop);

#endif
