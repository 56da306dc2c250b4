/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sessions over the real dataplane, port pool and next hops: one port that carries nothing, one
 * interface with an address of each family and five pairs of ports on each. Workers do not run, so
 * that what they own can be looked at.
 */
#ifndef SL_TESTS_SESSION_FIXTURE_H
#define SL_TESTS_SESSION_FIXTURE_H

#include <uv.h>

#include "ctrl/call/session.h"
#include "ctrl/offer/offer.h"

#define CM80  SL_SUITE_AES_CM_128_HMAC_SHA1_80
#define CM256 SL_SUITE_AES_256_CM_HMAC_SHA1_80
#define GCM   SL_SUITE_AEAD_AES_256_GCM

#define RELAY4 "203.0.113.10"
#define RELAY6 "2001:db8::10"

enum { PAIRS = 5, FIRST_PORT = 20000 };

struct relay {
	uv_loop_t loop;
	struct sl_neigh *neigh;
	struct sl_config_interface config;
	struct sl_interface interface;
	struct sl_sessions sessions;
};

extern struct relay relay;

void relay_start(void);         /* once */
int relay_set_up(void **state); /* the same, for cmocka */
void relay_open(unsigned max_sessions);
/* Ends every call; fails when a port, pinhole or next hop is left. */
void relay_close(void);

/* The SDP of a party: one audio line unless `extra` adds more. */
struct party {
	const char *address; /* "192.0.2.1" */
	unsigned port;
	const char *proto;     /* "RTP/SAVP" */
	const char *crypto[4]; /* values of a=crypto */
	const char *extra;     /* lines, or NULL */
	const char *kind;      /* NULL: "audio" */
};

struct command {
	const char *call_id, *from_tag, *to_tag, *via_branch; /* NULL: absent */
	enum sl_sdp_proto proto;
	unsigned rtcp_mux;
	int family; /* SL_IPV4 + 1, SL_IPV6 + 1; 0: not said */
	uint16_t sdes_only;
	bool replace_origin, emergency, load_limit;
	struct sl_source_options source;
	int tos; /* + 1; 0: not said */
	struct sl_sdp_address media_address;
};

/* The SDP that came back, or NULL: then `last_error` says why not, in words `why`. All stay until
 * the next command. */
extern char sdp_out[4096];
extern struct sl_error last_error;
extern const char *const why;
const char *offer(const struct command *command, const struct party *party);
const char *answer(const struct command *command, const struct party *party);

void must_offer(struct command command, struct party party);
void must_answer(struct command command, struct party party);

/* Deletes at once what the command names; what was warned of, or NULL. */
const char *hangup(const struct command *command);

/* The value of the n-th (from 0) "a=crypto:" line of `sdp`; static memory, one per n. */
const char *crypto_line(const char *sdp, unsigned n);
/* The port of the n-th m-line. */
unsigned media_port(const char *sdp, unsigned n);

/* An a=crypto value with a key made of `seed`, in static memory: eight of them at a time. */
const char *key_line(unsigned tag, enum sl_suite suite, unsigned char seed);

struct sl_call *find_call(const char *call_id);
/* A genuine packet from there, as the worker would have seen it. */
void hears(struct sl_flow *flow, enum sl_component component, const char *ip, uint16_t port);
/* Flow from the leg of that index, published or not. */
struct sl_flow *flow_of(const struct sl_call *call, int leg, unsigned medium);
/* Is this flow what its pinholes lead to? */
bool published(const struct sl_flow *flow);

/* A and B of the call "call", at addresses of their own; NULL: plain RTP. */
extern const struct command from_a, to_b, from_b;
struct party alice(const char *crypto);
struct party bob(const char *crypto);

/* Both of them: A with suite `a`, B with suite `b`, which is all it was offered. */
struct sl_call *call_up(enum sl_suite a, enum sl_suite b);

/* The worker's mark: what a flow has sent and received. */
void use(struct sl_flow *flow, uint64_t in, uint64_t out);

#endif
