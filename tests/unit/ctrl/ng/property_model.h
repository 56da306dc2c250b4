/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The model of docs/ng.md, as simple as can be: who is a party, who is
 * connected with whom, which ports that takes, and how each party sends and hears. It knows of the
 * relay only what the relay says in SDP, and frees nothing: what no party and no offer refers to
 * any more is gone.
 */
#ifndef SL_TESTS_PROPERTY_MODEL_H
#define SL_TESTS_PROPERTY_MODEL_H

#include "tests/unit/ctrl/ng/world.h"

enum {
	CALLS = 5,
	LEGS = 12,
	MEDIA = 3,
	OFFERS = 64,
	LINES = 4,
	NAME = 16,
	PAIR_IDS = 4096,
	PAST = 16
};

/* A medium in the SDP of a party. */
struct said {
	bool active, held, quiet, mux;
	int family;
	unsigned host;
	uint16_t port;
	unsigned n_lines;             /* of a=crypto, tags from 1; 0: plain RTP */
	struct sl_master line[LINES]; /* an answer's has the tag `taken` */
	unsigned taken;
};

/* A medium in the relay's SDP to it. */
struct told {
	bool active, mux;
	int family;
	uint16_t port;
	unsigned n_lines;
	unsigned tag[LINES];
	struct sl_master line[LINES];
};

struct medium {
	int pair; /* of local ports; 0: none */
	/* In force. */
	bool active, held, quiet, mux;
	uint16_t told_port;
	struct said said;
	struct sl_master tx, rx; /* suite SL_SUITE_NONE: plain RTP */
	/* As a sender. */
	uint32_t ssrc;
	uint64_t index, rtcp_index; /* of the next packet */
	uint64_t rtcp_top;          /* of the next packet, under whatever key it was highest */
	bool fresh;                 /* nothing was heard under this key yet */
	bool lost;                  /* it went back to an old key: no relay can tell its counter */
	unsigned n_past;
	struct sl_master past[PAST]; /* keys it had */
	uint64_t heard;              /* when the relay passed on something last; 0: never */
};

struct leg {
	int id;         /* no two legs of a test have the same; 0: no leg */
	char tag[NAME]; /* "": none yet */
	char branch[NAME];
	int peer;  /* id; 0: nobody */
	int offer; /* made to it last: index + 1; 0: none */
	bool answered;
	int agreed; /* the offer in force: index + 1 */
	unsigned n; /* m-lines of what is in force */
	struct medium m[MEDIA];
	/* How it likes to speak. */
	int family;
	unsigned host;
	bool secure;
};

struct offer {
	int from; /* id */
	bool open;
	unsigned n;
	bool secure; /* towards the other */
	struct said said[MEDIA];
	struct told told[MEDIA];
	int pair[2][MEDIA];
};

struct call {
	char id[NAME];
	bool exists, up, deleted;
	unsigned n_legs;
	struct leg leg[LEGS];
	struct offer offer[OFFERS];
	unsigned next_offer, tags;
	uint64_t end; /* of a deleted call, or one in which nobody is connected; 0: none */
	uint64_t answered, asked; /* last answer; last request of any kind */
};

extern struct call calls[CALLS];

/* Who is meant by an offer. NULL in `leg`: somebody new. */
struct sides {
	struct leg *leg[2];  /* the one who offers; the other */
	bool fork;           /* of an answer: a new leg beside the second one */
	struct leg *offered; /* of an answer: whom the offer was made to */
	const char *tag;     /* of the one who answers */
};

void model_reset(void);

struct leg *model_leg(struct call *c, const char *tag);
struct leg *model_by_id(struct call *c, int id);
struct offer *model_offer_to(struct call *c, const struct leg *leg);

/* `from` made the last offer to `to`; they are the two sides of an offer, or connected. */
bool model_offered_by(struct call *c, const struct leg *to, const struct leg *from);
bool model_partners(struct call *c, const struct leg *a, const struct leg *b);

/* Takes a leg off the call; a connection has ended. */
void model_remove(struct call *c, struct leg *gone);
void model_disconnected(struct call *c);

/* Tags and branch may be "": absent. */
void model_offer_sides(
	struct call *c, const char *from, const char *to, const char *branch, struct sides *s);
bool model_answer_sides(
	struct call *c, const char *from, const char *to, const char *branch, struct sides *s);

/* Which pairs of ports an offer takes, 0 where a new one is needed; how many new ones of a family
 * that makes. `family`: asked for the other side, or -1. */
unsigned model_offer_pairs(const struct call *c, const struct sides *s, struct offer *o, int family,
	int wanted[2][MEDIA], unsigned fresh[SL_FAMILIES]);

/* The offer was accepted. */
void model_offered(struct call *c, struct sides *s, const struct offer *o, const char *from,
	const char *to, const char *branch, int wanted[2][MEDIA]);

/* The answer was accepted; `told` is what the one who offered hears of it. */
void model_answered(struct call *c, struct sides *s, const struct said *said, unsigned n,
	const struct told *told);

/* A delete: false when it names nobody. `delay` in seconds. */
bool model_deleted(
	struct call *c, const char *from, const char *to, const char *branch, unsigned delay);

/* The call is gone. */
void model_ended(struct call *c);

/* When nobody deletes it: until when the call lives at least, and at most; 0: for ever. */
void model_lifetime(const struct call *c, uint64_t *least, uint64_t *most);

/* Does media pass from the leg? */
bool model_passes(struct call *c, const struct leg *from, unsigned m);

/* Ports of a family that are taken, flows that are published, destinations are left out. */
unsigned model_ports(int family);
unsigned model_flows(void);

/* property_ports.c: pairs of local ports, by numbers from 1. */
void ports_reset(void);
int pair_new(int family);
int pair_family(int pair);

/* Gives back the pairs that nobody refers to any more. */
void model_collect(void);

/* The relay said that this pair is that port; NULL, or why it cannot be. */
const char *model_bind(int pair, int family, uint16_t port);

#endif
