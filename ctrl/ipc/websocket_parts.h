/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Shared by websocket.c (requests and replies) and websocket_listen.c (connections). Private to
 * ctrl/ipc.
 */
#ifndef SL_CTRL_WEBSOCKET_PARTS_H
#define SL_CTRL_WEBSOCKET_PARTS_H

#include <libwebsockets.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "ctrl/ipc/acceptor.h"
#include "ctrl/ipc/websocket.h"

struct sl_websocket_reply {
	STAILQ_ENTRY(sl_websocket_reply) entry;
	size_t len;
	bool binary;
	unsigned char bytes[]; /* LWS_PRE of room for the frame's header, then `len` */
};

/* A connection from when it is taken until libwebsockets has closed it. */
struct sl_websocket_client {
	struct sl_fair_item item; /* ready: a request waits to be served */
	struct sl_websocket *server;
	struct lws *wsi;
	struct sl_peer peer;
	char *data; /* SL_SERVER_REQUEST_MAX + 1 bytes; NULL until the first bytes come */
	size_t len;
	STAILQ_HEAD(, sl_websocket_reply) replies;
	unsigned n_replies;
	bool binary;   /* the request that waits */
	bool upgraded; /* speaks NG */
	bool doomed;   /* closed as soon as it can be told */
};

/* libwebsockets keeps pointers to the strings. */
struct sl_websocket_listener {
	struct sl_acceptor acceptor;
	struct sl_websocket *server;
	struct lws_vhost *vhost;
	char name[SL_CONFIG_NG_TEXT];
};

struct sl_websocket {
	struct lws_context *lws;
	uv_loop_t *loop;
	struct sl_work *work;
	struct sl_websocket_listener listeners[SL_CONFIG_NG];
	unsigned n_listeners;
	unsigned clients; /* upgraded or not */
	bool stopping;
	struct sl_websocket_config config;
	void *state; /* of the protocol: requests are served one at a time */
	struct sl_websocket_stats stats;
};

extern const struct lws_protocols sl_websocket_protocols[];

/* True: its address may speak NG. Else it is counted and told. */
bool sl_websocket_admitted(struct sl_websocket *server, const struct sl_peer *peer);

/* Serves the request of a client whose turn it is. */
void sl_websocket_run(struct sl_fair_item *item);

#endif
