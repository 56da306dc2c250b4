/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port that costs nothing, and the clock of bench_path. The workers run as they do in the daemon;
 * only the two functions behind rte_eth_rx_burst and rte_eth_tx_burst are the benchmark's: one
 * copies the lap's next packets into buffers, the other frees what is sent. What passes between
 * leaving the one and entering it again, less the time inside the other, is the packet path.
 *
 * A lane is one worker's queue of that port. What it is told to do happens in the worker's thread.
 */
#ifndef SL_BENCH_LANE_H
#define SL_BENCH_LANE_H

#include <rte_mbuf.h>
#include <stdatomic.h>

#include "bench/workload.h"
#include "sluice/limits.h"

enum { LANE_SAMPLES = 64, LANE_FRAME = 2048 };

/*
 * The loss of a lap at a rate, and for how long the worker did not look, in cycles. A thread that
 * the system or the hypervisor takes off its core cannot look: that is told apart by the thread's
 * own clock.
 */
enum { LANE_BACK_MS = 5 };

struct lane_loss {
	unsigned lost;    /* found no room in the ring */
	unsigned back;    /* of these: while the thread was off its core, or just back: what it
			     needs is not in the caches of a core that others have used */
	unsigned deepest; /* most that waited */
	uint64_t off;     /* longest off its core */
	uint64_t on;      /* longest on its core from one look to the next */
};

/* The work of a worker. */
enum lane_task {
	LANE_REST,
	LANE_PATH,    /* a lap through the worker, as fast as it takes the packets */
	LANE_PACED,   /* the same at a rate of the lane's own: what waits too long is lost */
	LANE_CEILING, /* a lap of the bare IPsec-MB calls */
	LANE_CEILING_PREFETCH, /* the same, flows and keys asked for one burst ahead */
};

struct lane_sample {
	uint16_t len;
	uint8_t frame[LANE_FRAME];
};

struct lane {
	_Atomic(enum lane_task) task; /* set by the main thread; back to LANE_REST when done */
	struct work *work;
	unsigned worker;
	unsigned burst; /* packets per burst, at most SL_BURST */
	unsigned warm;  /* packets of a lap that go before the clock starts */
	double gap;     /* LANE_PACED: cycles from packet to packet */
	unsigned ring;  /* LANE_PACED: packets that can wait */
	bool own_core;  /* LANE_PACED: nothing comes while the thread is off its core */

	/* The result of the last lap. One entry per burst behind the warm-up. */
	uint32_t *cycles; /* spent on the burst */
	unsigned bursts, packets;
	uint64_t port_cycles;  /* spent inside the two functions, and not counted above */
	unsigned sent;         /* frames of the whole lap */
	struct lane_loss loss; /* LANE_PACED */
	unsigned n_samples;
	struct lane_sample sample[LANE_SAMPLES]; /* frames sent, evenly spread over the lap */

	/* While it runs. */
	unsigned at;          /* packets handed out */
	uint64_t started;     /* LANE_PACED: TSC */
	uint64_t left;        /* when the rx function was left, TSC; 0: not yet in this lap */
	uint64_t inside_tx;   /* since then */
	uint64_t back;        /* LANE_PACED: when it was back on its core, TSC; 0: it never left */
	uint64_t looked;      /* LANE_PACED: for packets, TSC */
	uint64_t cpu, cpu_at; /* the thread's own clock in ns, when it was read last, TSC */
};

/* Puts the lanes behind the queues of a started port. The workers must not run yet. */
void lanes_attach(uint16_t dpdk_port, struct lane *lanes, unsigned n);

/* Has every lane do `task`, and waits. */
void lanes_run(struct lane *lanes, unsigned n, enum lane_task task);

/* The same in two steps. */
void lanes_start(struct lane *lanes, unsigned n, enum lane_task task);
bool lanes_rest(const struct lane *lanes, unsigned n);

/* State of the flows for a lap of the bare calls, forgotten after it (ceiling.c). */
void ceiling_open(const struct work *work);
void ceiling_close(void);

/* A lap of the bare calls. Called by the lane in the worker's thread. */
void ceiling_lap(struct lane *lane, bool prefetch);

#endif
