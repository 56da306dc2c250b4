/* SPDX-License-Identifier: BSD-3-Clause */
/* Who comes in: addresses that ng-allow names, and of those none that keeps others out. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctrl/base/log.h"
#include "ctrl/ipc/websocket_parts.h"

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

bool sl_websocket_admitted(struct sl_websocket *server, const struct sl_peer *peer)
{
	char text[SL_ADDRESS_TEXT];

	if (sl_net_has(server->config.nets, server->config.n_nets, peer->ip))
		return true;
	server->stats.refused_peer++;
	sl_address_text(peer->ip, text);
	SL_LOG_LIMITED_EVENT(SL_LOG_WARNING, SL_FIELDS(.addr = text, .reason = "not allowed"),
		"NG by WebSocket: %s may not use it; see ng-allow", text);
	if (server->config.protocol->stranger)
		server->config.protocol->stranger(server->config.context, peer);
	return false;
}

/*
 * At the limit: of the source with the most connections, the oldest that does not speak NG yet
 * goes, or the newest of all if that source has more than the one who comes. Who speaks keeps its
 * place against its like. False: there is no room.
 */
static bool make_room(struct sl_websocket *server, const struct sl_peer *who)
{
	const struct sl_fair *fair = sl_work_fair(server->work);
	struct sl_websocket_client *victim = NULL;
	const struct sl_fair_peer *own = sl_fair_find(fair, who);
	struct sl_fair_item *item;
	struct sl_fair_peer *most;

	if (server->clients < SL_WEBSOCKET_CONNECTIONS)
		return true;
	most = sl_fair_largest(fair, SL_PEER_WEBSOCKET);
	TAILQ_FOREACH (item, &most->resting, entry) {
		victim = (struct sl_websocket_client *)item;
		if (!victim->upgraded)
			break;
	}
	if (!victim || (victim->upgraded && most->items <= (own ? own->items : 0) + 1))
		return false;
	server->stats.closed++;
	lws_set_timeout(victim->wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_SYNC);
	return true;
}

static void take(void *context, int fd)
{
	struct sl_websocket_listener *l = context;
	struct sl_websocket *server = l->server;
	struct sl_websocket_client *client = NULL;
	struct sl_peer peer;
	int on = 1;

	if (peer_of(fd, &peer) && sl_websocket_admitted(server, &peer) && make_room(server, &peer))
		client = calloc(1, sizeof(*client));
	if (!client || !sl_fair_join(sl_work_fair(server->work), &client->item, &peer)) {
		free(client);
		close(fd);
		return;
	}
	client->item.run = sl_websocket_run;
	client->server = server;
	client->peer = peer;
	STAILQ_INIT(&client->replies);
	server->clients++;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	client->wsi = lws_adopt_socket_vhost(l->vhost, fd); /* closes it when it cannot */
	if (client->wsi) {
		lws_set_opaque_user_data(client->wsi, client);
		return;
	}
	server->clients--;
	sl_fair_leave(sl_work_fair(server->work), &client->item);
	free(client);
}

static int open_socket(const struct sl_config_ng *ng)
{
	struct sockaddr_storage address = {0};
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address;
	struct sockaddr_in *in = (struct sockaddr_in *)&address;
	int fd, rc, on = 1;

	if (sl_address_is_ipv4(ng->ip)) {
		in->sin_family = AF_INET;
		in->sin_port = htons(ng->port);
		memcpy(&in->sin_addr, ng->ip + 12, 4);
	} else {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(ng->port);
		memcpy(&in6->sin6_addr, ng->ip, 16);
	}
	fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (address.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (!bind(fd, (const struct sockaddr *)&address, sizeof(address)))
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

static const lws_retry_bo_t idle = {
	.secs_since_valid_ping = SL_WEBSOCKET_IDLE,
	.secs_since_valid_hangup = SL_WEBSOCKET_DEAD,
};

int sl_websocket_listen(
	struct sl_websocket *server, const struct sl_config_ng *ng, struct sl_error *error)
{
	struct sl_websocket_listener *l = &server->listeners[server->n_listeners];
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN_SERVER,
		.protocols = sl_websocket_protocols,
		.vhost_name = l->name,
		.retry_and_idle_policy = &idle,
		.timeout_secs_ah_idle = SL_SERVER_TIMEOUT_MS / 1000,
		.keepalive_timeout = SL_SERVER_TIMEOUT_MS / 1000,
	};
	int rc;

	if (server->n_listeners == SL_CONFIG_NG)
		return sl_refuse(error, -ENOSPC, "more than %d WebSocket listeners", SL_CONFIG_NG);
	sl_config_ng_text(ng, l->name);
	l->server = server;
	l->vhost = lws_create_vhost(server->lws, &info);
	rc = l->vhost ? open_socket(ng) : -ENOMEM;
	if (rc >= 0) {
		server->n_listeners++;
		rc = sl_acceptor_start(&l->acceptor, server->loop, rc, take, l);
	}
	if (rc)
		return sl_refuse(
			error, rc, "ng = %.64s: cannot listen there: %s", l->name, strerror(-rc));
	return 0;
}
