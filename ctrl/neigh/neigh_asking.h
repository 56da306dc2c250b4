/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How many neighbours that may not exist the kernel is asked for at a time. A party names any
 * address of an on-link prefix in its SDP, and each that nobody answers for takes one of the
 * kernel's entries (1024 of a family by default, for everything on the machine): so they take turns
 * in a few places, of which one call has fewer still. Gateways and what has answered need none. A
 * pure leaf. Private to ctrl/neigh.
 */
#ifndef SL_CTRL_NEIGH_ASKING_H
#define SL_CTRL_NEIGH_ASKING_H

#include <stdbool.h>
#include <stdint.h>

enum {
	SL_NEIGH_ASKING = 128,     /* places */
	SL_NEIGH_ASKING_EACH = 8,  /* of them for one owner */
	SL_NEIGH_ASKING_MS = 1500, /* from then on a place may be taken by another */
};

/* All zero: nobody is asked for. */
struct sl_neigh_asking {
	struct {
		uint32_t hop; /* 0: free */
		uint64_t owner, since;
	} place[SL_NEIGH_ASKING];
};

/*
 * A place for the hop, or the one it has. False: it has to wait. `again`: it was asked for before,
 * and leaves half of the places to those that were not. *out is the hop whose place it took, or 0.
 */
bool sl_neigh_asking_take(struct sl_neigh_asking *asking, uint32_t hop, uint64_t owner, bool again,
	uint64_t now, uint32_t *out);

/* The place of a hop, if it has one, is free. */
void sl_neigh_asking_give(struct sl_neigh_asking *asking, uint32_t hop);

#endif
