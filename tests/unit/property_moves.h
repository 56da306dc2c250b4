/* SPDX-License-Identifier: BSD-3-Clause */
/* What proxies and parties do, chosen at random, and what must come of each. */
#ifndef SL_TESTS_PROPERTY_MOVES_H
#define SL_TESTS_PROPERTY_MOVES_H

#include "property_model.h"

void moves_start(unsigned seed);
void move(void);
/* Deletes every call, or lets it time out. */
void moves_end(void);

/* How often each kind was made. */
void moves_report(void);

/* Fails the test and says what has led there. */
void violated(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* One more line of that. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Property_talk.c: both parties of every medium of the leg send, and must be heard if they may be.
 */
void talk(struct call *c, struct leg *l);
/* One medium of one party, in one of many ways. */
void talk_oddly(struct call *c, struct leg *l);

#endif
