/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A whole relay in one thread: NG over UDP, sessions, and one worker polled by hand between two
 * rings, with clocks that only move when they are told to (sl_clock and time are replaced when the
 * test is linked).
 */
#ifndef SL_TESTS_PROPERTY_WORLD_H
#define SL_TESTS_PROPERTY_WORLD_H

#include <rte_ring.h>
#include <uv.h>

#include "ctrl/datagram.h"
#include "ctrl/ng.h"
#include "ctrl/session.h"

#define SECOND UINT64_C(1000000000)

enum {
	PAIRS = 40, /* of ports, for each address family */
	FIRST_PORT = 20000,
	HOSTS = 64, /* addresses of parties, for each family */
	TEXT = 8192,
	FRAME_MAX = 512,
};

struct world {
	uint64_t now; /* ns */
	struct rte_ring *rx, *tx;
	uv_loop_t loop;
	struct sl_neigh *neigh;
	struct sl_config_interface config;
	struct sl_interface interface;
	struct sl_sessions sessions;
	struct sl_ng ng;
	struct sl_work *work;
	struct sl_datagram *datagram;
	int client;         /* the proxy's socket */
	char request[TEXT]; /* that it sent last */
	size_t request_len;
	unsigned cookie;
};

extern struct world world;

void world_start(void); /* once */
void world_end(void);
void world_open(void);
/* Ends every call and looks whether anything is left; NULL, or what is. */
const char *world_close(void);

/* Time goes by, and whatever the control thread does in it is done. */
void world_wait(uint64_t ns);

struct reply {
	bool ok, warned;
	char sdp[TEXT]; /* "": none */
	char why[SL_NG_WHY];
	char text[TEXT]; /* all of it */
};

/* Sends a dictionary to the relay, under a new cookie. False: no reply came, or none that can be
 * understood. */
bool world_ask(const char *dictionary, struct reply *reply);
/* The same datagram as last time. */
bool world_ask_again(struct reply *reply);

/* An address of a party: host 0 to HOSTS - 1. */
void world_host(int family, unsigned host, uint8_t ip[16], char text[SL_ADDRESS_TEXT]);

struct packet {
	uint8_t from[16], to[16];
	uint16_t from_port, to_port;
	uint8_t payload[FRAME_MAX];
	uint16_t len;
	/* Of one that was taken and is protected. */
	bool secure;
	uint64_t index;
	struct sl_master master;
};

/* From the wire into the relay; world_poll() lets it work. */
void world_give(const struct packet *packet);
void world_poll(void);
/* The next one that the relay has sent. */
bool world_take(struct packet *packet);

/* Flows that are published; 0 entries may lead anywhere else. */
unsigned world_pinholes(void);

#endif
