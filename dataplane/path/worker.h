/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One poll-mode worker: its queues, rings and counters, and the stages it runs. Private to
 * dataplane.
 */
#ifndef SL_DATAPLANE_WORKER_H
#define SL_DATAPLANE_WORKER_H

#include <pthread.h>
#include <rte_ring.h>
#include <stdatomic.h>

#include "dataplane/path/burst.h"
#include "dataplane/path/event.h"
#include "dataplane/path/hairpin.h"
#include "dataplane/path/tap.h"
#include "dataplane/path/workers.h"
#include "dataplane/port/port.h"
#include "dataplane/port/wait.h"
#include "sluice/error.h"
#include "sluice/policy.h"

enum { SL_MESSAGE_RING = 1024, SL_HANDOFF_RING = 4096, SL_EVENT_RING = 1024 };

enum { SL_TX_QUEUE = 2 * SL_BURST };
static_assert(SL_TX_QUEUE <= UINT8_MAX, "sl_tx_queue.kernel");

/* Packets for one port, collected over a burst. */
struct sl_tx_queue {
	uint16_t n, n_kernel;
	uint8_t kernel[SL_TX_QUEUE]; /* the first n_kernel: which of m come from the kernel */
	struct rte_mbuf *m[SL_TX_QUEUE];
	struct sl_flow *flow[SL_TX_QUEUE]; /* that sends m[i]; NULL: none of this worker */
};

struct sl_worker {
	/* Written before the thread starts. */
	uint8_t index;
	unsigned core;
	bool adaptive;
	const struct sl_crypto_backend *backend;
	struct sl_crypto *crypto;
	struct rte_ring *messages; /* struct sl_message *, from ctrl: dataplane/handoff/mailbox.c */
	struct rte_ring *handoff;  /* mbufs that other workers received for flows of this one */
	struct rte_ring *hairpins; /* mbufs that workers sent to pinholes of this one:
				      dataplane/path/hairpin.h */
	struct rte_ring *relay_tx; /* mbufs that other workers send by queues of this one; m->port
				      is the way out */
	struct rte_ring *events;   /* struct sl_event, to ctrl: dataplane/path/event.c */
	struct rte_ring *samples;  /* struct sl_drop_sample, likewise */
	struct rte_ring *exts;     /* struct sl_ssrc_ext *, from ctrl: dataplane/path/pool.h */
	struct rte_ring *pages;    /* struct sl_history_page *, likewise */
	uint8_t n_rx;
	struct {
		uint8_t port; /* sl_port */
		uint16_t queue;
	} rx[SL_MAX_PORTS];
	int16_t tx_queue[SL_MAX_PORTS + 1]; /* own queue on each port; -1: none, use relay_tx of
					       one that has; SL_PORT_HAIRPIN has none */
	struct sl_wait wait;                /* used when adaptive */
	pthread_t thread;
	pid_t thread_id;    /* the kernel's; set before `started` is */
	const char *failed; /* why it did not start */
	atomic_bool started, stop;

	/* The worker's own. */
	struct sl_worker_stats stats __attribute__((aligned(64)));
	uint64_t events_lost;    /* read by ctrl */
	uint32_t turns;          /* of the loop that sent something */
	struct sl_tap *tap;      /* NULL: no packet is copied (dataplane/path/tap.h) */
	bool away[SL_MAX_PORTS]; /* it leaves the port alone: dataplane/handoff/port_turn.h */
	struct sl_burst burst;
	struct sl_tx_queue tx[SL_MAX_PORTS];
};

extern struct sl_worker sl_workers[SL_MAX_WORKERS];
extern unsigned sl_n_workers;

/* Makes the workers and their rings without starting a thread: tests and benchmarks poll them by
 * hand. */
int sl_workers_prepare(const struct sl_crypto_backend *crypto, struct sl_error *error);

/* One turn of the poll loop: messages, then every queue and ring once. Returns the packets that
 * were received. */
unsigned sl_worker_poll(struct sl_worker *w);

/*
 * The stages, in the order a packet meets them. With many flows their state is far from the core: a
 * stage that learns where the next ones will look asks for those lines, for all packets of the
 * burst before any is needed.
 */
void sl_stage_parse(struct sl_worker *w, struct sl_burst *b);
void sl_stage_lists(struct sl_worker *w, struct sl_burst *b);
void sl_stage_steer(struct sl_worker *w, struct sl_burst *b);
void sl_stage_pinhole(struct sl_worker *w, struct sl_burst *b);
void sl_stage_guard(struct sl_worker *w, struct sl_burst *b);
void sl_stage_replay(struct sl_worker *w, struct sl_burst *b);
void sl_stage_unprotect(struct sl_worker *w, struct sl_burst *b);
void sl_stage_commit(struct sl_worker *w, struct sl_burst *b);
void sl_stage_protect(struct sl_worker *w, struct sl_burst *b);
void sl_stage_rewrite(struct sl_worker *w, struct sl_burst *b);
void sl_stage_tx(struct sl_worker *w, struct sl_burst *b);

/*
 * Before any cryptography, for a packet that is not from the believed source or whose latch is
 * watched: SL_FORWARD, SL_DROP_SOURCE, or SL_DROP_MARTIAN for one that came by the wire as if from
 * an address of ours. And for one that was tried, once it is known to be genuine
 * (plain: at once): learns, and tells ctrl.
 */
enum sl_verdict sl_source_try(const struct sl_burst *b, struct sl_packet *p);
enum sl_verdict sl_source_commit(
	struct sl_worker *w, struct sl_packet *p, bool newest, uint64_t now);

/*
 * Limits on unknown sources, of a packet that is not from where its flow expects it: SL_FORWARD, or
 * the limit that it is over.
 */
enum sl_verdict sl_source_budget(const struct sl_packet *p, enum sl_budget budget, uint64_t now);

/* Gives a packet to the kernel: SL_PUNT, or why not. */
enum sl_verdict sl_punt(const struct sl_packet *p, uint64_t now);

void sl_event_post(struct sl_worker *w, const struct sl_event *event);

/* Maybe samples a packet that is dropped, after it was counted. */
void sl_drop_sample(struct sl_worker *w, const struct sl_packet *p);

/* Sends what the burst and other workers have queued. */
void sl_tx_flush(struct sl_worker *w);

/* Queues an mbuf that is ready for the wire on a port that this worker has a queue of: media,
 * `flow` as in sl_tx_queue; or what the kernel sends. */
void sl_tx_enqueue(struct sl_worker *w, uint8_t port, struct rte_mbuf *m, struct sl_flow *flow);
void sl_tx_enqueue_kernel(struct sl_worker *w, uint8_t port, struct rte_mbuf *m);

/* Carries out the messages that ctrl has posted. */
void sl_mailbox_poll(struct sl_worker *w);

/* The worker that owns the flows of a UDP port at an address. */
uint8_t sl_steer_owner(uint8_t slot, uint16_t udp_port);

#endif
