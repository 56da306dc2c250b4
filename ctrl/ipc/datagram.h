/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * UDP listeners: one datagram with a cookie is one request, and one datagram is its reply. A
 * repeated datagram gets the reply of the first (cookie_cache.h); a reply that the network or a
 * full socket swallowed is there when the proxy asks again.
 *
 * Nobody is answered who is not named by ng-allow, nor what has no cookie: its sender could not
 * tell what the answer belongs to. Sources can be forged on a network that lets them be, so
 * loopback is all that is allowed unless the configuration says otherwise.
 *
 * In a turn of the loop datagrams are taken from a socket for SL_DATAGRAM_NS; each waits
 * until it is its source's turn to be served (ctrl/ipc/work.h). A source has SL_DATAGRAM_SOURCE
 * waiting, all together SL_DATAGRAM_WAITING; what comes beyond is the source's with the most, and
 * not answered.
 */
#ifndef SL_CTRL_DATAGRAM_H
#define SL_CTRL_DATAGRAM_H

#include "ctrl/config/config.h"
#include "ctrl/ipc/server.h"
#include "sluice/error.h"

enum {
	SL_DATAGRAM_CACHE = 16 * 1024 * 1024, /* bytes of replies that are kept */
	SL_DATAGRAM_NS = 250000,              /* after which no further one is taken */
	SL_DATAGRAM_SOURCE = 64,              /* address and port */
	SL_DATAGRAM_WAITING = 512,
};

struct sl_datagram_listen {
	uint8_t ip[16]; /* one address: replies leave from it */
	uint16_t port;
	const struct sl_server_protocol *protocol; /* one with cookies */
	void *context;
	const struct sl_net *nets; /* must outlive the server */
	unsigned n_nets;
};

struct sl_datagram_stats {
	uint64_t received;
	uint64_t served;
	uint64_t duplicates;      /* got the reply of the first */
	uint64_t refused_peer;    /* by source address; not answered */
	uint64_t refused_request; /* malformed or too large; answered */
	uint64_t unanswered;      /* no cookie, or a reply that strayed here */
	uint64_t crowded;         /* too many of its source were waiting; not answered */
	uint64_t unsent;          /* the socket did not take the reply */
	unsigned kept;            /* replies, now */
	uint64_t evicted;         /* replies that made room before their time */
};

struct sl_datagram;

/* A server on `loop` without listeners, which does its work as `work` has it. NULL: out of memory.
 */
struct sl_datagram *sl_datagram_new(uv_loop_t *loop, struct sl_work *work);

/* Adds a listener. 0 or -errno with `error`. */
int sl_datagram_listen(struct sl_datagram *server, const struct sl_datagram_listen *listen,
	struct sl_error *error);

/* Has other sources be served from now on; `nets` must outlive the server. NULL is allowed. */
void sl_datagram_allow(struct sl_datagram *server, const struct sl_net *nets, unsigned n);

/* Closes all and wipes the replies. The memory is freed by the loop. NULL is allowed. */
void sl_datagram_stop(struct sl_datagram *server);

void sl_datagram_stats(const struct sl_datagram *server, struct sl_datagram_stats *stats);

#endif
