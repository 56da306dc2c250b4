/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packet index estimate and replay window (RFC 3711 3.3.1, 3.3.2, appendix A). A pure leaf.
 *
 * Check and commit are two functions: a check never changes anything, a commit is made only for a
 * packet whose tag has verified, and refuses an index that an earlier commit of the same burst has
 * taken.
 */
#ifndef SL_DATAPLANE_REPLAY_H
#define SL_DATAPLANE_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/drop.h"
#include "sluice/limits.h"

#define SL_INDEX_MAX      ((UINT64_C(1) << 48) - 1) /* SRTP: ROC << 16 | SEQ */
#define SL_RTCP_INDEX_MAX ((UINT64_C(1) << 31) - 1) /* SRTCP */

/* All zero: nothing received yet. */
struct sl_replay {
	uint64_t top; /* highest committed index; while empty: the highest under an earlier key */
	uint64_t seen[SL_REPLAY_WINDOW /
		      64]; /* bit i of the 128: index top - i is committed; bit 0 set once in use */
};

static inline bool sl_replay_empty(const struct sl_replay *r)
{
	return !(r->seen[0] & 1);
}

/*
 * The roll-over counter of an SSRC that has not authenticated yet. It is 0, unless the sender was
 * heard elsewhere before: by a relay that died, or under another key. So from the second packet in
 * a row on that does not verify, the next one tries the next counter, up to SL_ROC_SEARCH, with one
 * MAC for each. What is remembered here proves nothing: a packet that is not of the row, as of
 * somebody who forges beside the sender, starts again at 0.
 */
struct sl_roc_search {
	uint32_t ssrc;
	uint16_t expected; /* sequence number that goes on with the row */
	uint8_t roc;       /* to be tried with it */
	bool on;           /* there is a row */
};

enum {
	SL_ROC_SEARCH = 64,     /* counters: 23 hours at 50 packets a second */
	SL_ROC_SEARCH_GAP = 16, /* packets of a row that may be missing between two */
};

/* The counter to try for a packet of an SSRC that is not known. */
uint8_t sl_roc_search_get(const struct sl_roc_search *search, uint32_t ssrc, uint16_t seq);
/* It did not verify with that. */
void sl_roc_search_failed(struct sl_roc_search *search, uint32_t ssrc, uint16_t seq);

/* The three below for any index; they themselves settle at once what nearly always comes, the
 * next one. */
uint64_t sl_replay_estimate_any(const struct sl_replay *r, uint16_t seq, uint8_t tries);
enum sl_verdict sl_replay_check_any(const struct sl_replay *r, uint64_t index);
enum sl_verdict sl_replay_commit_any(struct sl_replay *r, uint64_t index);

/*
 * The index that `seq` most likely stands for (RFC 3711 3.3.1), given the highest one so far;
 * roll-over counter `tries` (sl_roc_search_get) when there is none. After a change of keys some
 * senders start anew and some go on counting: until a packet has authenticated, odd sequence
 * numbers are taken for the one and even ones for the other, so that one of two packets verifies,
 * with one MAC for each and nothing remembered of those that do not. May be UINT64_MAX (no such
 * index): before the first packet, or past 2^48.
 */
static inline uint64_t sl_replay_estimate(const struct sl_replay *r, uint16_t seq, uint8_t tries)
{
	if (seq == (uint16_t)(r->top + 1) && !sl_replay_empty(r) && r->top < SL_INDEX_MAX)
		return r->top + 1;
	return sl_replay_estimate_any(r, seq, tries);
}

/* SL_FORWARD, SL_DROP_REPLAY or SL_DROP_REPLAY_OLD. Changes nothing. */
static inline enum sl_verdict sl_replay_check(const struct sl_replay *r, uint64_t index)
{
	return index > r->top ? SL_FORWARD : sl_replay_check_any(r, index);
}

/* Marks `index` as seen and moves the window. Same verdicts as the check; changes nothing unless
 * SL_FORWARD. */
static inline enum sl_verdict sl_replay_commit(struct sl_replay *r, uint64_t index)
{
	if (index != r->top + 1 || sl_replay_empty(r))
		return sl_replay_commit_any(r, index);
	r->top = index;
	r->seen[1] = r->seen[1] << 1 | r->seen[0] >> 63;
	r->seen[0] = r->seen[0] << 1 | 1;
	return SL_FORWARD;
}

#endif
