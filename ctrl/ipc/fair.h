/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fair order of work. Work that peers of the control sockets cause (a connection to read from, a
 * datagram to answer) is an item of one peer, and rests or is ready. Ready items are taken kind of
 * socket by kind, in each kind peer by peer, and those of one peer in the order in which they
 * became ready: however much one peer asks for, another waits for one item of each peer and no
 * longer.
 *
 * No clock and no event loop. Memory is taken for each peer that has items, and goes with the last.
 */
#ifndef SL_CTRL_FAIR_H
#define SL_CTRL_FAIR_H

#include <stdbool.h>
#include <sys/queue.h>

#include "ctrl/ipc/peer.h"

enum { SL_FAIR_KINDS = SL_PEER_WEBSOCKET + 1, SL_FAIR_BUCKETS = 256 };

struct sl_fair_peer;

struct sl_fair_item {
	TAILQ_ENTRY(sl_fair_item) entry;
	struct sl_fair_peer *peer; /* NULL: belongs to nobody */
	bool ready;
	void (*run)(struct sl_fair_item *item); /* of the owner */
};

TAILQ_HEAD(sl_fair_items, sl_fair_item);

/* Read only. */
struct sl_fair_peer {
	struct sl_peer who; /* as far as it tells peers apart: uid; address; address and port */
	struct sl_fair_items ready, resting; /* those that wait longest first */
	unsigned items, n_ready;
	TAILQ_ENTRY(sl_fair_peer) turn; /* while any is ready */
	LIST_ENTRY(sl_fair_peer) bucket;
	TAILQ_ENTRY(sl_fair_peer) all;
};

TAILQ_HEAD(sl_fair_peers, sl_fair_peer);

struct sl_fair {
	struct sl_fair_peers turns[SL_FAIR_KINDS], all[SL_FAIR_KINDS];
	LIST_HEAD(, sl_fair_peer) buckets[SL_FAIR_BUCKETS];
	unsigned kind;  /* whose turn it was */
	unsigned ready; /* items */
	unsigned peers; /* that have ready ones */
};

void sl_fair_init(struct sl_fair *fair);

/* The item is `who`'s and rests. False: out of memory. */
bool sl_fair_join(struct sl_fair *fair, struct sl_fair_item *item, const struct sl_peer *who);

/* The item is nobody's again. Nothing happens to one that is nobody's. */
void sl_fair_leave(struct sl_fair *fair, struct sl_fair_item *item);

/* Either keeps its place if it is so already. */
void sl_fair_ready(struct sl_fair *fair, struct sl_fair_item *item);
void sl_fair_rest(struct sl_fair *fair, struct sl_fair_item *item);

/* Returns the next ready item, which rests from then on. NULL: none is ready. */
struct sl_fair_item *sl_fair_next(struct sl_fair *fair);

/* Returns the peer that `who` is. NULL: it has no items. */
struct sl_fair_peer *sl_fair_find(const struct sl_fair *fair, const struct sl_peer *who);

/* Returns the peer of that kind with the most items. NULL: there is none. */
struct sl_fair_peer *sl_fair_largest(const struct sl_fair *fair, enum sl_peer_kind kind);

/* True: they share their turns. */
bool sl_fair_same(const struct sl_peer *a, const struct sl_peer *b);

#endif
