/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/websocket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "ctrl/log.h"
#include "ctrl/message.h"

struct reply {
	STAILQ_ENTRY(reply) entry;
	size_t len;
	bool binary;
	unsigned char bytes[]; /* LWS_PRE of room for the frame's header, then `len` */
};

/* Zeroed by libwebsockets when a connection is made. */
struct connection {
	struct sl_peer peer;
	char *data; /* SL_SERVER_REQUEST_MAX + 1 bytes; NULL until the first bytes come */
	size_t len;
	STAILQ_HEAD(, reply) replies;
	unsigned n_replies;
	bool counted;
};

/* libwebsockets keeps pointers to these. */
struct listener {
	char address[SL_ADDRESS_TEXT], name[SL_CONFIG_NG_TEXT];
};

struct sl_websocket {
	struct lws_context *lws;
	struct listener listeners[SL_CONFIG_NG];
	unsigned n_listeners;
	struct sl_websocket_config config;
	void *state; /* of the protocol: requests are served one at a time */
	struct sl_websocket_stats stats;
};

static struct sl_websocket *server_of(struct lws *wsi)
{
	return lws_context_user(lws_get_context(wsi));
}

static bool peer_of(int fd, struct sl_peer *peer)
{
	struct sockaddr_storage from = {0};
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&from;
	const struct sockaddr_in *in = (const struct sockaddr_in *)&from;
	socklen_t len = sizeof(from);

	*peer = (struct sl_peer){.kind = SL_PEER_WEBSOCKET};
	if (getpeername(fd, (struct sockaddr *)&from, &len))
		return false;
	if (from.ss_family == AF_INET6) {
		memcpy(peer->ip, &in6->sin6_addr, 16);
		peer->port = ntohs(in6->sin6_port);
	} else {
		memset(peer->ip + 10, 0xff, 2);
		memcpy(peer->ip + 12, &in->sin_addr, 4);
		peer->port = ntohs(in->sin_port);
	}
	return true;
}

static bool admitted(struct sl_websocket *server, int fd)
{
	char text[SL_ADDRESS_TEXT];
	struct sl_peer peer;

	if (!peer_of(fd, &peer))
		return false;
	if (sl_config_net_has(server->config.nets, server->config.n_nets, peer.ip))
		return true;
	server->stats.refused_peer++;
	SL_LOG_LIMITED(SL_LOG_WARNING, "NG by WebSocket: %s may not use it; see ng-allow",
		sl_address_text(peer.ip, text));
	return false;
}

static void reply_free(struct connection *c)
{
	struct reply *reply = STAILQ_FIRST(&c->replies);

	STAILQ_REMOVE_HEAD(&c->replies, entry);
	c->n_replies--;
	explicit_bzero(reply->bytes + LWS_PRE, reply->len);
	free(reply);
}

static bool queue_reply(struct connection *c, const struct sl_server_reply *from, bool binary)
{
	struct reply *reply;

	if (c->n_replies == SL_WEBSOCKET_UNREAD)
		return false;
	reply = malloc(sizeof(*reply) + LWS_PRE + from->len);
	if (!reply)
		return false;
	reply->len = from->len;
	reply->binary = binary;
	memcpy(reply->bytes + LWS_PRE, from->data, from->len);
	STAILQ_INSERT_TAIL(&c->replies, reply, entry);
	c->n_replies++;
	return true;
}

/* -1: the connection is to be closed. */
static int serve(struct lws *wsi, struct connection *c)
{
	struct sl_websocket *server = server_of(wsi);
	const struct sl_websocket_config *config = &server->config;
	struct sl_server_reply reply = {0};
	bool queued = true;

	if (sl_message_serve(config->protocol, config->context, &c->peer, server->state, c->data,
		    c->len, &reply))
		server->stats.served++;
	else
		server->stats.refused_request++;
	explicit_bzero(c->data, c->len);
	c->len = 0;
	if (reply.data && reply.len)
		queued = queue_reply(c, &reply, lws_frame_is_binary(wsi));
	else
		queued = false; /* no memory: who waits for it should know */
	sl_message_free(&reply);
	if (!queued) {
		server->stats.closed++;
		lws_close_reason(wsi, LWS_CLOSE_STATUS_POLICY_VIOLATION, NULL, 0);
		return -1;
	}
	/* It is heard again when it has heard. */
	lws_rx_flow_control(wsi, 0);
	lws_callback_on_writable(wsi);
	return 0;
}

static int receive(struct lws *wsi, struct connection *c, char *in, size_t len)
{
	if (!c->data)
		c->data = malloc(SL_SERVER_REQUEST_MAX + 1);
	if (!c->data || len > SL_SERVER_REQUEST_MAX - c->len) {
		server_of(wsi)->stats.closed++;
		explicit_bzero(in, len);
		lws_close_reason(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, NULL, 0);
		return -1;
	}
	if (len)
		memcpy(c->data + c->len, in, len);
	c->len += len;
	explicit_bzero(in, len);
	return lws_is_final_fragment(wsi) ? serve(wsi, c) : 0;
}

static int send_one(struct lws *wsi, struct connection *c)
{
	struct reply *reply = STAILQ_FIRST(&c->replies);
	int n;

	if (!reply)
		return 0;
	n = lws_write(wsi, reply->bytes + LWS_PRE, reply->len,
		reply->binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT);
	if (n < (int)reply->len)
		return -1;
	reply_free(c);
	if (c->n_replies)
		lws_callback_on_writable(wsi);
	else
		lws_rx_flow_control(wsi, 1);
	return 0;
}

static int established(struct lws *wsi, struct connection *c)
{
	struct sl_websocket *server = server_of(wsi);

	memset(c, 0, sizeof(*c));
	STAILQ_INIT(&c->replies);
	if (!peer_of(lws_get_socket_fd(wsi), &c->peer))
		return -1;
	server->stats.accepted++;
	server->stats.connections++;
	c->counted = true;
	return 0;
}

static void closed(struct lws *wsi, struct connection *c)
{
	while (!STAILQ_EMPTY(&c->replies))
		reply_free(c);
	if (c->data)
		explicit_bzero(c->data, SL_SERVER_REQUEST_MAX + 1);
	free(c->data);
	c->data = NULL;
	if (c->counted) /* else its peer was gone before it was there */
		server_of(wsi)->stats.connections--;
	c->counted = false;
}

static int on_ng(
	struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		return established(wsi, user);
	case LWS_CALLBACK_RECEIVE:
		return receive(wsi, user, in, len);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return send_one(wsi, user);
	case LWS_CALLBACK_CLOSED:
		closed(wsi, user);
		return 0;
	default:
		return 0;
	}
}

/* Who comes in at all, and what is neither a WebSocket nor ours. */
static int on_other(
	struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	switch (reason) {
	case LWS_CALLBACK_FILTER_NETWORK_CONNECTION:
		return admitted(server_of(wsi), (int)(intptr_t)in) ? 0 : -1;
	case LWS_CALLBACK_HTTP:
		lws_return_http_status(wsi, HTTP_STATUS_NOT_FOUND, NULL);
		return -1;
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
	case LWS_CALLBACK_ESTABLISHED:
		return -1;
	default:
		return 0;
	}
}

static const struct lws_protocols protocols[] = {
	{"none", on_other, 0, 0},
	{SL_WEBSOCKET_SUBPROTOCOL, on_ng, sizeof(struct connection), 4096},
	{NULL, NULL, 0, 0},
};

static const lws_retry_bo_t idle = {
	.secs_since_valid_ping = SL_WEBSOCKET_IDLE,
	.secs_since_valid_hangup = SL_WEBSOCKET_DEAD,
};

/* Its errors and warnings tell of sockets and set-up, never of what was said. */
static void on_log(int level, const char *line)
{
	SL_LOG_LIMITED(level & LLL_ERR ? SL_LOG_ERROR : SL_LOG_WARNING, "libwebsockets: %.*s",
		(int)strcspn(line, "\n"), line);
}

struct sl_websocket *sl_websocket_new(
	uv_loop_t *loop, const struct sl_websocket_config *config, char why[SL_SERVER_WHY])
{
	struct sl_websocket *server = calloc(1, sizeof(*server));
	void *loops[] = {loop};
	struct lws_context_creation_info info = {
		.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
		.foreign_loops = loops,
		.user = server,
		.timeout_secs = SL_SERVER_TIMEOUT_MS / 1000,
		.timeout_secs_ah_idle = SL_SERVER_TIMEOUT_MS / 1000,
		.fd_limit_per_thread = SL_WEBSOCKET_CONNECTIONS + SL_CONFIG_NG,
	};

	snprintf(why, SL_SERVER_WHY, "out of memory");
	if (!server)
		return NULL;
	server->config = *config;
	info.pcontext = &server->lws; /* NULL once all of it is gone */
	server->state = malloc(SL_SERVER_STATE_MAX);
	if (!server->state) {
		free(server);
		return NULL;
	}
	lws_set_log_level(LLL_ERR | LLL_WARN, on_log);
	server->lws = lws_create_context(&info);
	if (!server->lws) {
		snprintf(why, SL_SERVER_WHY,
			"libwebsockets does not start; is libwebsockets-evlib-uv installed?");
		free(server->state);
		free(server);
		return NULL;
	}
	return server;
}

int sl_websocket_listen(
	struct sl_websocket *server, const struct sl_config_ng *ng, char why[SL_SERVER_WHY])
{
	struct listener *l = &server->listeners[server->n_listeners];
	struct lws_context_creation_info info = {
		.options = LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND,
		.iface = l->address,
		.port = ng->port,
		.protocols = protocols,
		.vhost_name = l->name,
		.retry_and_idle_policy = &idle,
		.timeout_secs_ah_idle = SL_SERVER_TIMEOUT_MS / 1000,
		.keepalive_timeout = SL_SERVER_TIMEOUT_MS / 1000,
	};

	if (server->n_listeners == SL_CONFIG_NG) {
		snprintf(why, SL_SERVER_WHY, "more than %d WebSocket listeners", SL_CONFIG_NG);
		return -ENOSPC;
	}
	server->n_listeners++;
	sl_address_text(ng->ip, l->address);
	sl_config_ng_text(ng, l->name);
	if (sl_address_is_ipv4(ng->ip))
		info.options |= LWS_SERVER_OPTION_DISABLE_IPV6;
	if (lws_create_vhost(server->lws, &info))
		return 0;
	snprintf(why, SL_SERVER_WHY, "ng = %.64s: cannot listen there", l->name);
	return -EADDRNOTAVAIL;
}

void sl_websocket_stop(struct sl_websocket *server)
{
	if (server)
		lws_context_destroy(server->lws);
}

void sl_websocket_free(struct sl_websocket *server)
{
	if (!server)
		return;
	/* What could only go once the loop had closed its handles. */
	if (server->lws)
		lws_context_destroy(server->lws);
	free(server->state);
	free(server);
}

const struct sl_websocket_stats *sl_websocket_stats(const struct sl_websocket *server)
{
	return &server->stats;
}
