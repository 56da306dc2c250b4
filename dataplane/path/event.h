/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Events from workers to the control thread: a single-producer ring each, that says where to look.
 * The findings stay in the flow: if an event found the ring full, the control thread looks at all
 * flows. Control thread only.
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

/*
 * A packet that was dropped, as a sample: each one whose tag did not verify or that was replayed,
 * of the others one of SL_DROP_SAMPLE for each reason and worker. What finds its ring full is lost.
 */
enum { SL_DROP_SAMPLE = 256 };

struct sl_drop_sample {
	uint8_t ip[16];   /* where it came from, IPv4 in mapped form */
	uint16_t port;    /* to that UDP port; 0: it is not known */
	uint16_t verdict; /* enum sl_verdict */
	uint32_t weight;  /* packets that it stands for */
};
_Static_assert(sizeof(struct sl_drop_sample) == 24, "as the rings have it");

/* As sl_events_take. */
unsigned sl_drop_samples_take(struct sl_drop_sample *samples, unsigned room);

#endif
