/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A burst travels the pipeline: up to SL_BURST packets, each with a verdict. A stage looks only at
 * packets that are still SL_FORWARD and returns nothing; the worker frees and counts those that did
 * not survive.
 */
#ifndef SL_DATAPLANE_BURST_H
#define SL_DATAPLANE_BURST_H

#include <rte_mbuf.h>

#include "dataplane/base/nexthop.h"
#include "dataplane/crypto/crypto.h"
#include "dataplane/flow/flow.h"
#include "dataplane/path/parse.h"

struct sl_packet {
	struct rte_mbuf *m;
	union {
		struct sl_flow **pinhole; /* set by the steer stage, for the pinhole stage */
		sl_nexthop hop;           /* set by the commit stage: where it leaves to */
	};
	struct sl_flow *flow; /* set by the pinhole stage */
	uint8_t verdict;      /* enum sl_verdict */
	uint8_t component;    /* enum sl_component */
	uint8_t listed;       /* enum sl_prefix, set by the lists stage where it looks */
	bool learn;           /* from elsewhere, or its latch is being watched */
	int8_t stream;        /* index in flow->streams; -1: SSRC not known yet */
	bool left;            /* with a tap or a probe alone: its way has ended; */
	uint16_t record;      /* its record in the ring of the tap, + 1; 0: none */
	struct sl_crypto_op op;
	struct sl_view view;
} __attribute__((aligned(64)));
_Static_assert(sizeof(struct sl_packet) == 128, "two cache lines");

struct sl_burst {
	uint64_t now; /* ns, sl_clock */
	unsigned n;
	bool first_round; /* later packets of an SSRC's very first burst wait for the second */
	bool hairpin; /* not off the wire: sent by flows of this relay (dataplane/path/hairpin.h) */
	struct sl_packet packet[SL_BURST];
};

#define SL_BURST_FOREACH(p, burst)                                                               \
	for (struct sl_packet *p = (burst)->packet, *p##_end = p + (burst)->n; p < p##_end; p++) \
		if (p->verdict == SL_FORWARD)

#endif
