/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which SRTP suites one party is offered, and which of those it offered is taken: the policy of the
 * interface, then what the request asks (`SDES`), then our own taste. A pure leaf.
 */
#ifndef SL_CTRL_SDES_POLICY_H
#define SL_CTRL_SDES_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/suite.h"

struct sl_suite_list {
	uint8_t n;
	uint8_t kept;                  /* so many at its head are never taken off */
	uint8_t suite[SL_SUITE_COUNT]; /* enum sl_suite, no two the same */
};

/* `SDES` of a request. */
struct sl_sdes_options {
	bool off;   /* no SDES towards the one who is offered something */
	bool nonew; /* offer only what was offered to us; goes before `only` and `no` */
	bool keep;  /* `static`, in an answer: the offerer keeps its suite if it still offers it */
	bool lifetime;                     /* write the key lifetime */
	uint16_t no, only;                 /* bit per enum sl_suite; `only` goes before `no` */
	struct sl_suite_list order;        /* these first, if they are offered at all */
	struct sl_suite_list offerer_pref; /* taken first of what the offerer has */
};

static inline uint16_t sl_suite_bit(enum sl_suite suite)
{
	return (uint16_t)(1u << suite);
}

/* Appends, unless it is there already. */
void sl_suite_list_add(struct sl_suite_list *list, enum sl_suite suite);

/*
 * `min-suite`: as many key bits and as many tag bits as `minimum`, so a 32-bit tag never makes up
 * for a longer key. SL_SUITE_NONE as minimum: everything is strong enough.
 */
bool sl_suite_strong(enum sl_suite suite, enum sl_suite minimum);

/* Whether `only` and `no` allow a suite, to either party. */
bool sl_sdes_allows(const struct sl_sdes_options *options, enum sl_suite suite);

/*
 * Returns the suites to offer, best first; `offered`: bits of what the other party offered us;
 * `in_force`: the suite that is used with the one who gets the offer, which goes before all others
 * as long as it is allowed (RFC 3264 8: an offer that changes nothing asks for nothing new; a party
 * may have no other suite). May come out empty.
 */
struct sl_suite_list sl_sdes_propose(const struct sl_sdes_options *options, uint16_t offered,
	enum sl_suite in_force, enum sl_suite minimum);

/* Lower is better: the place of a suite that stands in line `at` of an offer (RFC 4568 5.1.2). */
unsigned sl_sdes_rank(const struct sl_sdes_options *options, enum sl_suite suite, unsigned at);

/*
 * Takes the least useful suite off a list that makes an SDP too long: AES_CM_128_HMAC_SHA1_80,
 * which every peer knows, stays to the end. False: only one is left.
 */
bool sl_suite_list_shorten(struct sl_suite_list *list);

#endif
