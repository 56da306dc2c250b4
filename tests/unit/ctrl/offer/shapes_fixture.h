/* SPDX-License-Identifier: BSD-3-Clause */
/* Calls of more than two parties, by their tags: one letter each. The call is "call". */
#ifndef SL_TESTS_SHAPES_FIXTURE_H
#define SL_TESTS_SHAPES_FIXTURE_H

#include "tests/unit/ctrl/offer/session_fixture.h"

/* Tags by their letters: "A" offers; "A", "B": A to B. */
struct command from(const char *tag, const char *to);

/* A party whose address ends with its letter. */
struct party party(const char *tag, const char *crypto);

/* NULL: there is none. */
struct sl_leg *leg(const char *tag);
/* The flow of its first medium, from it. */
struct sl_flow *flow(const char *tag);

/* They must be, with each other; or with nobody. */
void connected(const char *a, const char *b);
void not_connected(const char *tag);

/* Indices of what use() left. */
uint64_t sent(const struct sl_flow *f);
uint64_t received(const struct sl_flow *f);

#endif
