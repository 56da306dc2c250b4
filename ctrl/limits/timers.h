/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When a call ends although nobody ended it. A pure leaf: what is known of the call and the time
 * in, a verdict out. docs/operate.md says the same to operators.
 */
#ifndef SL_CTRL_TIMERS_H
#define SL_CTRL_TIMERS_H

#include <stdbool.h>
#include <stdint.h>

/* Seconds; 0: never. */
struct sl_timers {
	unsigned media;  /* no packet of any party, where packets are expected */
	unsigned silent; /* the same for a call that is on hold */
	unsigned offer;  /* the first offer got no answer */
	unsigned final;  /* since the call was made, whatever happens */
	unsigned notice; /* a party that does not send is announced after that */
	unsigned kept;   /* how long one that has timed out can still be asked for */
};

enum {
	SL_TIMERS_MEDIA = 60,
	SL_TIMERS_SILENT = 3600,
	SL_TIMERS_OFFER = 600,
	SL_TIMERS_FINAL = 0,
	SL_TIMERS_NOTICE = 10,
	SL_TIMERS_KEPT = 300,
};

/* X(identifier, label, what the log says) */
#define SL_TIMEOUTS(X)                                                       \
	X(MEDIA, "media timeout", "no packet from any party")                \
	X(SILENT, "silent timeout", "on hold, and no packet from any party") \
	X(OFFER, "offer timeout", "the offer got no answer")                 \
	X(FINAL, "final timeout", "a call may not last longer")

enum sl_timeout {
	SL_TIMEOUT_NONE = 0,
#define X(id, label, text) SL_TIMEOUT_##id,
	SL_TIMEOUTS(X)
#undef X
		SL_TIMEOUT_COUNT,
};

extern const char *const sl_timeout_labels[SL_TIMEOUT_COUNT];
extern const char *const sl_timeout_texts[SL_TIMEOUT_COUNT];

/* Times are ns of one clock; 0: it did not happen. */
struct sl_timers_call {
	uint64_t created;
	uint64_t offered;  /* last offer */
	uint64_t answered; /* last answer: whoever speaks has time from then on */
	uint64_t heard;    /* last packet of any party that was let in */
	bool apart;        /* it was answered, and nobody is connected now: its deadline decides */
	bool held;         /* a party is not expected to send */
	bool ending;       /* was told to end, with a delay: only the final timeout is left */
};

enum sl_timeout sl_timers_due(
	const struct sl_timers *timers, const struct sl_timers_call *call, uint64_t now);

/* The seconds that the timeout stands for. */
unsigned sl_timers_seconds(const struct sl_timers *timers, enum sl_timeout timeout);

#endif
