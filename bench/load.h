/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * srtp_load: the two endpoints of many calls, played with libsrtp2 against a relay that speaks NG,
 * and a judge of what comes out of it. It shares no code with Sluice, so that a mistake made there
 * is not made here as well.
 *
 * A *leg* is what one endpoint holds: sockets, keys, and what the relay's SDP told it. A *stream*
 * is one direction of one call. Clocks: monotonic for pacing, realtime (ns) for latency, because
 * that is what SO_TIMESTAMPNS reports.
 */
#ifndef SL_BENCH_LOAD_H
#define SL_BENCH_LOAD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/histogram.h"
#include "bench/srtp_session.h"

enum { SL_LEG_A, SL_LEG_B, SL_RELAY_ADDRESSES = 16 };

enum sl_inject {
	SL_INJECT_WRONG_KEY,    /* right socket, SSRC and next sequence number, another key */
	SL_INJECT_WRONG_SOURCE, /* right key and next sequence number, another socket */
	SL_INJECT_REPLAY,       /* sent a few packets ago */
	SL_INJECT_REPLAY_OLD,   /* sent so long ago that no window holds it */
	SL_INJECT_CLOSED,       /* to a port of the relay that no call has open */
	SL_INJECT_KINDS,
};

struct sl_leg_options {
	const char *address;   /* literal IPv4 or IPv6 address of this endpoint */
	const char *netns;     /* name under /run/netns or a path; NULL: where the tool runs */
	const char *direction; /* logical interface for NG `direction`, or NULL */
	const struct sl_load_suite *suite;
	unsigned port; /* first local UDP port */
	bool mux;      /* a=rtcp-mux */
};

struct sl_load_options {
	const char *ng; /* unix:PATH or udp:ADDRESS:PORT */
	struct sl_leg_options leg[2];
	unsigned calls, pps, packets; /* packets: per stream and round, from --seconds */
	unsigned payload;             /* bytes after the RTP header */
	unsigned rounds, share, after_delete;
	unsigned loss, dup, reorder; /* percent of packets at the sender */
	unsigned drain_ms, memory_mb;
	unsigned in_flight;    /* packets sent and not come yet, at most; 0: as many as are due */
	unsigned rtcp_ms;      /* interval of RTCP per stream; 0: none */
	unsigned ssrc_packets; /* a new SSRC every so many packets; 0: never */
	int seq_start;         /* -1: random below 2^15 (RFC 3711 3.3.1 advises it) */
	int cpu;               /* -1: any */
	int relay_pid;         /* resident memory is read after each round; 0: not */
	bool bad, keep, query, video, avpf, live;
	const char *sdes; /* comma list for NG `SDES` of the offer; "only": only-SUITE of leg B */
	const char *rtcp_mux; /* comma list for NG `rtcp-mux` of the offer */
	const char *json;     /* file for the result, or NULL */
	const char *halfway;  /* command for the shell, or NULL */
	const char *until;    /* file that ends media, or NULL */
	const char *flags;    /* comma list for NG `flags` of both */
};

struct sl_stream_counts {
	uint64_t sent, expected, received, duplicated, reordered, bad_decrypt, bad_content;
};

struct sl_leg {
	struct sockaddr_in6 relay, relay_rtcp; /* where to send; IPv4 as ::ffff:a.b.c.d */
	unsigned socket, rtcp_socket;          /* indices into sl_load.sockets */
	bool mux;
	char tag[12]; /* of the crypto line in use */
	struct sl_load_key tx_key, rx_key;
	struct sl_session *tx, *rx; /* NULL on a plain leg */
};

struct sl_stream {
	struct sl_stream_counts rtp, rtcp;
	uint32_t call, ssrc, ts_start, rtcp_next;
	uint16_t seq_start;
	uint8_t dir;         /* the leg that sends */
	uint32_t *plan;      /* packet number by send position, SL_PLAN_* flags */
	uint32_t *position;  /* send position by packet number */
	uint64_t *sent_ns;   /* by packet number; 0: not sent */
	uint64_t *seen;      /* bitmap by packet number */
	uint64_t *rtcp_seen; /* bitmap by RTCP number */
	uint32_t last_position, rtcp_last;
};

enum { SL_PLAN_LOST = 1u << 31, SL_PLAN_DUP = 1u << 30, SL_PLAN_NUMBER = SL_PLAN_DUP - 1 };

struct sl_call {
	struct sl_leg leg[2];
	struct sl_stream stream[2]; /* by the leg that sends */
	char id[48];
	bool up;
};

struct sl_load_socket {
	int fd;
	uint8_t leg;
};

/* An injected packet: sent just after its stream's packet number `after`. */
struct sl_bad_packet {
	struct sockaddr_in6 to;
	uint32_t stream, after;
	uint16_t len;
	uint8_t kind;
	uint8_t data[1500];
};

struct sl_load_totals {
	uint64_t foreign;      /* from an address that no leg was told, or not sent by this tool */
	uint64_t misdelivered; /* at another leg's socket */
	uint64_t after_delete; /* arrived although the call was gone */
	uint64_t send_errors;
	uint64_t injected[SL_INJECT_KINDS];
	uint64_t relay_rtp_packets, relay_rtcp_packets; /* from NG query */
	uint64_t ng_errors;
	uint64_t media_ns, setup_ns; /* time spent, all rounds */
	uint64_t late_ns;            /* worst lag of the sender behind its schedule */
	uint64_t longest_gap;        /* RTP packets in a row that did not arrive, of any stream */
	uint64_t held_up;            /* RTP packets that arrived, but more than 0.1 s late */
	struct sl_stream_counts rtp, rtcp;
};

struct sl_load {
	struct sl_load_options opt;
	struct sl_call *calls;
	struct sl_load_socket *sockets;
	unsigned socket_count;
	int rogue[2]; /* one more socket per leg, for wrong-source packets */
	uint8_t relay[SL_RELAY_ADDRESSES][4]; /* last bytes of the relay's addresses */
	unsigned n_relays;
	uint32_t *route[2]; /* by leg, relay address and port: call + 1, 0 unknown (load_route.h) */
	uint64_t seed;      /* of this round */
	unsigned rtcp_packets;

	uint8_t *tx_arena; /* protected packets, NULL when made while sending */
	unsigned tx_slot;  /* bytes per packet */
	struct sl_bad_packet *bad;
	unsigned bad_count;

	bool deleted; /* this round's calls are gone: nothing may arrive */
	struct sl_load_totals totals;
	struct sl_histogram latency, offer, answer, erase;
	long *rss_kb; /* by round */
};

/* SSRC, plan, buffers of all streams for one round. 0 or -ENOMEM. */
int sl_plan_make(struct sl_load *load);
/* Protects all packets ahead and makes the injected ones. 0 or -errno. Needs the calls up. */
int sl_plan_protect(struct sl_load *load);
void sl_plan_free(struct sl_load *load);
/* Protected packet `number` of a stream, made in `scratch` when there is no arena. Bytes. */
unsigned sl_plan_packet(struct sl_load *load, struct sl_stream *stream, uint32_t number,
	uint8_t *scratch, uint8_t **data);

/* Sends all streams' packets on time while receiving. 0 or -errno. */
int sl_run_media(struct sl_load *load);
/* Sends `after_delete` more packets per stream and counts what still arrives. 0 or -errno. */
int sl_run_after_delete(struct sl_load *load);

/* Judges one received datagram in place. */
void sl_check_packet(struct sl_load *load, unsigned socket, const struct sockaddr_in6 *from,
	uint64_t rx_ns, uint8_t *data, unsigned len);

/* Adds the streams' counts of a finished round to the totals. */
void sl_report_round(struct sl_load *load);
/* Prints the result, and writes --json; true when everything was as it has to be. */
bool sl_report_print(struct sl_load *load);

/* 0, or the exit code (2 wrong use, -1 help given). */
int sl_options_parse(struct sl_load_options *opt, int argc, char **argv);

#endif
