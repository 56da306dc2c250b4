/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * WebSocket listeners (RFC 6455, by libwebsockets on our loop): subprotocol ng.rtpengine.com, one
 * text or binary message is one request, and one message of the same type is its reply. A
 * connection stays and carries any number of requests; pings are answered, and sent where it is
 * quiet.
 *
 * Bounded: bytes per request, connections, replies that a client leaves unread, connections taken
 * in a turn of the loop (ctrl/ipc/acceptor.h), and requests served in it, in turns by address
 * (ctrl/ipc/work.h). Requests and replies are wiped; what a full socket makes libwebsockets keep is
 * beyond us, so replies to slow readers may linger in freed memory.
 */
#ifndef SL_CTRL_WEBSOCKET_H
#define SL_CTRL_WEBSOCKET_H

#include "ctrl/config/config.h"
#include "ctrl/ipc/server.h"
#include "sluice/error.h"

#define SL_WEBSOCKET_SUBPROTOCOL "ng.rtpengine.com"

enum {
	SL_WEBSOCKET_CONNECTIONS = 256, /* over all listeners, upgraded or not */
	SL_WEBSOCKET_UNREAD = 64,       /* replies per connection */
	SL_WEBSOCKET_IDLE = 30,         /* s without a sign of life before we ask */
	SL_WEBSOCKET_DEAD = 45,         /* s without a sign of life */
};

struct sl_websocket_config {
	const struct sl_server_protocol *protocol;
	void *context;
	const struct sl_net *nets; /* must outlive the server */
	unsigned n_nets;
};

struct sl_websocket_stats {
	uint64_t accepted; /* connections that were upgraded */
	uint64_t served;
	uint64_t refused_peer;    /* by source address */
	uint64_t refused_request; /* malformed; answered */
	uint64_t closed;          /* by us: to make room, a request too large, replies unread */
	unsigned connections;     /* now */
};

struct sl_websocket;

/* A server on `loop` without listeners, which does its work as `work` has it. NULL with `error`:
 * libwebsockets does not start. */
struct sl_websocket *sl_websocket_new(uv_loop_t *loop, struct sl_work *work,
	const struct sl_websocket_config *config, struct sl_error *error);

/* Adds a listener at the address of `ng`. 0 or -errno with `error`. */
int sl_websocket_listen(
	struct sl_websocket *server, const struct sl_config_ng *ng, struct sl_error *error);

/*
 * Has other sources be served from now on; `nets` must outlive the server. A connection of one that
 * may no longer be is closed at its next request. NULL is allowed.
 */
void sl_websocket_allow(struct sl_websocket *server, const struct sl_net *nets, unsigned n);

/*
 * Closes listeners and connections. Run the loop until it has nothing to do, then call
 * sl_websocket_free. NULL is allowed.
 */
void sl_websocket_stop(struct sl_websocket *server);
void sl_websocket_free(struct sl_websocket *server);

const struct sl_websocket_stats *sl_websocket_stats(const struct sl_websocket *server);

#endif
