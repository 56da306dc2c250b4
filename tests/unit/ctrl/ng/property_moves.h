/* SPDX-License-Identifier: BSD-3-Clause */
/* Moves of proxies and parties, chosen at random, and what must come of each. */
#ifndef SL_TESTS_PROPERTY_MOVES_H
#define SL_TESTS_PROPERTY_MOVES_H

#include "tests/unit/ctrl/ng/property_model.h"

void moves_start(unsigned seed);
void move(void);
/* Deletes every call, or lets it time out. */
void moves_end(void);

/* property_talk.c: both parties of every medium of the leg send, and must be heard if they may be.
 */
void talk(struct call *c, struct leg *l);
/* One medium of one party, in one of many ways. */
void talk_oddly(struct call *c, struct leg *l);

#endif
