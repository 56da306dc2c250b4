/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What workers tell the control thread: a single-producer ring each, that says where to look. What
 * there is to see stays in the flow, so an event that found the ring full is only a look to be
 * taken at all flows. Control thread only.
 */
#ifndef SL_DATAPLANE_EVENT_H
#define SL_DATAPLANE_EVENT_H

#include <stdint.h>

enum sl_event_type {
	SL_EVENT_SOURCE, /* media comes from another address than before (sl_flow_source) */
};

struct sl_event {
	uint64_t cookie;   /* of the flow (struct sl_flow_spec) */
	uint8_t type;      /* enum sl_event_type */
	uint8_t component; /* enum sl_component */
	uint8_t unused[6];
};
_Static_assert(sizeof(struct sl_event) == 16, "as the rings have it");

/* Takes up to `room` events of all workers, oldest first for each. Returns how many. */
unsigned sl_events_take(struct sl_event *events, unsigned room);

/* How many events were lost so far, by all workers together. */
uint64_t sl_events_lost(void);

#endif
