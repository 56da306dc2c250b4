/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The load of bench_path: flows with keys of their own, published to the workers, and a lap of
 * valid packets for each worker, made before the clock runs. At the end of a lap the flows are
 * wound back to where they stood before it, so that nothing of the next lap is a replay.
 */
#ifndef SL_BENCH_WORKLOAD_H
#define SL_BENCH_WORKLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/flow/flow.h"

enum {
	WORK_PORT_MIN = 2048,
	WORK_PORT_MAX = 65535,
	WORK_FLOWS_PER_ADDRESS = (WORK_PORT_MAX + 1 - WORK_PORT_MIN) / 2, /* RTP and RTCP ports */
	WORK_HEADERS = 14 + 20 + 8,                                       /* Ethernet, IPv4, UDP */
	WORK_RTP = 12,
	WORK_CHURN = 512, /* flows of calls that come and go, two each */
};

enum work_arrival {
	WORK_RANDOM,   /* each packet is of a flow drawn at random */
	WORK_PERIODIC, /* each flow once per period, in an order drawn at random: paced voice */
	WORK_BURSTY,   /* runs of eight packets of a flow drawn at random: video frames */
};

struct work_suites {
	const char *name;
	unsigned n;               /* pairs; flow i has pair i % n */
	enum sl_suite pair[4][2]; /* what comes in, what goes out */
};

struct work_spec {
	const struct sl_crypto_backend *backend;
	const struct work_suites *suites;
	enum work_arrival arrival;
	unsigned flows;   /* over all workers */
	unsigned workers; /* 1 or more */
	unsigned packets; /* of a lap, per worker */
	uint16_t payload; /* bytes of RTP payload */
};

struct work_flow {
	struct sl_flow *flow;
	uint32_t ssrc;
	uint16_t first; /* sequence number of the lap's first packet */
	uint16_t next;  /* while the lap is made */
};

struct work_packet {
	uint32_t flow; /* index into work.flow */
	uint16_t seq;
	uint16_t len; /* bytes of frame */
	uint8_t frame[];
};

struct work {
	struct work_spec spec;
	struct work_flow *flow;
	size_t stride; /* bytes from packet to packet */
	uint8_t **lap; /* [worker]: spec.packets packets */
	struct sl_crypto *maker;
	uint64_t random;
	struct sl_flow *churn[WORK_CHURN];
};

/* The addresses that `flows` flows need, on sl_port 0. Exits with a message on failure. */
void work_addresses(unsigned flows);

/* Bytes of DPDK memory that a workload takes, about. */
uint64_t work_memory(const struct work_spec *spec);

/* Makes and publishes; the workers run. Exits with a message on failure. */
void work_open(struct work *work, const struct work_spec *spec);
void work_close(struct work *work);

static inline struct work_packet *work_packet(const struct work *work, unsigned worker, unsigned i)
{
	return (struct work_packet *)(work->lap[worker] + i * work->stride);
}

/*
 * Sets up call number `i` of those that come and go, as ctrl does: four keys are made and two flows
 * published. The one in whose place it is ends before.
 */
void work_churn(struct work *work, unsigned i);

/* Ends them all. */
void work_churn_end(struct work *work);

/* Winds the flows of one worker back to the start of the lap. By the worker's own thread. */
void work_rewind(struct work *work, unsigned worker);

/*
 * Whether a frame that a worker sent is a packet of the lap, re-keyed: to the flow's destination,
 * and with libsrtp2 and the far endpoint's key it gives the RTP packet that went in.
 */
bool work_verify(const struct work *work, const uint8_t *frame, uint16_t len);

#endif
