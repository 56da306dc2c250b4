/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The packet path from port to port with real keys, one behaviour per test. Every test ends with as
 * many packet buffers free as it began with. The first argument names the crypto backend.
 */
#ifndef SL_TESTS_WORKER_FIXTURE_H
#define SL_TESTS_WORKER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/dataplane/path/relay_fixture.h"

#define CM80   SL_SUITE_AES_CM_128_HMAC_SHA1_80
#define GCM256 SL_SUITE_AEAD_AES_256_GCM
#define PLAIN  SL_SUITE_NONE
enum { PAYLOAD = 160 };

extern struct relay relay;

/* From end i. */
void send_rtp(struct call *c, int i, uint16_t seq);
/* As well; and it must come out at the other. */
void send_rtcp(struct call *c, int i);

/* Exactly the packets with these sequence numbers come out at the other end, in this order. */
void expect_rtp(struct call *c, int from, const uint16_t *seqs, unsigned n);
void expect_nothing(struct call *c);

/* The flow from end 0 again, with the keys of now, in place of the one that is there. */
void replace_flow(struct call *c);

/* Set-up of a group: one worker, or two, for both ports. */
int start_one(void **state);
int start_two(void **state);
int stop(void **state);

/* Set-up of a test. */
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
int begin(void **state);
int end(void **state);

void arguments(int argc, char **argv);

#endif
