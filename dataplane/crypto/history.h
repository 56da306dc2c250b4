/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which indices were used under one key, by SSRC: of a key that packets are received with, which
 * were received (RFC 3711 3.3.2), of one that they are sent with, which were sent (9.1). It belongs
 * to the key and lives as long. An SSRC that is being heard has its windows in a flow
 * (dataplane/flow/stream.h) and a record here, which is written when it loses its place there. Pure
 * leaf; memory comes in pages from the caller.
 *
 * No SSRC is admitted as new that was heard before under the key. SL_HISTORY_NEAR +
 * SL_HISTORY_FAR of them have a record and go on where they were. Beyond that, the one that was
 * not heard for longest gives up its record to a Bloom filter, and is refused when it comes back.
 * The filter takes a new SSRC for one of those, and refuses it, 1 time in 200 when 10,000 are in
 * it, 1 in 20 at 20,000.
 */
#ifndef SL_DATAPLANE_HISTORY_H
#define SL_DATAPLANE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sl_flow;

enum {
	SL_HISTORY_NEAR = 2,                   /* records within the key; they are never given up */
	SL_HISTORY_PAGE = 31,                  /* records of a page */
	SL_HISTORY_FAR = 32 * SL_HISTORY_PAGE, /* records in pages */
	SL_HISTORY_FILTER = 32,                /* pages of the filter */
	SL_HISTORY_PROBES = 4,                 /* bits of an SSRC in the filter */
	SL_HISTORY_PAGES = 32 + SL_HISTORY_FILTER + 1, /* that one key takes at most */
};

struct sl_record {
	uint64_t next : 49;  /* highest index + 1; 0: none */
	uint64_t hint : 1;   /* that index was reached under an earlier key (sl_replay_estimate) */
	uint64_t live : 1;   /* a flow knows better */
	uint64_t recent : 1; /* heard since the search for what to give up passed here last */
	uint32_t ssrc;
	union {
		uint32_t rtcp_next; /* received: highest SRTCP index + 1; 0: none */
		uint16_t shift;     /* sent: was added to the sequence number */
	};
};
_Static_assert(sizeof(struct sl_record) == 16, "four records in a cache line");

/* In memory that the caller gives, zeroed. */
struct sl_history_page {
	union {
		struct {
			struct sl_history_page *next; /* an older one */
			uint64_t unused;
			struct sl_record record[SL_HISTORY_PAGE];
		};
		uint8_t bits[512];
	};
};
_Static_assert(sizeof(struct sl_history_page) == 512, "a whole number of cache lines");

struct sl_forgotten;

/* All zero: nothing was received or sent. One cache line. */
struct sl_history {
	struct sl_history_page *pages;  /* the newest first */
	struct sl_forgotten *forgotten; /* NULL: nothing was */
	const struct sl_flow *user;     /* the published flow that has the key; ctrl's */
	uint32_t rtcp_sent;             /* highest SRTCP index sent; 0: none */
	uint32_t n;                     /* records */
	struct sl_record near[SL_HISTORY_NEAR];
};
_Static_assert(sizeof(struct sl_history) == 64, "one cache line per key");

/* Where pages come from. */
struct sl_page_source {
	struct sl_history_page *(*take)(void *context); /* NULL: there is none now */
	void *context;
};

/* The record of an SSRC, or NULL. */
struct sl_record *sl_history_find(const struct sl_history *history, uint32_t ssrc);

/*
 * The record of an SSRC that is heard, made if need be, and marked as live and recent. NULL: it has
 * given up its record, or looks as if it had; or there is no page now.
 */
struct sl_record *sl_history_enter(
	struct sl_history *history, uint32_t ssrc, const struct sl_page_source *source);

/* Gives all pages to `give` and empties it. */
void sl_history_clear(struct sl_history *history, void (*give)(struct sl_history_page *page));

#endif
