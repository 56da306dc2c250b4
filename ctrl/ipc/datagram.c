/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ipc/datagram.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctrl/base/log.h"
#include "ctrl/ipc/cookie_cache.h"
#include "ctrl/ipc/message.h"
#include "sluice/dump.h"

enum {
	TICK_MS = 1000,
	/* A burst of call set-ups waits here while one is served; the kernel may grant less. */
	SOCKET_BUFFER = 4 * 1024 * 1024,
};

struct listener {
	uv_poll_t poll;
	int fd;
	struct sl_datagram *server;
	struct sl_datagram_listen how;
};

/* One datagram that waits to be served. */
struct request {
	struct sl_fair_item item;
	struct listener *listener;
	struct sl_peer peer;
	struct sockaddr_storage from;
	size_t len;
	char data[]; /* and room for a NUL */
};

struct sl_datagram {
	uv_loop_t *loop;
	struct sl_work *work;
	unsigned waiting; /* requests */
	uv_timer_t timer;
	struct listener listeners[SL_CONFIG_NG];
	unsigned n_listeners;
	unsigned handles; /* not yet closed: the last one frees the server */
	struct sl_datagram_stats stats;
	void *state;
	void *arena;
	struct sl_cookie_cache cache;
	char data[SL_SERVER_REQUEST_MAX]; /* of the datagram at hand */
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

static void peer_of(const struct sockaddr_storage *from, struct sl_peer *peer)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)from;
	const struct sockaddr_in *in = (const struct sockaddr_in *)from;

	*peer = (struct sl_peer){.kind = SL_PEER_UDP};
	if (from->ss_family == AF_INET6) {
		memcpy(peer->ip, &in6->sin6_addr, 16);
		peer->port = ntohs(in6->sin6_port);
		return;
	}
	memset(peer->ip + 10, 0xff, 2);
	memcpy(peer->ip + 12, &in->sin_addr, 4);
	peer->port = ntohs(in->sin_port);
}

static void send_reply(const struct request *to, const char *reply, size_t len)
{
	struct listener *l = to->listener;

	if (sendto(l->fd, reply, len, MSG_DONTWAIT, (const struct sockaddr *)&to->from,
		    sizeof(to->from)) < 0)
		l->server->stats.unsent++;
}

static void request_free(struct request *r)
{
	struct sl_datagram *server = r->listener->server;

	sl_fair_leave(sl_work_fair(server->work), &r->item);
	server->waiting--;
	explicit_bzero(r->data, r->len);
	free(r);
}

static void serve(struct request *r)
{
	struct sl_datagram *server = r->listener->server;
	const struct sl_datagram_listen *how = &r->listener->how;
	struct sl_cookie_key key = {.port = r->peer.port, .request = r->data, .len = r->len};
	struct sl_server_reply fresh = {0};
	const char *reply;
	size_t len;

	key.cookie_len = how->protocol->cookie(r->data, r->len);
	if (!key.cookie_len) {
		server->stats.unanswered++;
		return;
	}
	memcpy(key.ip, r->peer.ip, sizeof(key.ip));
	reply = sl_cookie_cache_find(&server->cache, &key, uv_now(server->loop), &len);
	if (reply) {
		server->stats.duplicates++;
		send_reply(r, reply, len);
		return;
	}
	if (sl_message_serve(
		    how->protocol, how->context, &r->peer, server->state, r->data, r->len, &fresh))
		server->stats.served++;
	else
		server->stats.refused_request++;
	if (fresh.data && fresh.len) {
		sl_cookie_cache_add(
			&server->cache, &key, fresh.data, fresh.len, uv_now(server->loop));
		send_reply(r, fresh.data, fresh.len);
	} else {
		server->stats.unanswered++;
	}
	sl_message_free(&fresh);
}

/* Its turn. */
static void request_run(struct sl_fair_item *item)
{
	struct request *r = (struct request *)item;

	serve(r);
	request_free(r);
}

/* False: the source has had its share, and of all nobody has more. */
static bool make_room(struct sl_datagram *server, const struct sl_peer *source)
{
	const struct sl_fair *fair = sl_work_fair(server->work);
	const struct sl_fair_peer *own = sl_fair_find(fair, source);
	unsigned items = own ? own->items : 0;
	struct sl_fair_peer *most;

	if (items == SL_DATAGRAM_SOURCE)
		return false;
	if (server->waiting < SL_DATAGRAM_WAITING)
		return true;
	most = sl_fair_largest(fair, SL_PEER_UDP);
	if (most->items <= items)
		return false;
	request_free((struct request *)TAILQ_LAST(&most->ready, sl_fair_items));
	server->stats.crowded++;
	return true;
}

static void enqueue(struct listener *l, const struct sl_peer *peer,
	const struct sockaddr_storage *from, size_t len)
{
	struct sl_datagram *server = l->server;
	struct request *r = NULL;

	if (make_room(server, peer))
		r = malloc(sizeof(*r) + len + 1);
	if (!r || !sl_fair_join(sl_work_fair(server->work), &r->item, peer)) {
		free(r);
		server->stats.crowded++;
		return;
	}
	r->item.run = request_run;
	r->listener = l;
	r->peer = *peer;
	r->from = *from;
	r->len = len;
	memcpy(r->data, server->data, len);
	server->waiting++;
	sl_work_ready(server->work, &r->item);
}

static void received(struct listener *l, const struct sockaddr_storage *from, size_t n)
{
	struct sl_datagram *server = l->server;
	char text[SL_ADDRESS_TEXT];
	struct sl_peer peer;

	server->stats.received++;
	peer_of(from, &peer);
	if (!sl_net_has(l->how.nets, l->how.n_nets, peer.ip)) {
		server->stats.refused_peer++;
		sl_address_text(peer.ip, text);
		SL_LOG_LIMITED_EVENT(SL_LOG_WARNING,
			SL_FIELDS(.addr = text, .reason = "not allowed"),
			"NG by UDP: %s may not use it; see ng-allow", text);
		if (l->how.protocol->stranger)
			l->how.protocol->stranger(l->how.context, &peer);
	} else if (n > SL_SERVER_REQUEST_MAX) {
		server->stats.unanswered++;
		n = SL_SERVER_REQUEST_MAX;
	} else {
		enqueue(l, &peer, from, n);
	}
	explicit_bzero(server->data, n);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct listener *l = (struct listener *)poll;

	uint64_t end = uv_hrtime() + SL_DATAGRAM_NS;

	while (uv_hrtime() < end) {
		struct sockaddr_storage from = {0};
		socklen_t room = sizeof(from);
		/* An error of the socket (an ICMP message, say) is gone once it is told. */
		ssize_t n = recvfrom(l->fd, l->server->data, SL_SERVER_REQUEST_MAX,
			MSG_DONTWAIT | MSG_TRUNC, (struct sockaddr *)&from, &room);

		if (n >= 0)
			received(l, &from, (size_t)n);
		else if (errno == EAGAIN || errno == ENOMEM || errno == ENOBUFS)
			return;
	}
}

struct sl_datagram *sl_datagram_new(uv_loop_t *loop, struct sl_work *work)
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
	sl_dump_not(server->arena, SL_DATAGRAM_CACHE);
	sl_cookie_cache_init(&server->cache, server->arena, SL_DATAGRAM_CACHE, seed);
	server->loop = loop;
	server->work = work;
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

static int open_socket(const struct sl_datagram_listen *listen)
{
	struct sockaddr_storage address;
	int fd, rc, bytes = SOCKET_BUFFER, on = 1;

	sockaddr_of(listen, &address);
	fd = socket(address.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (address.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	if (!bind(fd, (const struct sockaddr *)&address, sizeof(address)))
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

int sl_datagram_listen(
	struct sl_datagram *server, const struct sl_datagram_listen *listen, struct sl_error *error)
{
	struct listener *l = &server->listeners[server->n_listeners];
	char text[SL_ADDRESS_TEXT];
	int rc;

	if (server->n_listeners == SL_CONFIG_NG)
		return sl_refuse(error, -ENOSPC, "more than %d UDP sockets", SL_CONFIG_NG);
	if (!server->state)
		server->state = malloc(SL_SERVER_STATE_MAX);
	if (!server->state)
		return sl_refuse(error, -ENOMEM, "out of memory");
	l->server = server;
	l->how = *listen;
	rc = l->fd = open_socket(listen);
	if (rc >= 0) {
		rc = uv_poll_init(server->loop, &l->poll, l->fd);
		if (rc)
			close(l->fd);
	}
	if (!rc) {
		l->poll.data = server;
		server->n_listeners++;
		server->handles++;
		rc = uv_poll_start(&l->poll, UV_READABLE, on_readable);
	}
	if (rc)
		return sl_refuse(error, rc, "ng = udp:, %s port %u: %s",
			sl_address_text(listen->ip, text), listen->port, strerror(-rc));
	return 0;
}

/* Nothing else waits there: the fair order of UDP has only our requests. */
static void forget_waiting(struct sl_datagram *server)
{
	struct sl_fair_peer *peer;

	while (server->waiting) {
		peer = sl_fair_largest(sl_work_fair(server->work), SL_PEER_UDP);
		request_free((struct request *)TAILQ_FIRST(&peer->ready));
	}
}

void sl_datagram_allow(struct sl_datagram *server, const struct sl_net *nets, unsigned n)
{
	for (unsigned i = 0; server && i < server->n_listeners; i++) {
		server->listeners[i].how.nets = nets;
		server->listeners[i].how.n_nets = n;
	}
}

void sl_datagram_stop(struct sl_datagram *server)
{
	if (!server)
		return;
	sl_cookie_cache_clear(&server->cache);
	forget_waiting(server);
	for (unsigned i = 0; i < server->n_listeners; i++) {
		uv_close((uv_handle_t *)&server->listeners[i].poll, closed);
		close(server->listeners[i].fd);
	}
	uv_close((uv_handle_t *)&server->timer, closed);
}

void sl_datagram_stats(const struct sl_datagram *server, struct sl_datagram_stats *stats)
{
	*stats = server->stats;
	stats->kept = server->cache.count;
	stats->evicted = server->cache.evicted;
}
