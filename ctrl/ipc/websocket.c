/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ipc/websocket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/base/log.h"
#include "ctrl/ipc/message.h"
#include "ctrl/ipc/websocket_parts.h"

static void reply_free(struct sl_websocket_client *c)
{
	struct sl_websocket_reply *reply = STAILQ_FIRST(&c->replies);

	STAILQ_REMOVE_HEAD(&c->replies, entry);
	c->n_replies--;
	explicit_bzero(reply->bytes + LWS_PRE, reply->len);
	free(reply);
}

static bool queue_reply(
	struct sl_websocket_client *c, const struct sl_server_reply *from, bool binary)
{
	struct sl_websocket_reply *reply;

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

static void serve(struct sl_websocket_client *c)
{
	struct sl_websocket *server = c->server;
	const struct sl_websocket_config *config = &server->config;
	struct sl_server_reply reply = {0};

	/* It was let in, but the networks may be others by now. */
	if (!sl_websocket_admitted(server, &c->peer))
		c->doomed = true;
	else if (sl_message_serve(config->protocol, config->context, &c->peer, server->state,
			 c->data, c->len, &reply))
		server->stats.served++;
	else
		server->stats.refused_request++;
	explicit_bzero(c->data, c->len);
	c->len = 0;
	/* No memory, or too many unread: who waits for the reply should know. */
	if (!reply.data || !reply.len || !queue_reply(c, &reply, c->binary))
		c->doomed = true;
	sl_message_free(&reply);
	lws_callback_on_writable(c->wsi);
}

void sl_websocket_run(struct sl_fair_item *item)
{
	struct sl_websocket_client *c = (struct sl_websocket_client *)item;

	if (!c->server->stopping)
		serve(c);
}

/* -1: the connection is to be closed. */
static int receive(struct lws *wsi, struct sl_websocket_client *c, char *in, size_t len)
{
	/* Serves what came with it, in one piece: libwebsockets stops reading, but not at once. */
	if (c->item.ready) {
		sl_fair_rest(sl_work_fair(c->server->work), &c->item);
		serve(c);
	}
	if (!c->data)
		c->data = malloc(SL_SERVER_REQUEST_MAX + 1);
	if (!c->data || len > SL_SERVER_REQUEST_MAX - c->len) {
		c->server->stats.closed++;
		explicit_bzero(in, len);
		lws_close_reason(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, NULL, 0);
		return -1;
	}
	if (len)
		memcpy(c->data + c->len, in, len);
	c->len += len;
	explicit_bzero(in, len);
	if (!lws_is_final_fragment(wsi))
		return 0;
	c->binary = lws_frame_is_binary(wsi);
	/* It is heard again when it has heard. */
	lws_rx_flow_control(wsi, 0);
	sl_work_ready(c->server->work, &c->item);
	return 0;
}

static int send_one(struct lws *wsi, struct sl_websocket_client *c)
{
	struct sl_websocket_reply *reply = STAILQ_FIRST(&c->replies);
	int n;

	if (c->doomed) {
		c->server->stats.closed++;
		lws_close_reason(wsi, LWS_CLOSE_STATUS_POLICY_VIOLATION, NULL, 0);
		return -1;
	}
	if (!reply)
		return 0;
	n = lws_write(wsi, reply->bytes + LWS_PRE, reply->len,
		reply->binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT);
	if (n < (int)reply->len)
		return -1;
	reply_free(c);
	if (c->n_replies)
		lws_callback_on_writable(wsi);
	else if (!c->item.ready)
		lws_rx_flow_control(wsi, 1);
	return 0;
}

static void closed(struct sl_websocket_client *c)
{
	if (c->item.ready)
		sl_fair_rest(sl_work_fair(c->server->work), &c->item);
	while (!STAILQ_EMPTY(&c->replies))
		reply_free(c);
	if (c->data)
		explicit_bzero(c->data, SL_SERVER_REQUEST_MAX + 1);
	free(c->data);
	c->data = NULL;
	c->len = 0;
	if (c->upgraded)
		c->server->stats.connections--;
	c->upgraded = false;
}

static void gone(struct sl_websocket_client *c)
{
	if (!c) /* it was never ours */
		return;
	closed(c);
	c->server->clients--;
	sl_fair_leave(sl_work_fair(c->server->work), &c->item);
	free(c);
}

static void upgraded(struct sl_websocket_client *c)
{
	c->server->stats.accepted++;
	c->server->stats.connections++;
	c->upgraded = true;
}

static int on_ng(
	struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct sl_websocket_client *client = lws_get_opaque_user_data(wsi);

	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		upgraded(client);
		return 0;
	case LWS_CALLBACK_RECEIVE:
		return receive(wsi, client, in, len);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return send_one(wsi, client);
	case LWS_CALLBACK_CLOSED:
		closed(client);
		return 0;
	default:
		return 0;
	}
}

/* Takes what is neither a WebSocket nor ours, and what libwebsockets tells the first protocol. */
static int on_other(
	struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	switch (reason) {
	case LWS_CALLBACK_HTTP:
		lws_return_http_status(wsi, HTTP_STATUS_NOT_FOUND, NULL);
		return -1;
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
	case LWS_CALLBACK_ESTABLISHED:
		return -1;
	case LWS_CALLBACK_WSI_DESTROY:
		gone(lws_get_opaque_user_data(wsi));
		return 0;
	default:
		return 0;
	}
}

const struct lws_protocols sl_websocket_protocols[] = {
	{"none", on_other, 0, 0},
	{SL_WEBSOCKET_SUBPROTOCOL, on_ng, 0, 4096},
	{NULL, NULL, 0, 0},
};

/* Its errors and warnings tell of sockets and set-up, never of what was said. */
static void on_log(int level, const char *line)
{
	SL_LOG_LIMITED(level & LLL_ERR ? SL_LOG_ERROR : SL_LOG_WARNING, "libwebsockets: %.*s",
		(int)strcspn(line, "\n"), line);
}

struct sl_websocket *sl_websocket_new(uv_loop_t *loop, struct sl_work *work,
	const struct sl_websocket_config *config, struct sl_error *error)
{
	struct sl_websocket *server = calloc(1, sizeof(*server));
	void *loops[] = {loop};
	struct lws_context_creation_info info = {
		.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
		.foreign_loops = loops,
		.user = server,
		.timeout_secs = SL_SERVER_TIMEOUT_MS / 1000,
		.timeout_secs_ah_idle = SL_SERVER_TIMEOUT_MS / 1000,
		/* Ours is the one that is met. */
		.fd_limit_per_thread = 2 * SL_WEBSOCKET_CONNECTIONS,
	};

	if (!server) {
		sl_refuse(error, -ENOMEM, "out of memory");
		return NULL;
	}
	server->config = *config;
	server->loop = loop;
	server->work = work;
	info.pcontext = &server->lws; /* NULL once all of it is gone */
	server->state = malloc(SL_SERVER_STATE_MAX);
	if (!server->state) {
		sl_refuse(error, -ENOMEM, "out of memory");
		free(server);
		return NULL;
	}
	lws_set_log_level(LLL_ERR | LLL_WARN, on_log);
	server->lws = lws_create_context(&info);
	if (!server->lws) {
		sl_refuse(error, -ENOENT,
			"libwebsockets does not start; is libwebsockets-evlib-uv installed?");
		free(server->state);
		free(server);
		return NULL;
	}
	return server;
}

void sl_websocket_allow(struct sl_websocket *server, const struct sl_net *nets, unsigned n)
{
	if (!server)
		return;
	server->config.nets = nets;
	server->config.n_nets = n;
}

void sl_websocket_stop(struct sl_websocket *server)
{
	if (!server)
		return;
	server->stopping = true;
	for (unsigned i = 0; i < server->n_listeners; i++)
		sl_acceptor_stop(&server->listeners[i].acceptor, NULL);
	lws_context_destroy(server->lws);
}

void sl_websocket_free(struct sl_websocket *server)
{
	if (!server)
		return;
	/* This can only go once the loop has closed its handles. */
	if (server->lws)
		lws_context_destroy(server->lws);
	free(server->state);
	free(server);
}

const struct sl_websocket_stats *sl_websocket_stats(const struct sl_websocket *server)
{
	return &server->stats;
}
