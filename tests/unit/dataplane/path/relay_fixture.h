/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The real dataplane between two in-process ports, polled by hand: what goes in and comes out is
 * decided by the test, packet by packet. Endpoints protect and unprotect with libsrtp2.
 */
#ifndef SL_TESTS_RELAY_FIXTURE_H
#define SL_TESTS_RELAY_FIXTURE_H

#include <rte_ring.h>
#include <srtp2/srtp.h>
#include <stdbool.h>

#include "dataplane/flow/flow.h"
#include "dataplane/path/worker.h"

enum { WAN, LAN, PORTS, FIRST_PORT = 20000, LAST_PORT = 20999, FRAME_MAX = 1600 };

/* Local address slots: one of each family on each port; WAN4's address is there again in a VLAN. */
enum { WAN4, WAN6, LAN4, LAN6, VLAN4, SLOTS };
enum { VLAN_ID = 100 };

/* The kernel's port at each of them whose unknown sources are limited. */
enum { SIP_PORT = 5060 };

struct relay {
	struct rte_ring *rx[PORTS][2], *tx[PORTS][2];
	const struct sl_crypto_backend *backend;
	unsigned workers; /* 1 or 2 per port; two share both ports */
};

/* One leg as its endpoint sees it. */
struct endpoint {
	struct sl_endpoint address;
	uint8_t slot;  /* the relay's address that it talks to */
	uint16_t port; /* the relay's RTP port for it; RTCP on the next, or the same with mux */
	enum sl_suite suite; /* SL_SUITE_NONE: plain */
	struct sl_master tx_master, rx_master;
	struct sl_key *in_key, *out_key; /* the relay's side of tx_master and rx_master */
	srtp_t tx, rx;
	uint32_t ssrc;
};

/* A call: two endpoints and the two flows between them. */
struct call {
	struct endpoint end[2];
	struct sl_flow *flow[2]; /* [i]: from end i to the other */
	bool mux;
	bool nowhere; /* nothing is sent to end[1] */
};

void relay_start(struct relay *r, const char *backend, unsigned workers);
void relay_stop(struct relay *r);

/* Every worker once or more, until nothing moves. */
void relay_poll(void);

/* Both endpoints at relay port FIRST_PORT + 2 × n, each of its own side; keys are random. */
void call_open(struct call *c, unsigned n, enum sl_suite a, enum sl_suite b, bool v6_a, bool v6_b,
	bool mux);
/* The same between two slots. */
void call_open_between(struct call *c, unsigned n, enum sl_suite a, enum sl_suite b, uint8_t slot_a,
	uint8_t slot_b, bool mux);
void call_close(struct call *c);

/* A new flow from end i to the other with the call's keys of now, not published. */
struct sl_flow *call_flow(const struct call *c, int i);
struct sl_flow *call_flow_with(const struct call *c, int i, const struct sl_latch_policy *policy);

/* An endpoint's own side of a key. */
srtp_t endpoint_session(const struct sl_master *master, bool inbound);

/* New random keys for an endpoint's sending (tx) or receiving (rx) direction; the old relay key is
 * given back. */
struct sl_key *endpoint_rekey_tx(struct endpoint *e);
struct sl_key *endpoint_rekey_rx(struct endpoint *e);

/* An RTP packet as the endpoint sends it (protected), payload filled from seq. Returns its length.
 */
uint16_t make_rtp(struct endpoint *e, uint16_t seq, uint16_t payload_len, uint8_t *out);
uint16_t make_rtcp(struct endpoint *e, uint8_t *out);

/* Puts a UDP payload from the endpoint into a frame and the frame into a queue of the relay. */
void inject(struct relay *r, const struct endpoint *e, unsigned queue, bool rtcp, bool mux,
	const uint8_t *payload, uint16_t len);
void inject_frame(struct relay *r, int port, unsigned queue, const uint8_t *frame, uint16_t len);
uint16_t make_frame(const struct endpoint *e, uint16_t to_port, const uint8_t *payload,
	uint16_t len, uint8_t *frame);

/*
 * The next frame that the relay sent to the endpoint's port, unprotected: the plain packet's
 * length, 0: none came, -1: it did not verify. The frame's headers are checked on the way.
 */
int receive(struct relay *r, struct endpoint *e, bool rtcp, bool mux, uint8_t *out);

/* True if `out` is the packet that make_rtp made for `seq`. */
bool is_rtp(const struct endpoint *from, const uint8_t *packet, int len, uint16_t seq,
	uint16_t payload_len);

uint64_t verdicts(enum sl_verdict v); /* over all workers */
unsigned buffers_in_use(void);

#endif
