/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A flow: media in one direction of one call, from a pinhole to the far endpoint: one leg's
 * unprotect and the other leg's protect, RTP and RTCP together.
 *
 * Built by the control thread, then owned by one worker from publication to withdrawal
 * (dataplane/handoff/mailbox.h). While it is published the control thread only reads its counters
 * (sl_flow_counters). A change to a call publishes a new flow in place of the old, which inherits
 * its indices and counters.
 */
#ifndef SL_DATAPLANE_FLOW_H
#define SL_DATAPLANE_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataplane/base/endpoint.h"
#include "dataplane/crypto/crypto.h"
#include "dataplane/flow/latch.h"
#include "dataplane/flow/police.h"
#include "dataplane/flow/pt_action.h"
#include "dataplane/flow/quality.h"
#include "dataplane/flow/ssrc_ext.h"
#include "dataplane/flow/stream.h"
#include "sluice/drop.h"

/* The two components of a media stream (RFC 8445 5.1.1.1). */
enum sl_component { SL_RTP, SL_RTCP, SL_COMPONENTS };

/* Where a component leaves: a prebuilt network and transport header. One cache line; written by
 * ctrl. */
struct sl_egress {
	uint8_t header[48];   /* IPv4+UDP or IPv6+UDP; length and checksum fields zero */
	uint32_t nexthop;     /* index into the next-hop table (dataplane/base/nexthop.h) */
	uint32_t pseudo_sum;  /* one's complement sum of the header's addresses and ports and the
				 protocol */
	uint8_t header_len;   /* 28 (IPv4) or 48 (IPv6), bytes */
	uint8_t port;         /* ethdev port of Sluice, index of sl_port; or SL_PORT_HAIRPIN */
	uint16_t vlan;        /* id of the 802.1Q tag it leaves with; 0: none */
	uint16_t ipv4_sum;    /* one's complement sum of the IPv4 header */
	uint8_t entry_port;   /* with SL_PORT_HAIRPIN: by which port it seems to arrive, */
	uint8_t entry_worker; /* and who owns the pinhole there */
};
_Static_assert(sizeof(struct sl_egress) == 64, "one cache line per component");

/* Written by the worker, read relaxed by ctrl. Packets and bytes are RTP or RTCP packets as
 * received. In the order in which RTP needs the first of them in one cache line. */
struct sl_flow_counters {
	uint64_t last; /* ns, worker clock (sl_clock): last packet forwarded, 0: none yet */
	uint64_t packets[SL_COMPONENTS]; /* handed to the egress queue; drops[SL_DROP_TX_FULL] and
					    drops[SL_DROP_PORT_RESET] of them were refused */
	uint64_t bytes[SL_COMPONENTS];   /* forwarded, UDP payload as sent */
	uint32_t drops[SL_VERDICTS];     /* by enum sl_verdict */
};

/*
 * How long packets are in the hands of the worker: from when it asks the device for a burst until
 * the device has taken the answer, with all cryptography and system calls between. One packet of
 * each turn of the poll loop is looked at. What waits elsewhere is not in it: in the device's or
 * the kernel's queues until the worker asks, for a worker that sleeps to wake up, in a ring from
 * one worker to another. Written by the worker, read relaxed by ctrl.
 */
struct sl_latency {
	uint64_t total;   /* ns, of all that were looked at */
	uint32_t packets; /* that were */
	uint32_t highest; /* ns */
};

struct sl_flow {
	/* Line 0, read for every packet. Written by ctrl before publication, `source` and `watch`
	 * from then on by the worker. */
	struct sl_key *in_key;                    /* NULL: plain RTP comes in */
	struct sl_key *out_key;                   /* NULL: plain RTP goes out */
	struct sl_endpoint source[SL_COMPONENTS]; /* whom the latches believe */
	uint8_t in_suite, out_suite;              /* enum sl_suite */
	uint8_t worker;                           /* the owner, set by sl_flow_new */
	uint8_t watch; /* bit per component: its latch wants to see every packet, or it is believed
			  to come from a pinhole of ours */
	struct {
		uint16_t port;    /* UDP port, host byte order */
		uint8_t slot;     /* address slot (dataplane/base/media_address.h) */
		bool has_actions; /* not all that comes there just passes */
	} local[SL_COMPONENTS];   /* the same twice: RTP and RTCP share a port (RFC 5761) */

	/* Lines 1 and 2. Written by ctrl before publication. */
	struct sl_egress egress[SL_COMPONENTS] __attribute__((aligned(64)));

	/* Line 3 and, of RTCP, part of line 4. Written by the worker. */
	struct sl_streams streams;

	/* The rest of line 4. `search` is written by the worker, the others by ctrl before
	 * publication. */
	struct sl_roc_search search; /* for the counter of an SSRC that is not known */
	uint64_t cookie;
	struct sl_pt_actions *actions; /* of RTP, enum sl_pt_action; NULL: all passes */

	/* Lines 5 and 6. Written by the worker. */
	struct sl_quality quality; /* of live SSRC 0 of `streams` */
	struct sl_police police;
	struct sl_flow_counters count;

	/* Cold. Written by ctrl before publication. */
	struct sl_payload payloads[SL_PAYLOADS];

	/* Cold, written by the worker. */
	struct sl_latency latency;
	struct sl_reports reports; /* RTCP that came */

	/* Cold: only for packets from elsewhere, and while a source is being learnt. */
	struct sl_latch latch[SL_COMPONENTS]; /* the first one for both when they share a port */
};

_Static_assert(offsetof(struct sl_flow, egress) == 64, "what every packet needs is in one line");
_Static_assert(offsetof(struct sl_flow, streams) % 64 == 0, "so is its stream");
_Static_assert(offsetof(struct sl_flow, quality) % 64 == 0, "so is its quality");
_Static_assert(offsetof(struct sl_flow, police) % 64 == 0 &&
		       offsetof(struct sl_flow, count.bytes[SL_RTCP]) % 64 == 0,
	"so are the counters of RTP");

/* The specification of a flow, by ctrl; copied. Keys stay the caller's: they must outlive the flow.
 */
struct sl_flow_spec {
	struct sl_key *in_key, *out_key;
	enum sl_suite in_suite, out_suite;
	uint8_t in_slot;                               /* address slot that media arrives at */
	uint16_t in_port[SL_COMPONENTS];               /* local UDP ports; equal: rtcp-mux */
	struct sl_endpoint source[SL_COMPONENTS];      /* whom media is expected from */
	struct sl_latch_policy policy;                 /* and from whom else; zero: nobody */
	uint8_t out_slot;                              /* address slot that media leaves from */
	uint16_t out_port[SL_COMPONENTS];              /* local UDP ports media leaves from */
	struct sl_endpoint destination[SL_COMPONENTS]; /* where media goes: also to a pinhole of
							  ours (dataplane/path/hairpin.c) */
	bool nowhere; /* nothing is sent: all is SL_DROP_BLOCKED once it has authenticated; with
			 actions that discard every payload type */
	uint32_t nexthop[SL_COMPONENTS]; /* next hop of each destination; 0 for a
					    pinhole of ours */
	uint64_t cookie;                 /* ctrl's name for the flow, in its events */
	uint8_t tos;                     /* IPv4 TOS or IPv6 traffic class of what is sent */
	struct sl_pt_actions actions;    /* enum sl_pt_action */
	struct sl_police_rates rates;
	struct sl_payload payloads[SL_PAYLOADS]; /* for jitter */
};

/* Whether a flow made of the one would be as one made of the other. */
bool sl_flow_spec_equal(const struct sl_flow_spec *a, const struct sl_flow_spec *b);

/* Wipes and frees a flow that no worker holds. NULL is ignored. The keys are not touched. */
void sl_flow_free(struct sl_flow *flow);

/* A consistent enough copy of the counters of a published flow: each value is one that was true. */
void sl_flow_counters(const struct sl_flow *flow, struct sl_flow_counters *out);

/* A copy of a published flow's. */
void sl_flow_latency(const struct sl_flow *flow, struct sl_latency *out);

/* Fills in what was received of the live SSRC of an index below SL_LIVE_SSRCS, by any thread; all
 * zero: none. */
void sl_flow_quality(const struct sl_flow *flow, int index, struct sl_quality_report *out);

/* The same for the owner, of an index that is in use or was. */
static inline struct sl_quality *sl_flow_quality_at(struct sl_flow *flow, int index)
{
	return index == 0 ? &flow->quality
			  : &((struct sl_ssrc_ext *)flow->streams.ext)->quality[index - 1];
}

/* True if it has an SSRC extension, by any thread. */
bool sl_flow_has_ext(const struct sl_flow *flow);

/* Gives it an SSRC extension, NULL is ignored. By the owner, or before publication. */
void sl_flow_give_ext(struct sl_flow *flow, struct sl_ssrc_ext *ext);

/* Where media of a component comes from: of a flow that is published or was. */
void sl_flow_source(
	const struct sl_flow *flow, enum sl_component component, struct sl_latch_report *out);

/* By the owner, with its pages: what its keys are known to have done. */
struct sl_stream_keys sl_flow_keys(const struct sl_flow *flow, const struct sl_page_source *pages);

/* By the owner, once it is withdrawn: its keys' histories know from then on what it knew. */
void sl_flow_settle(const struct sl_flow *flow);

/* By the owner, or before publication: flow->source and flow->watch follow the latches. */
void sl_flow_sources(struct sl_flow *flow);

/*
 * By the owner, before publication, when `flow` takes the place of `old`, which is settled:
 * counters, what the latches learnt, and of its SSRCs what sl_streams_inherit says. `current`:
 * `old` was published until now.
 */
void sl_flow_inherit(struct sl_flow *flow, const struct sl_flow *old, bool current,
	const struct sl_page_source *pages);

#endif
