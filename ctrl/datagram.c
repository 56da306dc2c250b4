/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/datagram.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "ctrl/cookie_cache.h"
#include "ctrl/log.h"
#include "ctrl/message.h"

enum {
	TICK_MS = 1000,
	/* A burst of call set-ups waits here while one is served; the kernel may grant less. */
	SOCKET_BUFFER = 4 * 1024 * 1024,
};

struct listener {
	uv_udp_t udp;
	struct sl_datagram *server;
	struct sl_datagram_listen how;
};

struct sl_datagram {
	uv_loop_t *loop;
	uv_timer_t timer;
	struct listener listeners[SL_CONFIG_NG];
	unsigned n_listeners;
	unsigned handles; /* not yet closed: the last one frees the server */
	struct sl_datagram_stats stats;
	void *state;
	void *arena;
	struct sl_cookie_cache cache;
	char data[SL_SERVER_REQUEST_MAX + 1]; /* of the datagram at hand */
};

static void server_free(struct sl_datagram *server)
{
	free(server->state);
	free(server->arena);
	free(server);
}

static void closed(uv_handle_t *handle)
{
	struct sl_datagram *server = handle->data;

	if (!--server->handles)
		server_free(server);
}

static void tick(uv_timer_t *timer)
{
	struct sl_datagram *server = timer->data;

	sl_cookie_cache_expire(&server->cache, uv_now(server->loop));
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct listener *l = (struct listener *)handle;

	*buf = uv_buf_init(l->server->data, SL_SERVER_REQUEST_MAX);
}

static void peer_of(const struct sockaddr *from, struct sl_peer *peer)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)from;
	const struct sockaddr_in *in = (const struct sockaddr_in *)from;

	*peer = (struct sl_peer){.kind = SL_PEER_UDP};
	if (from->sa_family == AF_INET6) {
		memcpy(peer->ip, &in6->sin6_addr, 16);
		peer->port = ntohs(in6->sin6_port);
		return;
	}
	memset(peer->ip + 10, 0xff, 2);
	memcpy(peer->ip + 12, &in->sin_addr, 4);
	peer->port = ntohs(in->sin_port);
}

static void send_reply(struct listener *l, const struct sockaddr *to, const char *reply, size_t len)
{
	uv_buf_t buf = uv_buf_init((char *)reply, (unsigned)len);

	if (uv_udp_try_send(&l->udp, &buf, 1, to) < 0)
		l->server->stats.unsent++;
}

static void serve(
	struct listener *l, const struct sockaddr *from, const struct sl_peer *peer, size_t len)
{
	struct sl_datagram *server = l->server;
	const struct sl_server_protocol *protocol = l->how.protocol;
	struct sl_cookie_key key = {.port = peer->port, .request = server->data, .len = len};
	struct sl_server_reply fresh = {0};
	const char *reply;

	key.cookie_len = protocol->cookie(server->data, len);
	if (!key.cookie_len) {
		server->stats.unanswered++;
		return;
	}
	memcpy(key.ip, peer->ip, sizeof(key.ip));
	reply = sl_cookie_cache_find(&server->cache, &key, uv_now(server->loop), &len);
	if (reply) {
		server->stats.duplicates++;
		send_reply(l, from, reply, len);
		return;
	}
	if (sl_message_serve(
		    protocol, l->how.context, peer, server->state, server->data, len, &fresh))
		server->stats.served++;
	else
		server->stats.refused_request++;
	if (fresh.data && fresh.len) {
		sl_cookie_cache_add(
			&server->cache, &key, fresh.data, fresh.len, uv_now(server->loop));
		send_reply(l, from, fresh.data, fresh.len);
	} else {
		server->stats.unanswered++;
	}
	sl_message_free(&fresh);
}

static void received(
	uv_udp_t *udp, ssize_t n, const uv_buf_t *buf, const struct sockaddr *from, unsigned flags)
{
	struct listener *l = (struct listener *)udp;
	struct sl_datagram *server = l->server;
	char text[SL_ADDRESS_TEXT];
	struct sl_peer peer;

	if (n < 0 || !from)
		return;
	server->stats.received++;
	peer_of(from, &peer);
	if (!sl_config_net_has(l->how.nets, l->how.n_nets, peer.ip)) {
		server->stats.refused_peer++;
		SL_LOG_LIMITED(SL_LOG_WARNING, "NG by UDP: %s may not use it; see ng-allow",
			sl_address_text(peer.ip, text));
	} else if (flags & UV_UDP_PARTIAL) {
		server->stats.unanswered++;
	} else {
		serve(l, from, &peer, (size_t)n);
	}
	explicit_bzero(server->data, (size_t)n);
}

struct sl_datagram *sl_datagram_new(uv_loop_t *loop)
{
	struct sl_datagram *server = calloc(1, sizeof(*server));
	uint64_t seed;

	if (!server)
		return NULL;
	server->arena = malloc(SL_DATAGRAM_CACHE);
	if (!server->arena || getrandom(&seed, sizeof(seed), 0) != sizeof(seed)) {
		server_free(server);
		return NULL;
	}
	sl_cookie_cache_init(&server->cache, server->arena, SL_DATAGRAM_CACHE, seed);
	server->loop = loop;
	uv_timer_init(loop, &server->timer);
	server->timer.data = server;
	server->handles = 1;
	uv_timer_start(&server->timer, tick, TICK_MS, TICK_MS);
	return server;
}

static void sockaddr_of(const struct sl_datagram_listen *listen, struct sockaddr_storage *address)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;
	struct sockaddr_in *in = (struct sockaddr_in *)address;

	memset(address, 0, sizeof(*address));
	if (sl_address_is_ipv4(listen->ip)) {
		in->sin_family = AF_INET;
		in->sin_port = htons(listen->port);
		memcpy(&in->sin_addr, listen->ip + 12, 4);
	} else {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(listen->port);
		memcpy(&in6->sin6_addr, listen->ip, 16);
	}
}

int sl_datagram_listen(struct sl_datagram *server, const struct sl_datagram_listen *listen,
	char why[SL_SERVER_WHY])
{
	struct listener *l = &server->listeners[server->n_listeners];
	struct sockaddr_storage address;
	char text[SL_ADDRESS_TEXT];
	int rc, bytes = SOCKET_BUFFER;

	if (server->n_listeners == SL_CONFIG_NG) {
		snprintf(why, SL_SERVER_WHY, "more than %d UDP sockets", SL_CONFIG_NG);
		return -ENOSPC;
	}
	if (!server->state)
		server->state = malloc(SL_SERVER_STATE_MAX);
	if (!server->state) {
		snprintf(why, SL_SERVER_WHY, "out of memory");
		return -ENOMEM;
	}
	l->server = server;
	l->how = *listen;
	sockaddr_of(listen, &address);
	uv_udp_init(server->loop, &l->udp);
	l->udp.data = server;
	server->n_listeners++;
	server->handles++;
	rc = uv_udp_bind(&l->udp, (const struct sockaddr *)&address, 0);
	if (!rc) {
		uv_recv_buffer_size((uv_handle_t *)&l->udp, &bytes);
		rc = uv_udp_recv_start(&l->udp, give_buffer, received);
	}
	if (rc)
		snprintf(why, SL_SERVER_WHY, "ng = udp:, %s port %u: %s",
			sl_address_text(listen->ip, text), listen->port, uv_strerror(rc));
	return rc;
}

void sl_datagram_stop(struct sl_datagram *server)
{
	if (!server)
		return;
	sl_cookie_cache_clear(&server->cache);
	for (unsigned i = 0; i < server->n_listeners; i++)
		uv_close((uv_handle_t *)&server->listeners[i].udp, closed);
	uv_close((uv_handle_t *)&server->timer, closed);
}

void sl_datagram_stats(const struct sl_datagram *server, struct sl_datagram_stats *stats)
{
	*stats = server->stats;
	stats->kept = server->cache.count;
	stats->evicted = server->cache.evicted;
}
