/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests of the proxy, offers and answers of the parties, and the story of a run. */
#ifndef SL_TESTS_PROPERTY_ASK_H
#define SL_TESTS_PROPERTY_ASK_H

#include <stdio.h>

#include "tests/unit/ctrl/ng/property_client.h"
#include "tests/unit/ctrl/ng/property_model.h"

/* X(identifier): the kinds of moves. */
#define KINDS(X)       \
	X(offered)     \
	X(reoffered)   \
	X(answered)    \
	X(forked)      \
	X(taken_up)    \
	X(transferred) \
	X(repeated)    \
	X(refused) X(no_ports) X(deleted) X(deleted_leg) X(delayed) X(timed_out) X(talked) X(waited)

enum kind {
#define X(id) id,
	KINDS(X)
#undef X
		KIND_COUNT,
};

/* How often each was made. */
extern unsigned long counts[KIND_COUNT];
void moves_report(void);

void story_start(unsigned seed);
void story_step(void);

/* Writes the line that repeats the run of a seed. */
void story_again(FILE *out, unsigned seed);

/* The digest of all notes: two runs with one digest went the same way. */
uint64_t story_digest(void);

/* Fails the test and says what has led there. */
void violated(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* One more line of that. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

bool chance(unsigned percent);

struct request {
	const char *command;
	char call_id[NAME], from[NAME], to[NAME], branch[NAME];
	char sdp[TEXT];
	bool secure;
	int family; /* -1: not said */
	unsigned delay;
};

/* Every request gets a reply, what is refused changes nothing, and over UDP the same datagram is
 * answered by the same bytes, and not acted on. */
void ask(const struct request *r, struct reply *reply);

/* property_negotiate.c: `to` and `branch` may be "". */
void negotiate_start(void);
void make_offer(struct call *c, const char *from, const char *to, const char *branch);
void make_answer(struct call *c, const char *from, const char *to, const char *branch);
void new_tag(struct call *c, char tag[NAME]);

#endif
