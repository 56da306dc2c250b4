/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * wire_load: a load generator for tens of thousands of calls at hundreds of thousands of packets a
 * second and more. Calls, keys and contents are those of srtp_load (bench/load.h); the packets are
 * protected before a trial and leave as Ethernet frames by a DPDK device: net_af_packet or
 * net_af_xdp on a netdev, net_memif to a relay in another process, or a NIC.
 *
 * The dataplane's own transforms protect them, in bursts: millions of packets are ready in a second
 * then. The judge is libsrtp2, which a mistake of theirs would not get past.
 *
 * A trial sends at one rate for some seconds, the calls in turn. Of what comes back all packets are
 * counted, put in order and timed, and a sample is decrypted and compared.
 */
#ifndef SL_BENCH_WIRE_H
#define SL_BENCH_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/load.h"
#include "dataplane/crypto/crypto.h"

enum { WIRE_HEADERS = 14 + 20 + 8, WIRE_BURST = 32, WIRE_TRIALS = 64, WIRE_QUEUES = 16 };

/* A prepared frame. Written by the sender, but for `got`. */
struct wire_slot {
	uint64_t sent; /* TSC */
	uint16_t len;
	bool got; /* it came back */
	uint8_t frame[];
};

/* The answer to a frame that was picked to be judged. */
struct wire_sample {
	uint32_t stream, number;
	uint16_t len;
	uint8_t data[SRTP_MAX_TRAILER_LEN + 1500];
};

struct wire_stream {
	struct sl_key *key; /* of its sender; NULL: plain */
	uint32_t base;      /* number of its first packet in this trial */
	uint32_t last;      /* highest that came back, from base, plus 1 */
};

struct wire_trial {
	double rate, seconds; /* asked for; packets per second */
	double offered;       /* really, packets per second */
	uint64_t packets;     /* of the plan */
	uint64_t sent;        /* taken by the device */
	uint64_t refused;     /* not taken: its queue was full */
	uint64_t stalls;      /* the generator was held up, and did not make up for it */
	uint64_t received;    /* each once */
	uint64_t duplicated, reordered, foreign;
	uint64_t judged, bad;  /* samples decrypted; of these wrong ones */
	uint64_t relay_cpu_ns; /* 0: no --relay-pid */
	struct sl_histogram latency;
};

struct wire_options {
	const char *vdev, *pcap;
	uint8_t relay_mac[6];
	double rate, seconds, search_to,
		tolerated; /* tolerated: share of packets that may be lost */
	unsigned tries, repeat, samples, core, memory_mb, queues;
	int relay_pid;
	const char *json;
};

struct wire {
	struct sl_load *load;
	struct wire_options opt;
	uint16_t port;
	uint8_t own_mac[6];
	uint32_t address[2]; /* of the legs, network byte order */
	unsigned n_streams;
	struct wire_stream *streams;
	const struct sl_crypto_backend *backend;
	struct sl_crypto *crypto; /* what the packets are protected with */
	uint8_t *arena;
	uint64_t arena_size;
	unsigned slot_size;
	unsigned sample_every, n_samples;
	struct wire_sample *samples;
};

extern struct rte_mempool *wire_mbufs; /* of the device */

static inline struct wire_slot *wire_slot(const struct wire *wire, uint64_t i)
{
	return (struct wire_slot *)(wire->arena + i * wire->slot_size);
}

/* 0, or the exit code. What stands behind "--" goes to the options of srtp_load. */
int wire_options_parse(struct wire *wire, int argc, char **argv);

/* Starts DPDK, and the device if there is to be one. False with the reason on stderr. */
bool wire_device_open(struct wire *wire);
void wire_device_close(struct wire *wire);

/* Opens what protects packets; needs DPDK. False with the reason on stderr. */
bool wire_frames_open(struct wire *wire);
void wire_frames_close(struct wire *wire);
/* Gives the streams of calls that were set up their keys, SSRCs and first sequence numbers. False:
 * no memory. */
bool wire_streams_init(struct wire *wire);
/* Protects the packets of one trial. False: no memory, or a packet could not be protected. */
bool wire_frames_make(struct wire *wire, struct wire_trial *trial);
/* Decrypts the samples of a trial and compares them with what was sent. */
void wire_frames_judge(struct wire *wire, struct wire_trial *trial);

/* One trial, from making the packets to judging what came back. */
bool wire_trial_run(struct wire *wire, struct wire_trial *trial);

/* Writes the frames of one trial to --pcap. 0, or the exit code. */
int wire_pcap_write(struct wire *wire);

/* CPU time of all threads of a process, ns. */
uint64_t wire_process_cpu_ns(int pid);

#endif
