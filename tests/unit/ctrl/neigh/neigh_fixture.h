/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Next hops against the real kernel, in network namespaces of this process: a bridge `br0` here
 * (10.1.0.1/24, fd01::1/64) with two neighbours behind it, b (.2) and c (.3), each in a namespace
 * of its own.
 */
#ifndef SL_TESTS_NEIGH_FIXTURE_H
#define SL_TESTS_NEIGH_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h>

#include "ctrl/neigh/neigh.h"

enum { ENTRIES = 8192, PATIENCE = 10000 /* ms */ };

extern const uint8_t mac_b[6], mac_c[6];
extern pid_t peer_b, peer_c;
extern uv_loop_t loop;
extern struct sl_neigh *neigh;
extern sl_nexthop table[ENTRIES];
extern int br0;
extern unsigned came, went; /* reports */

int run(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define RUN(...) assert_int_equal(run(__VA_ARGS__), 0)

uint64_t now_ms(void);
bool is(uint32_t id, const uint8_t *mac);

/* Runs the loop until the id's word is `mac` (NULL: not known). */
bool becomes(uint32_t id, const uint8_t *mac);

/* Runs the loop until `command` succeeds. */
bool comes_true(const char *command);

/* Held by `owner`, or by call 1. */
uint32_t get_for(uint64_t owner, int ifindex, const char *text);
uint32_t get(int ifindex, const char *text);

/* Set-up of a test. */
int neigh_setup(void **state);
int neigh_teardown(void **state);

/* 0: the namespaces are there; else what the process ends with. */
int neigh_begin(void);
void neigh_end(void);

#endif
