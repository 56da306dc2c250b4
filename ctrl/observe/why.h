/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * "Why is there no audio?", in plain words. A pure leaf: from a snapshot of a call (which
 * ctrl/observe/snapshot.h takes) to a list of what stands between its ends, the likeliest first.
 */
#ifndef SL_CTRL_WHY_H
#define SL_CTRL_WHY_H

#include <stdbool.h>
#include <stdint.h>

#include "sluice/drop.h"

enum { SL_WHY_TEXT = 320, SL_WHY_MAX = 24 };

/* X(identifier, label) */
#define SL_CAUSES(X)                                \
	X(NEVER_OFFERED, "never-offered")           \
	X(NOT_ANSWERED, "not-answered")             \
	X(REFUSED, "refused")                       \
	X(HOLD, "on-hold")                          \
	X(NEIGHBOUR, "no-neighbour")                \
	X(AUTHENTICATION, "authentication")         \
	X(UNEXPECTED_ADDRESS, "unexpected-address") \
	X(REPLAYED, "replayed")                     \
	X(POLICED, "policed")                       \
	X(LOOP, "loop")                             \
	X(DROPPED, "dropped")                       \
	X(ONE_WAY, "nothing-comes-back")            \
	X(NO_PACKETS, "no-packets")

enum sl_cause {
#define X(id, label) SL_CAUSE_##id,
	SL_CAUSES(X)
#undef X
		SL_CAUSE_COUNT,
};

extern const char *const sl_cause_labels[SL_CAUSE_COUNT];

/* Media of one kind from one party to the other. Texts are never NULL. */
struct sl_why_path {
	const char *kind;      /* "audio" */
	const char *from, *to; /* the parties' tags */
	bool active;           /* neither refused nor removed */
	const char *held;      /* NULL, or how: "c=0.0.0.0", "a=inactive" */
	const char *holder;    /* with `held`: who said so */
	const char *expected;  /* whom it is expected from, "192.0.2.1:5004" */
	const char *local;     /* where it should arrive */
	const char *sent_to;   /* where it goes from here */
	const char *other;     /* the last address that was not let in; "": none */
	const char *denied;    /* the prefix by which the guard refuses all; "": it does not */
	uint64_t packets;      /* that passed */
	int64_t last;          /* seconds since one passed; -1: none has */
	uint32_t drops[SL_VERDICTS]; /* in all */
	uint32_t fresh[SL_VERDICTS]; /* since one passed, or since the keys changed */
	bool no_hop;                 /* the next hop's address is not known */
	bool hop_waits;              /* and the kernel is not asked for it yet */
	bool heard;                  /* one has passed since the keys changed */
	int64_t failing;             /* seconds that tags have not verified for; -1: unknown */
	int64_t keyed;               /* seconds since the keys changed */
	unsigned keyed_round;        /* with which re-INVITE; 0: with the call */
};

struct sl_why_call {
	bool known, answered;
	int64_t offered; /* seconds since the last offer */
	unsigned n_paths;
	const struct sl_why_path *path;
};

struct sl_why {
	unsigned n;
	struct {
		enum sl_cause cause;
		char text[SL_WHY_TEXT];
	} list[SL_WHY_MAX];
};

/* An empty list: media passes both ways. */
void sl_why(const struct sl_why_call *call, struct sl_why *why);

#endif
