/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Calls of the fuzzer of the worker: each has two parties, each party a few keys to send under and
 * a few to receive under, of which one is agreed now. All of it lives for one input.
 */
#ifndef SL_TESTS_WORKER_WORLD_H
#define SL_TESTS_WORKER_WORLD_H

#include "tests/unit/dataplane/path/relay_fixture.h"

enum { CALLS = 4, LINES = 3 };

/* A key as both sides have it. */
struct line {
	struct sl_master master;
	struct sl_key *key; /* the relay's; NULL: plain RTP, or not made yet */
	srtp_t srtp;        /* the party's, to protect or to unprotect */
	unsigned serial;    /* of all keys of the input */
};

struct party {
	struct endpoint at; /* its keys are not used */
	struct line in[LINES], out[LINES];
	unsigned in_now, out_now;
	uint16_t seq[4]; /* of each SSRC */
};

struct fuzz_call {
	struct party party[2];
	struct sl_flow *flow[2]; /* [i]: from party i to the other; NULL: the call is closed */
	bool published[2];
	bool open, mux, nowhere;
	struct sl_latch_policy policy[2];
	struct sl_pt_actions actions;
	struct sl_police_rates rates;
	uint8_t tos[2];
};

struct fuzz_config {
	uint8_t suites, slots, flags;
};

extern struct fuzz_call world[CALLS];
extern struct relay relay;
extern uint64_t fuzz_now; /* ns */

/* Aborts with the line if it does not hold. */
#define DEMAND(condition) demand(condition, #condition, __FILE__, __LINE__)
void demand(bool condition, const char *what, const char *file, int line);

/* Two flows between two parties, published. */
void fuzz_call_open(unsigned k, const struct fuzz_config *config);
void fuzz_call_close(unsigned k);

/* A new flow in place of each that is named, as bits; all at once, or nothing. What was withdrawn
 * comes back and inherits. */
void fuzz_publish(unsigned k, unsigned which);
/* Withdrawn and kept. */
void fuzz_hold(unsigned k, int i);

/* Agrees on another key of a party: one that it had before, unless `fresh`. */
void fuzz_rekey(unsigned k, int i, bool out, unsigned line, bool fresh);

/* Each other's far end: party 1 of `a` is party 0 of `b`, which have each other's keys. */
void fuzz_join(unsigned a, unsigned b);

/* That no pinhole and no key has two flows. */
void fuzz_refused(unsigned k, unsigned other);

/* The line that the relay sends under with that key; NULL: none. */
struct line *fuzz_line_of(const struct sl_key *key);

#endif
