/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The sources that media is accepted from, and when an endpoint is believed to be somewhere else
 * than its SDP said (symmetric RTP, RFC 4961): behind a NAT, or moved. One latch per component. A
 * pure leaf.
 *
 * On SRTP only a packet whose tag verified, and which is newer than all before it, moves the latch:
 * a copy of an older packet proves nothing about where the endpoint is now. Before that,
 * sl_latch_try bounds how many tags are computed for other addresses: policy.tries a second for
 * each of SL_LATCH_BUCKETS groups, the first of which is for IP addresses that signalling named, so
 * that an attacker does not shut out the endpoint.
 *
 * On plain RTP nothing proves anything, so the signalled address wins. Another one is learnt only
 * while the signalled one has never been heard, only if its IP address is one that signalling named
 * (in SDP, or where the SIP message came from), and only in a window that begins with its first
 * packet: SL_LATCH_WINDOW_NS, at most SL_LATCH_PACKETS packets. The signalled address takes it back
 * within the window, and from then on nothing else is learnt.
 *
 * New signalling (policy.round) opens the window again, since a NAT may have given the
 * endpoint another port while it was silent: who was believed stays so until another one has been
 * learnt, and the window begins with the next packet of anybody.
 */
#ifndef SL_DATAPLANE_LATCH_H
#define SL_DATAPLANE_LATCH_H

#include "dataplane/base/endpoint.h"

#define SL_LATCH_WINDOW_NS UINT64_C(3000000000)
/* The least time between two moves of one latch: what moving costs elsewhere is bounded. */
#define SL_LATCH_HOLD_NS UINT64_C(100000000)

enum {
	SL_LATCH_PACKETS = 100, /* plain: looked at in a window */
	SL_LATCH_STREAK = 3,    /* plain: in a row from one place before it is believed */
	SL_LATCH_HANDOVER = 10, /* plain, SL_LATCH_FOLLOW: the same, once somebody was heard */
	SL_LATCH_TRIES = 50,    /* unless the policy says otherwise */
	SL_LATCH_TRIES_MOST = 1000,
	SL_LATCH_BUCKETS = 8,
};

enum sl_latch_mode {
	SL_LATCH_STRICT, /* only the signalled address */
	SL_LATCH_ONCE,   /* learnt once, then only that */
	SL_LATCH_FOLLOW, /* goes where the endpoint goes; on plain RTP whoever speaks alone is it */
};

struct sl_latch_policy {
	uint8_t mode;     /* enum sl_latch_mode */
	bool any_ip;      /* plain, SL_LATCH_ONCE: any IP address may be learnt */
	uint16_t tries;   /* SRTP: a second, and at once, for each bucket; 0: SL_LATCH_TRIES */
	uint8_t hint[16]; /* IP address that signalling came from; all zero: not known */
	uint16_t round;   /* SL_LATCH_ONCE: another one with each offer or answer of the endpoint */
};

struct sl_latch {
	/* Written by ctrl before publication. */
	struct sl_latch_policy policy;
	bool plain;
	bool learnt; /* by the worker: `current` has moved in this window */
	struct sl_endpoint signalled;

	/* Written by the worker. */
	bool settled; /* SL_LATCH_ONCE: learnt, or the signalled address was heard */
	uint8_t streak;
	uint16_t looked;                /* packets looked at in the window */
	struct sl_endpoint candidate;   /* of the streak */
	uint64_t opened;                /* ns: when the window began; 0: it has not */
	uint64_t moved;                 /* ns: last move; 0: never */
	uint32_t due[SL_LATCH_BUCKETS]; /* ms: when the bucket is empty again */

	/* Written by the worker, read by ctrl (sl_latch_read). */
	uint32_t version;           /* odd while the rest is being written */
	uint32_t moves;             /* how often `current` changed */
	uint32_t refused;           /* packets from elsewhere that were not let in */
	struct sl_endpoint current; /* whom media is accepted from */
	struct sl_endpoint other;   /* the last one that was not let in; port 0: none */
};

struct sl_latch_report {
	struct sl_endpoint current, other;
	uint32_t moves, refused;
};

/* A latch on the signalled address. `plain`: what comes is not authenticated. */
void sl_latch_start(struct sl_latch *l, const struct sl_endpoint *signalled,
	const struct sl_latch_policy *policy, bool plain);

/* Takes over what `old` has learnt, if it was told the same address; the policy stays its own. In
 * another round the window is open again. */
void sl_latch_inherit(struct sl_latch *l, const struct sl_latch *old);

/*
 * Before any cryptography: may a packet from there be tried? False: SL_DROP_SOURCE. Learns nothing;
 * only the budget for unknown sources shrinks.
 */
bool sl_latch_try(struct sl_latch *l, const struct sl_endpoint *from, uint64_t now);

/* Remembers that a packet from there was not let in, whoever decided so. */
void sl_latch_refuse(struct sl_latch *l, const struct sl_endpoint *from);

/*
 * For a packet that was tried and, unless plain, has authenticated. `newest`: its index is higher
 * than any before it (plain: true). True: it may pass. Moves the latch where that is due.
 */
bool sl_latch_commit(struct sl_latch *l, const struct sl_endpoint *from, bool newest, uint64_t now);

/* Is sl_latch_commit to be told also of packets from the current address? */
static inline bool sl_latch_watching(const struct sl_latch *l)
{
	return l->streak ||
	       (!l->settled && (l->policy.mode == SL_LATCH_ONCE ||
				       (l->plain && l->policy.mode == SL_LATCH_FOLLOW)));
}

/* By any thread: a consistent copy of what ctrl may see. */
void sl_latch_read(const struct sl_latch *l, struct sl_latch_report *out);

#endif
