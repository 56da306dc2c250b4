/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A life of the relay, as the fuzzer of calls reads it out of its input: a program of steps of 16
 * bytes. Proxies ask, parties send, time goes by; the judges (call_judge.h) look on. The same bytes
 * are the same life, whatever the process did before.
 */
#ifndef SL_TESTS_CALL_LIFE_H
#define SL_TESTS_CALL_LIFE_H

#include "ctrl/sdp/sdes.h"
#include "tests/unit/ctrl/ng/world.h"

enum {
	STEP = 16,      /* bytes */
	STEPS_MAX = 96, /* of a life, the first sets it up */
	CALLS = 4,      /* Call-IDs */
	TAGS = 8,       /* of each */
	BRANCHES = 4,   /* via-branches */
	MEDIA = 4,      /* m-lines that parties look at */
	LINES = 8,      /* of a=crypto that they look at, for each medium */
	STREAMS = 4,    /* SSRCs of a party's medium */
	KEYS = 16,      /* master keys that parties may have; any of them may have any */
	PARTY_PORT = 30000,
};

/* X(identifier): what a step may be. */
#define OPS(X) \
	X(OFFER) X(ANSWER) X(DELETE) X(COMMAND) X(WAIT) X(TALK) X(LINE) X(RAW) X(FLAG) X(TAMPER)

enum op {
#define X(id) OP_##id,
	OPS(X)
#undef X
		OP_COUNT,
};

struct step {
	uint8_t op, call, a[STEP - 2];
};
_Static_assert(sizeof(struct step) == STEP, "as the input has it");

/* A medium of an SDP, for whoever sends there and hears from there. */
struct medium {
	bool active, mux;
	enum sl_sdp_proto proto;
	uint8_t ip[16];
	uint16_t port, rtcp;
	unsigned n_lines;
	uint32_t tag[LINES];
	struct sl_master line[LINES];
};

struct view {
	unsigned n;
	struct medium m[MEDIA];
};

struct stream {
	uint64_t index;
	uint32_t rtcp_index;
};

struct party {
	bool spoke;
	uint8_t family, host;
	uint8_t key;               /* that it has: below KEYS */
	struct view said, before;  /* its SDP in force, and the one before */
	struct view next;          /* of an offer that has no answer yet; n is 0 else */
	struct view told, offered; /* what the relay answered; what it offered last */
	struct stream stream[MEDIA][STREAMS];
};

struct call {
	bool tampered; /* what was said in it may be anything */
	struct party party[TAGS];
	struct view pending[BRANCHES + 1]; /* offered to who has no tag yet */
};

extern struct call calls[CALLS];

/* The next offer or answer, as LINE, RAW, FLAG and TAMPER steps have prepared it. */
struct draft {
	unsigned n_lines;
	struct {
		struct step step;
		uint8_t medium; /* MEDIA: in the session part */
	} line[24];
	unsigned n_flags;
	struct step flag[8];
	unsigned n_tampers;
	struct step tamper[4];
};

extern struct draft draft;

/* call_life.c */
void life_run(const uint8_t *data, size_t size);

/* call_story.c: what happens, printed at the end that is a failure, or with SL_FUZZ_STORY at once.
 */
void story_begin(void);
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void violated(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
uint64_t story_digest(void);
/* Whether two lives went the same way. */
void story_keep(void);
void story_compare(void);

/* call_ask.c: offers, answers and the other commands. */
void ask_offer(const struct step *s, bool answer);
void ask_delete(const struct step *s);
void ask_command(const struct step *s);
void ask_delete_all(void);

/* call_talk.c: media. */
void talk(const struct step *s);

/* Master key `key` of the parties, as it is used with `suite`. */
void key_master(unsigned key, enum sl_suite suite, struct sl_master *master);

/* call_memory.c: objects of the dataplane that are not given back; the n-th that the relay asks for
 * while it is at work is refused, 0: none. */
unsigned memory_objects(void);
void memory_fail(unsigned n);
void memory_arm(bool at_work);

#endif
