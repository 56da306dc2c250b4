/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Next hops of media destinations, by rtnetlink: the kernel routes and resolves (ARP, ND), this
 * mirrors what it knows into the next-hop table that the workers read (dataplane/base/nexthop.h).
 * Each destination in use has an id, its place in the table; route, neighbour and link changes are
 * followed for as long as it is held.
 *
 * Media does not pass the kernel, which would therefore forget or never check these neighbours:
 * they are reported as used when they turn stale and every SL_NEIGH_REFRESH ms, those that do not
 * answer are asked again every SL_NEIGH_SWEEP ms. Parties name them: so many at a time, and of one
 * call so many, as ctrl/neigh/neigh_asking.h says.
 *
 * Everything runs on the thread of the loop. It needs CAP_NET_ADMIN in the netdevs' network
 * namespace.
 */
#ifndef SL_CTRL_NEIGH_H
#define SL_CTRL_NEIGH_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "dataplane/base/nexthop.h"

enum {
	SL_NEIGH_REFRESH = 20000, /* ms */
	SL_NEIGH_SWEEP = 5000,    /* ms */
	SL_NEIGH_FIXED = 512,     /* static next hops at most */
};

struct sl_neigh;

/*
 * A destination that is held became reachable or unreachable. Not called from within sl_neigh_get()
 * for the one it makes. It must not get or put.
 */
typedef void (*sl_neigh_changed)(void *context, uint32_t id, bool valid);

struct sl_neigh_counts {
	uint32_t destinations; /* held */
	uint32_t valid;        /* of which the next hop's address is known */
	uint32_t hops;         /* next hops they share */
	uint32_t waiting;      /* of which, until the kernel may be asked for them */
	uint64_t put_off;      /* times that one had to wait at first */
	uint64_t resyncs;      /* times that the kernel had more to say than we could hear */
};

/*
 * Starts mirroring into `table`, `entries` words that stay the caller's (entry 0 is not used) and
 * which nobody else writes. `changed` may be NULL. 0 or -errno.
 */
int sl_neigh_open(struct sl_neigh **neigh, uv_loop_t *loop, sl_nexthop *table, uint32_t entries,
	sl_neigh_changed changed, void *context);

/* Clears what it wrote and frees itself once the loop has run its closing handles. NULL is ignored.
 */
void sl_neigh_close(struct sl_neigh *neigh);

/*
 * A next hop that the kernel is never asked for, be it the destination or a gateway. Before the
 * first sl_neigh_get() of that ifindex. 0, -EEXIST, -ENOSPC.
 */
int sl_neigh_fix(struct sl_neigh *neigh, int ifindex, const uint8_t ip[16], const uint8_t mac[6]);

/*
 * Holds the destination `ip` (network byte order, IPv4-mapped) as reached through the netdev
 * `ifindex`; zero and below stand for ports without a netdev, which know only the next hops of
 * sl_neigh_fix(). The same destination has the same id. `owner` is the call that names it. 0 with
 * *id set, also while the next hop is unknown; -ENOSPC: the table is full.
 */
int sl_neigh_get(
	struct sl_neigh *neigh, int ifindex, const uint8_t ip[16], uint64_t owner, uint32_t *id);

/* True: the kernel is not asked for its next hop yet, because it is asked for too many others. */
bool sl_neigh_waits(const struct sl_neigh *neigh, uint32_t id);

/* Ends one hold. The id may be given out anew: no flow may use it any more. 0 is ignored. */
void sl_neigh_put(struct sl_neigh *neigh, uint32_t id);

struct sl_neigh_counts sl_neigh_counts(const struct sl_neigh *neigh);

#endif
