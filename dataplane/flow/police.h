/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rate limits of one direction of a call: buckets for RTP in packets and in bytes, for RTCP, and
 * for packets of SSRCs that its flow does not know while it knows one. A pure leaf. It is asked
 * before any cryptography, so that what is sent to a flow, or by its party, costs the others
 * nothing. Whoever spoofs the source but does not know the SSRC takes nothing from the sender;
 * whoever knows that as well gives back what he takes, up to SL_POLICE_FORGED_PPS, each of which
 * costs a worker one MAC: within one burst alone he may empty a bucket.
 *
 * Times are kept in ticks that fit 32 bits, a turn of 73 minutes, and mean something only as long
 * as the buckets are in use: those that nobody took from for an era are full by then, and those of
 * a new flow are.
 */
#ifndef SL_DATAPLANE_POLICE_H
#define SL_DATAPLANE_POLICE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	SL_POLICE_TICK_NS = 1024,
	SL_POLICE_DEPTH = 512 * 1024, /* ticks: half a second of its rate at once */
	SL_POLICE_LONGEST = 2048,     /* bytes; what is longer costs no more */
	SL_POLICE_PIECE = 64,         /* bytes that are counted together */
	SL_POLICE_ERA_BITS = 32,      /* ns: 4.3 s, longer than the emptiest bucket takes to fill */
	SL_POLICE_BYTES_LEAST = 1000, /* a second */
	SL_POLICE_PPS_LEAST = 15,     /* what 16 bits of gap hold */
	SL_POLICE_FORGED_PPS = 10000,
	SL_POLICE_FORGED_GAP = 1000000000 / SL_POLICE_TICK_NS / SL_POLICE_FORGED_PPS,
};

/* In the long run; 0: no limit. */
struct sl_police_rates {
	uint32_t rtp_pps, rtp_bytes; /* a second; bytes of UDP payload */
	uint32_t rtcp_pps;
	uint32_t learn_pps; /* of unknown SSRCs */
};

struct sl_police {
	/* Written by ctrl before publication: ticks for each packet, and for each piece. */
	uint16_t rtp_gap, rtcp_gap, learn_gap, byte_gap;
	/* The worker's: the era of the last packet, and when each is full again. */
	uint32_t era;
	uint32_t rtp_due, bytes_due, rtcp_due, learn_due, forged_due;
};
_Static_assert(sizeof(struct sl_police) == 32, "half a cache line");

void sl_police_start(struct sl_police *police, const struct sl_police_rates *rates);

/* Goes on with the buckets of `old`. */
static inline void sl_police_inherit(struct sl_police *police, const struct sl_police *old)
{
	police->era = old->era;
	police->rtp_due = old->rtp_due;
	police->bytes_due = old->bytes_due;
	police->rtcp_due = old->rtcp_due;
	police->learn_due = old->learn_due;
	police->forged_due = old->forged_due;
}

/* Fills what has not been touched for an era, before its due times come round again. */
static inline void sl_police_wake(struct sl_police *p, uint64_t now)
{
	uint32_t era = (uint32_t)(now >> SL_POLICE_ERA_BITS);

	if (era == p->era)
		return;
	if (era - p->era > 1)
		p->rtp_due = p->bytes_due = p->rtcp_due = p->learn_due = p->forged_due =
			(uint32_t)(now / SL_POLICE_TICK_NS);
	p->era = era;
}

/* `dearest`: what a packet can cost; `cost` is not more. A bucket that is to be full later than any
 * packet can have made it means that the clock went back: it is full. */
static inline bool sl_police_take(uint32_t *due, uint32_t cost, uint32_t dearest, uint64_t now)
{
	uint32_t tick = (uint32_t)(now / SL_POLICE_TICK_NS), ahead = *due - tick;

	if (ahead > SL_POLICE_DEPTH + dearest)
		ahead = 0;
	if (ahead > SL_POLICE_DEPTH)
		return false;
	*due = tick + ahead + cost;
	return true;
}

static inline uint32_t sl_police_bytes(const struct sl_police *p, uint16_t len)
{
	uint64_t counted = len < SL_POLICE_LONGEST ? len : SL_POLICE_LONGEST;

	return (uint32_t)(counted * p->byte_gap / SL_POLICE_PIECE);
}

/* May it pass, `len` bytes of UDP payload at `now` (ns)? */
static inline bool sl_police_rtp(struct sl_police *p, uint16_t len, uint64_t now)
{
	uint32_t cost = sl_police_bytes(p, len);

	sl_police_wake(p, now);
	if (p->rtp_gap && !sl_police_take(&p->rtp_due, p->rtp_gap, p->rtp_gap, now))
		return false;
	return !cost ||
	       sl_police_take(&p->bytes_due, cost, sl_police_bytes(p, SL_POLICE_LONGEST), now);
}

static inline bool sl_police_rtcp(struct sl_police *p, uint64_t now)
{
	sl_police_wake(p, now);
	return !p->rtcp_gap || sl_police_take(&p->rtcp_due, p->rtcp_gap, p->rtcp_gap, now);
}

/* Gives back what a forged packet took, unless there are too many of them. */
static inline void sl_police_forged(struct sl_police *p, bool rtcp, uint16_t len, uint64_t now)
{
	sl_police_wake(p, now);
	if (!sl_police_take(&p->forged_due, SL_POLICE_FORGED_GAP, SL_POLICE_FORGED_GAP, now))
		return;
	if (rtcp) {
		p->rtcp_due -= p->rtcp_gap;
	} else {
		p->rtp_due -= p->rtp_gap;
		p->bytes_due -= sl_police_bytes(p, len);
	}
}

static inline bool sl_police_learn(struct sl_police *p, uint64_t now)
{
	sl_police_wake(p, now);
	return !p->learn_gap || sl_police_take(&p->learn_due, p->learn_gap, p->learn_gap, now);
}

#endif
