/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A tap: copies of the packets that arrive at some local ports, as received and as sent, and where
 * the way of each ended. A worker writes them to a ring of its own and never waits: a packet that
 * finds the ring full is counted as lost to the tap and goes its way like any other.
 *
 * A worker without a tap (NULL) pays one branch per burst and one per turn of its loop. Control
 * makes and publishes taps by dataplane/handoff/tap_new.h.
 */
#ifndef SL_DATAPLANE_TAP_H
#define SL_DATAPLANE_TAP_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/drop.h"
#include "sluice/limits.h"
#include "sluice/stage.h"

enum {
	SL_TAP_PORTS = 256,    /* local ports that a tap watches at most */
	SL_TAP_RECORDS = 1024, /* of the ring of each worker; a power of two */
	SL_TAP_FRAME = 1600,   /* bytes kept of a frame at most */
};

/* A local port that is watched. */
struct sl_tap_port {
	uint64_t cookie;   /* ctrl's name for it, in the records */
	uint16_t udp_port; /* host byte order */
	uint8_t slot;      /* of its address (dataplane/base/media_address.h) */
};

struct sl_tap_ports {
	unsigned n;
	struct sl_tap_port port[SL_TAP_PORTS];
	uint8_t bitmap[65536 / 8]; /* the UDP ports of all of them: most packets look no further */
};

enum sl_tap_side {
	SL_TAP_RECEIVED, /* the frame, before anything was changed in it */
	SL_TAP_CLEAR,    /* RTP or RTCP after its protection was removed; without headers */
	SL_TAP_SENT,     /* the frame, as given to the device or to another flow of this relay */
	SL_TAP_SIDES,
};

struct sl_tap_frame {
	uint64_t at;   /* ns, sl_clock */
	uint16_t len;  /* bytes; 0: the packet did not come so far */
	uint16_t kept; /* bytes of data */
	uint8_t data[SL_TAP_FRAME];
};

struct sl_tap_record {
	const void *buffer; /* of the worker: the packet while it is on its way */
	uint64_t cookie;
	bool elsewhere;       /* another worker has it, and a record of its own: skip this one */
	bool ended;           /* verdict and stage are final */
	uint8_t verdict;      /* SL_FORWARD or the reason of the drop */
	uint8_t stage;        /* enum sl_stage: which one decided */
	uint16_t payload;     /* offset in the received frame; 0: it is not known */
	uint16_t payload_len; /* bytes */
	struct sl_tap_frame frame[SL_TAP_SIDES];
};

/* Written by one worker and emptied by control. */
struct sl_tap_ring {
	uint32_t filled; /* of the worker: records in use, published or not */
	uint32_t head;   /* published: ctrl may read up to here */
	uint32_t tail;   /* ctrl has read up to here */
	uint32_t lost;   /* packets that found no room */
	struct sl_tap_record *records;
};

struct sl_tap {
	bool clear;                 /* SL_TAP_CLEAR is filled */
	struct sl_tap_ports *ports; /* one of `both`, swapped by ctrl */
	struct sl_tap_ports both[2];
	struct sl_tap_ring ring[SL_MAX_WORKERS];
};

/* By ctrl: the oldest record of a worker, which stays until sl_tap_done; NULL: there is none. */
const struct sl_tap_record *sl_tap_peek(const struct sl_tap *tap, unsigned worker);
void sl_tap_done(struct sl_tap *tap, unsigned worker);

/* By ctrl: packets of all workers that the tap has lost. */
uint64_t sl_tap_lost(const struct sl_tap *tap);

struct rte_mbuf;
struct sl_burst;
struct sl_worker;

/* By the worker, of a burst that is parsed: notes those that are for a watched port. */
void sl_tap_begin(struct sl_worker *w, struct sl_burst *b);

/* By the worker, behind each stage: what became of the packets there. Fires the probes
 * (dataplane/path/probe.h), too. */
void sl_tap_stage(struct sl_worker *w, struct sl_burst *b, enum sl_stage stage);

/* By the worker: these were queued, and the device refused them. */
void sl_tap_refused(
	struct sl_worker *w, struct rte_mbuf *const *m, unsigned n, enum sl_verdict verdict);

/* By the worker, at the end of a turn: the way of all that it noted has ended. */
void sl_tap_publish(struct sl_worker *w);

#endif
