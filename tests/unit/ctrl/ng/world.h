/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A whole relay in one thread: sessions, and workers polled by hand between rings, with clocks that
 * only move when they are told to (sl_clock and time are replaced when the test is linked). The
 * property test and the fuzzer of calls live in it.
 */
#ifndef SL_TESTS_WORLD_H
#define SL_TESTS_WORLD_H

#include <rte_ring.h>
#include <uv.h>

#include "ctrl/call/session.h"
#include "ctrl/ng/ng.h"

#define SECOND UINT64_C(1000000000)

enum {
	PAIRS = 40, /* of ports, for each address family */
	FIRST_PORT = 20000,
	HOSTS = 64, /* addresses of parties, for each family */
	TEXT = 8192,
	FRAME_MAX = 512,
	WORKERS_MAX = 2,
};

#define WORLD_IP4 "203.0.113.10"
#define WORLD_IP6 "2001:db8::10"

struct world {
	uint64_t now; /* ns */
	unsigned workers;
	struct rte_ring *rx[WORKERS_MAX], *tx[WORKERS_MAX];
	uv_loop_t loop;
	struct sl_neigh *neigh;
	struct sl_config_interface config; /* may be changed between two lives */
	struct sl_interface interface;
	struct sl_sessions sessions;
	struct sl_ng ng;
};

extern struct world world;

/* Once. */
void world_start(unsigned workers);
void world_end(void);

/* A life: it begins at the same time, with nothing there, however many were before. */
void world_open(const struct sl_timers *timers, const struct sl_limits *limits);
/* Ends every call and looks whether anything is left; NULL, or what is. */
const char *world_close(void);

/* Time goes by, and whatever the control thread does in it is done. */
void world_wait(uint64_t ns);

/* An address of a party: host 0 to HOSTS - 1. */
void world_host(int family, unsigned host, uint8_t ip[16], char text[SL_ADDRESS_TEXT]);

struct packet {
	unsigned queue; /* of the device, where it arrives */
	uint8_t from[16], to[16];
	uint16_t from_port, to_port;
	uint8_t payload[FRAME_MAX];
	uint16_t len;
	/* A packet that was taken and is protected: */
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
