/* SPDX-License-Identifier: BSD-3-Clause */
#include "exporter/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctrl/base/log.h"
#include "exporter/fetch.h"
#include "exporter/host.h"
#include "exporter/listen.h"
#include "exporter/page.h"
#include "exporter/tls.h"

enum { TICK_MS = 500 };

struct client {
	TAILQ_ENTRY(client) entry; /* the oldest first */
	struct MHD_Connection *connection;
	int fd;
	uint64_t since; /* ms, loop clock */
	bool begun;     /* its request is known */
	bool waiting;   /* suspended: the relay is being asked */
	bool waited;
};

struct sl_http {
	uv_loop_t *loop;
	const struct sl_settings *settings;
	struct sl_tls_files tls;
	struct sl_fetch *fetch;
	struct MHD_Daemon *daemon;
	TAILQ_HEAD(, client) clients;
	uv_poll_t poll;   /* the daemon's epoll */
	uv_timer_t again; /* it wants its turn without news from there */
	uv_timer_t tick;
	unsigned handles;
};

/*
 * A browser that comes here takes scripts and styles of ours alone, shows us in no frame, and lets
 * no other page have what it got.
 */
static const struct {
	const char *name, *value;
} headers[] = {
	{MHD_HTTP_HEADER_CONNECTION, "close"},
	{MHD_HTTP_HEADER_CACHE_CONTROL, "no-store"},
	{"Content-Security-Policy",
		"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
		"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"Referrer-Policy", "no-referrer"},
	{"X-Content-Type-Options", "nosniff"},
	{"X-Frame-Options", "DENY"},
};

static struct MHD_Response *make(const char *type, const void *data, size_t len)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(len, (void *)data, MHD_RESPMEM_MUST_COPY);

	for (size_t i = 0; response && i < sizeof(headers) / sizeof(headers[0]); i++)
		MHD_add_response_header(response, headers[i].name, headers[i].value);
	if (response)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	return response;
}

static enum MHD_Result answer(
	struct MHD_Connection *connection, unsigned status, struct MHD_Response *response)
{
	enum MHD_Result rc;

	if (!response)
		return MHD_NO;
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	rc = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return rc;
}

static enum MHD_Result say(struct MHD_Connection *connection, unsigned status, const char *text)
{
	char line[SL_ERROR_TEXT + 2];

	snprintf(line, sizeof(line), "%s\n", text);
	return answer(connection, status, make("text/plain; charset=utf-8", line, strlen(line)));
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result metrics(struct MHD_Connection *connection, const struct sl_snapshot *s)
{
	enum sl_text_format format = sl_text_negotiate(header(connection, MHD_HTTP_HEADER_ACCEPT));
	struct MHD_Response *response;
	char time[24];

	if (!s->text[format])
		return say(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory");
	response = make(sl_text_content_types[format], s->text[format], s->len[format]);
	snprintf(time, sizeof(time), "%.3f", (double)s->time / 1e3);
	if (response) /* seconds between two answers, whatever their ways took */
		MHD_add_response_header(response, "Sluice-Sampled", time);
	return answer(connection, MHD_HTTP_OK, response);
}

static enum MHD_Result ready(struct MHD_Connection *connection, const struct sl_snapshot *s)
{
	if (s->up && s->accepting)
		return say(connection, MHD_HTTP_OK, "ready");
	return say(connection, MHD_HTTP_SERVICE_UNAVAILABLE, s->error.text);
}

/* With the relay's answer, which may have to be waited for. */
static enum MHD_Result with_relay(struct sl_http *h, struct client *c,
	enum MHD_Result (*show)(struct MHD_Connection *, const struct sl_snapshot *))
{
	const struct sl_snapshot *s =
		c->waited ? sl_fetch_last(h->fetch) : sl_fetch_fresh(h->fetch);

	if (s)
		return show(c->connection, s);
	c->waiting = true;
	MHD_suspend_connection(c->connection);
	return MHD_YES;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
	const char *method, const char *version, const char *data, size_t *size, void **state)
{
	struct sl_http *h = context;
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct client *c = info ? info->socket_context : NULL;
	const struct sl_page_file *file = h->settings->page ? sl_page_find(url) : NULL;

	if (!c || (h->tls.key && !sl_tls_verified(connection)))
		return MHD_NO;
	if (strcmp(method, MHD_HTTP_METHOD_GET) && strcmp(method, MHD_HTTP_METHOD_HEAD))
		return say(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET or HEAD");
	if (*size)
		return MHD_NO; /* nothing here takes a body */
	if (!c->begun) {       /* libmicrohttpd takes answers from the second call on */
		c->begun = true;
		*state = c;
		return MHD_YES;
	}
	if (!h->tls.key && !sl_host_is_ours(h->settings, header(connection, MHD_HTTP_HEADER_HOST)))
		return say(connection, MHD_HTTP_MISDIRECTED_REQUEST,
			"this name is not known here; set host = NAME in the exporter's "
			"configuration");
	if (!strcmp(url, "/healthz"))
		return say(connection, MHD_HTTP_OK, "alive");
	if (!strcmp(url, "/metrics"))
		return with_relay(h, c, metrics);
	if (!strcmp(url, "/readyz"))
		return with_relay(h, c, ready);
	if (file)
		return answer(connection, MHD_HTTP_OK, make(file->type, file->data, file->len));
	return say(connection, MHD_HTTP_NOT_FOUND, "/metrics, /healthz, /readyz");
}

static void on_connection(void *context, struct MHD_Connection *connection, void **state,
	enum MHD_ConnectionNotificationCode code)
{
	struct sl_http *h = context;
	struct client *c = *state;
	const union MHD_ConnectionInfo *info;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (c)
			TAILQ_REMOVE(&h->clients, c, entry);
		free(c);
		return;
	}
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	if (!info || (h->tls.key && !sl_tls_demand(connection)))
		return; /* unknown, it is answered nothing */
	c = calloc(1, sizeof(*c));
	if (!c)
		return;
	c->connection = connection;
	c->fd = info->connect_fd;
	c->since = uv_now(h->loop);
	TAILQ_INSERT_TAIL(&h->clients, c, entry);
	*state = c;
}

static enum MHD_Result may_connect(void *context, const struct sockaddr *from, socklen_t len)
{
	const struct sl_http *h = context;
	char text[SL_ADDRESS_TEXT];
	uint8_t ip[16] = {0};

	if (!h->settings->n_allow)
		return MHD_YES;
	sl_listen_address(from, ip);
	if (sl_net_has(h->settings->allow, h->settings->n_allow, ip))
		return MHD_YES;
	sl_address_text(ip, text);
	SL_LOG_LIMITED_EVENT(SL_LOG_WARNING, SL_FIELDS(.addr = text, .reason = "not allowed"),
		"%s may not connect; see allow", text);
	return MHD_NO;
}

/* A turn of the server: whatever it could do without waiting. */
static void turn(struct sl_http *h)
{
	MHD_UNSIGNED_LONG_LONG ms;

	MHD_run(h->daemon);
	if (MHD_get_timeout(h->daemon, &ms) == MHD_YES)
		uv_timer_start(&h->again, h->again.timer_cb, ms, 0);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	turn(poll->data);
}

static void on_timer(uv_timer_t *timer)
{
	turn(timer->data);
}

static void arrived(void *context)
{
	struct sl_http *h = context;
	struct client *c;

	TAILQ_FOREACH (c, &h->clients, entry) {
		if (!c->waiting)
			continue;
		c->waiting = false;
		c->waited = true;
		MHD_resume_connection(c->connection);
	}
	turn(h);
}

/* Slow ones: the server sees them gone. */
static void tick(uv_timer_t *timer)
{
	struct sl_http *h = timer->data;
	struct client *c;

	sl_log_tick();
	TAILQ_FOREACH (c, &h->clients, entry) {
		if (uv_now(h->loop) - c->since < SL_HTTP_LIFE_MS)
			break;
		shutdown(c->fd, SHUT_RDWR);
	}
	turn(h);
}

static void log_line(void *context, const char *format, va_list arguments)
{
	char line[256];

	vsnprintf(line, sizeof(line), format, arguments);
	line[strcspn(line, "\n")] = '\0';
	SL_LOG_LIMITED(SL_LOG_INFO, "http: %s", line);
}

static void closed(uv_handle_t *handle)
{
	struct sl_http *h = handle->data;

	if (!--h->handles)
		free(h);
}

/* TLS 1.2 for those who cannot do better. */
static const char priorities[] = "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

static struct MHD_Daemon *start_daemon(struct sl_http *h, int fd)
{
	struct MHD_OptionItem tls[] = {
		{MHD_OPTION_HTTPS_MEM_CERT, 0, h->tls.certificate},
		{MHD_OPTION_HTTPS_MEM_KEY, 0, h->tls.key},
		{MHD_OPTION_HTTPS_MEM_TRUST, 0, h->tls.client_ca},
		{MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)priorities},
		{MHD_OPTION_END, 0, NULL},
	};
	struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};

	return MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME |
					(h->tls.key ? MHD_USE_TLS : 0),
		0, may_connect, h, handle, h, MHD_OPTION_EXTERNAL_LOGGER, log_line, NULL,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_NOTIFY_CONNECTION, on_connection, h,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)SL_HTTP_CONNECTIONS,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)SL_HTTP_PER_ADDRESS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)SL_HTTP_MEMORY, MHD_OPTION_ARRAY,
		h->tls.key ? tls : none, MHD_OPTION_END);
}

static void start_handles(struct sl_http *h)
{
	uv_poll_init(h->loop, &h->poll,
		MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd);
	uv_timer_init(h->loop, &h->again);
	uv_timer_init(h->loop, &h->tick);
	h->poll.data = h->again.data = h->tick.data = h;
	h->handles = 3;
	uv_poll_start(&h->poll, UV_READABLE, on_poll);
	uv_timer_start(&h->again, on_timer, 0, 0);
	uv_timer_start(&h->tick, tick, TICK_MS, TICK_MS);
}

struct sl_http *sl_http_start(
	uv_loop_t *loop, const struct sl_settings *settings, struct sl_error *error)
{
	struct sl_http *h = calloc(1, sizeof(*h));
	int fd = -1;

	if (!h || !(h->fetch = sl_fetch_new(loop, settings->relay, arrived, h))) {
		free(h);
		sl_refuse(error, -ENOMEM, "out of memory");
		return NULL;
	}
	h->loop = loop;
	h->settings = settings;
	TAILQ_INIT(&h->clients);
	if (!sl_tls_load(settings, &h->tls, error))
		fd = sl_listen(settings->ip, settings->port, error);
	if (fd >= 0)
		h->daemon = start_daemon(h, fd);
	if (h->daemon) {
		start_handles(h);
		return h;
	}
	if (fd >= 0) {
		close(fd);
		sl_refuse(error, -EINVAL,
			"certificate, key and client-ca make no TLS server: is the "
			"key that of the certificate, are all of them PEM?");
	}
	sl_tls_free(&h->tls);
	sl_fetch_stop(h->fetch);
	free(h);
	return NULL;
}

void sl_http_stop(struct sl_http *h)
{
	struct client *c;

	if (!h)
		return;
	TAILQ_FOREACH (c, &h->clients, entry)
		if (c->waiting)
			MHD_resume_connection(c->connection);
	uv_close((uv_handle_t *)&h->poll, closed);
	uv_close((uv_handle_t *)&h->again, closed);
	uv_close((uv_handle_t *)&h->tick, closed);
	MHD_stop_daemon(h->daemon); /* closes the socket, and frees the clients */
	sl_fetch_stop(h->fetch);
	sl_tls_free(&h->tls);
}
