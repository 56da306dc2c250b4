/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hairpin: media that leaves one call for a pinhole of another call of this relay. It does not
 * go by the wire, where nobody would bring it back, but by a ring of the worker that owns the
 * pinhole, with the headers that it would have on the wire. There it meets every stage but those
 * that guard the wire. SL_MAX_HAIRPINS bounds how often.
 *
 * Only packets that came by the hairpin may come from an address of ours; and a pinhole accepts
 * them from exactly the address and port that its SDP named.
 */
#ifndef SL_DATAPLANE_HAIRPIN_H
#define SL_DATAPLANE_HAIRPIN_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/limits.h"

struct sl_burst;
struct sl_egress;
struct sl_endpoint;
struct sl_packet;
struct sl_worker;

/* The port (index of sl_ethdevs) that such media leaves by. It has no queues. */
enum { SL_PORT_HAIRPIN = SL_MAX_PORTS };

/*
 * The slot of ours that covers that address and UDP port, or -1. Where several networks have the
 * address, the one of the slot `near` goes first.
 */
int sl_hairpin_slot(const struct sl_endpoint *to, unsigned near);

/* Turns the way out from slot `near` to `to` into a hairpin if `to` is covered by a slot of ours.
 */
void sl_hairpin_route(struct sl_egress *egress, const struct sl_endpoint *to, unsigned near);

/* By ctrl: the cookie of the flow that is published at the pinhole which `to` leads to from slot
 * `near`; 0: it is closed. */
uint64_t sl_hairpin_cookie(const struct sl_endpoint *to, unsigned near);

/* The link that all of it seems to go by. Before the first flow, after the last sl_port_open. */
void sl_hairpin_prepare(void);

/* Hands off a packet that is ready to leave by SL_PORT_HAIRPIN: SL_HANDED_OFF, or why not. */
enum sl_verdict sl_hairpin_give(
	const struct sl_worker *w, const struct sl_burst *b, const struct sl_packet *p);

#endif
