/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How well a stream arrives: loss, order, duplicates and jitter of its RTP (RFC 3550 A.1, A.3,
 * A.8), and what passes in its RTCP (6.4). A pure leaf. Written by the worker, of what
 * authenticated; the round trip is for ctrl to put together, since a report and what it reports on
 * may pass different workers.
 */
#ifndef SL_DATAPLANE_QUALITY_H
#define SL_DATAPLANE_QUALITY_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/limits.h"

enum {
	SL_PAYLOADS = 8,     /* payload types of a flow with a known clock */
	SL_REPORTS_SENT = 4, /* sender reports remembered */
	SL_QUALITY_GAP =
		3000, /* RFC 3550 A.1 MAX_DROPOUT, packets; beyond it a sender started anew */
	SL_CLOCK_MAX = 0xffffff, /* Hz: what is faster is no clock of media */
	SL_QUALITY_LATE = 100,   /* MAX_MISORDER, likewise */
};

/* Clock rates by payload type; hz 0 ends the list. */
struct sl_payload {
	uint32_t hz : 24;
	uint32_t type : 8;
};

/* Reception of one SSRC. All zero: nothing came yet. */
struct sl_quality {
	uint64_t seen;    /* bit i: the packet `max` - i has come */
	uint64_t bytes;   /* of UDP payload, as received and decrypted */
	uint32_t ssrc;    /* host byte order */
	uint32_t packets; /* without duplicates */
	uint32_t missing; /* before the sender last started anew */
	uint32_t before;  /* packets, likewise */
	uint32_t reordered, duplicates;
	uint32_t base, max; /* extended sequence numbers: first, highest; since it started anew */
	uint32_t transit;   /* RTP clock units: arrival less timestamp */
	uint32_t jitter;    /* RTP clock units, times 16 */
	uint32_t factor;    /* from ns to clock units, 2^32 times; 0: the clock is not known */
	uint8_t type;       /* payload type of the last packet */
	bool started;
	uint8_t unused[2];
};
_Static_assert(sizeof(struct sl_quality) == 64, "one cache line per SSRC");

struct sl_quality_report {
	uint64_t bytes;
	uint32_t ssrc, packets, lost, reordered, duplicates;
	uint32_t highest; /* extended sequence number, from 0 cycles on */
	uint32_t jitter_us;
	uint8_t type;
};

/* A report block (RFC 3550 6.4.1) that passed. */
struct sl_reception {
	uint64_t at;          /* ns, worker clock */
	uint32_t by;          /* SSRC of who reports */
	uint32_t ssrc;        /* whose reception this is about */
	uint32_t loss;        /* fraction lost, 8 bits; packets lost, 24 bits, signed */
	uint32_t highest;     /* extended sequence number */
	uint32_t jitter;      /* RTP clock units */
	uint32_t last, delay; /* LSR; DLSR, 1/65536 s */
};

struct sl_sender_report {
	uint64_t at; /* ns, worker clock */
	uint32_t ssrc;
	uint32_t ntp; /* the middle 32 bits of its timestamp: what LSR repeats */
};

/* The sender information (RFC 3550 6.4.1) that passed last. */
struct sl_sender_info {
	uint64_t at; /* ns, worker clock; 0: none did */
	uint32_t ssrc;
	uint32_t ntp_s, ntp_fraction;
	uint32_t timestamp, packets, bytes; /* RTP timestamp; of payload */
};

struct sl_reports {
	uint32_t version; /* odd while the rest is being written */
	uint8_t next;     /* in `sent`: the oldest */
	struct sl_sender_report sent[SL_REPORTS_SENT];
	struct sl_sender_info info;
	struct sl_reception heard[SL_LIVE_SSRCS]; /* ssrc 0 and at 0: none */
};

/* One RTP packet, host byte order. */
struct sl_quality_packet {
	uint64_t now; /* ns */
	uint32_t ssrc, timestamp;
	uint16_t seq, len;
	uint8_t type;
};

/* A packet was received. `payloads`: SL_PAYLOADS of them. */
void sl_quality_rtp(
	struct sl_quality *q, const struct sl_quality_packet *p, const struct sl_payload *payloads);

/* By the writer: all of it at once, while others may read. */
void sl_quality_set(struct sl_quality *q, const struct sl_quality *to);

/* A compound RTCP packet was received; what is malformed in it ends the reading. */
void sl_quality_rtcp(struct sl_reports *r, const uint8_t *data, uint16_t len, uint64_t now);

/* By any thread. Each value is one that was true. */
void sl_quality_read(const struct sl_quality *q, struct sl_quality_report *out);

/* By any thread: a consistent copy of what was sent and heard. */
void sl_reports_read(const struct sl_reports *r, struct sl_reports *out);

/*
 * How long it takes from here to the one who receives the stream `ssrc` and back (RFC 3550 6.4.1),
 * ns: by the sender reports that went there and the last report block that came back. 0: not known.
 */
uint64_t sl_reports_round_trip(
	const struct sl_reports *there, const struct sl_reports *back, uint32_t ssrc);

#endif
