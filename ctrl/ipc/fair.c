/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ipc/fair.h"

#include <stdlib.h>
#include <string.h>

/*
 * A user is one peer. Proxies speak UDP from a socket for each of their processes, and one host's
 * requests are told apart no better than by port. A host's WebSockets are one peer.
 */
bool sl_fair_same(const struct sl_peer *a, const struct sl_peer *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == SL_PEER_UNIX)
		return a->uid == b->uid;
	return !memcmp(a->ip, b->ip, sizeof(a->ip)) &&
	       (a->kind == SL_PEER_WEBSOCKET || a->port == b->port);
}

/* There are never more peers than items, and those are few: a bucket that somebody aims at is no
 * long one. */
static unsigned bucket_of(const struct sl_peer *who)
{
	uint32_t hash = who->kind;

	if (who->kind == SL_PEER_UNIX)
		return (hash + who->uid) % SL_FAIR_BUCKETS;
	for (unsigned i = 0; i < sizeof(who->ip); i++)
		hash = hash * 31 + who->ip[i];
	if (who->kind == SL_PEER_UDP)
		hash = hash * 31 + who->port;
	return (hash ^ hash >> 8) % SL_FAIR_BUCKETS;
}

struct sl_fair_peer *sl_fair_find(const struct sl_fair *fair, const struct sl_peer *who)
{
	struct sl_fair_peer *peer;

	LIST_FOREACH (peer, &fair->buckets[bucket_of(who)], bucket)
		if (sl_fair_same(&peer->who, who))
			return peer;
	return NULL;
}

void sl_fair_init(struct sl_fair *fair)
{
	memset(fair, 0, sizeof(*fair));
	for (unsigned i = 0; i < SL_FAIR_KINDS; i++) {
		TAILQ_INIT(&fair->turns[i]);
		TAILQ_INIT(&fair->all[i]);
	}
}

bool sl_fair_join(struct sl_fair *fair, struct sl_fair_item *item, const struct sl_peer *who)
{
	struct sl_fair_peer *peer = sl_fair_find(fair, who);

	if (!peer) {
		peer = calloc(1, sizeof(*peer));
		if (!peer)
			return false;
		peer->who = *who;
		TAILQ_INIT(&peer->ready);
		TAILQ_INIT(&peer->resting);
		LIST_INSERT_HEAD(&fair->buckets[bucket_of(who)], peer, bucket);
		TAILQ_INSERT_TAIL(&fair->all[who->kind], peer, all);
	}
	item->peer = peer;
	item->ready = false;
	TAILQ_INSERT_TAIL(&peer->resting, item, entry);
	peer->items++;
	return true;
}

void sl_fair_ready(struct sl_fair *fair, struct sl_fair_item *item)
{
	struct sl_fair_peer *peer = item->peer;

	if (item->ready)
		return;
	item->ready = true;
	fair->ready++;
	if (!peer->n_ready++) {
		fair->peers++;
		TAILQ_INSERT_TAIL(&fair->turns[peer->who.kind], peer, turn);
	}
	TAILQ_REMOVE(&peer->resting, item, entry);
	TAILQ_INSERT_TAIL(&peer->ready, item, entry);
}

void sl_fair_rest(struct sl_fair *fair, struct sl_fair_item *item)
{
	struct sl_fair_peer *peer = item->peer;

	if (!item->ready)
		return;
	item->ready = false;
	fair->ready--;
	TAILQ_REMOVE(&peer->ready, item, entry);
	TAILQ_INSERT_TAIL(&peer->resting, item, entry);
	if (!--peer->n_ready) {
		fair->peers--;
		TAILQ_REMOVE(&fair->turns[peer->who.kind], peer, turn);
	}
}

void sl_fair_leave(struct sl_fair *fair, struct sl_fair_item *item)
{
	struct sl_fair_peer *peer = item->peer;

	if (!peer)
		return;
	sl_fair_rest(fair, item);
	TAILQ_REMOVE(&peer->resting, item, entry);
	item->peer = NULL;
	if (--peer->items)
		return;
	LIST_REMOVE(peer, bucket);
	TAILQ_REMOVE(&fair->all[peer->who.kind], peer, all);
	free(peer);
}

struct sl_fair_item *sl_fair_next(struct sl_fair *fair)
{
	struct sl_fair_peers *turns;
	struct sl_fair_peer *peer;
	struct sl_fair_item *item;

	if (!fair->ready)
		return NULL;
	do {
		fair->kind = (fair->kind + 1) % SL_FAIR_KINDS;
		turns = &fair->turns[fair->kind];
	} while (TAILQ_EMPTY(turns));
	peer = TAILQ_FIRST(turns);
	TAILQ_REMOVE(turns, peer, turn);
	TAILQ_INSERT_TAIL(turns, peer, turn);
	item = TAILQ_FIRST(&peer->ready);
	sl_fair_rest(fair, item);
	return item;
}

struct sl_fair_peer *sl_fair_largest(const struct sl_fair *fair, enum sl_peer_kind kind)
{
	struct sl_fair_peer *peer, *largest = NULL;

	TAILQ_FOREACH (peer, &fair->all[kind], all)
		if (!largest || peer->items > largest->items)
			largest = peer;
	return largest;
}
