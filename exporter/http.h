/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The HTTP server (libmicrohttpd) on the exporter's loop: /metrics, /healthz, /readyz and the
 * status page. One request per connection, which ends after SL_HTTP_LIFE_MS whatever its client
 * does; so many connections at once, and no more bytes of a request than its memory holds. Nothing
 * waits for the relay but who has asked for it.
 */
#ifndef SL_EXPORTER_HTTP_H
#define SL_EXPORTER_HTTP_H

#include <uv.h>

#include "exporter/settings.h"

enum {
	SL_HTTP_CONNECTIONS = 32,
	SL_HTTP_PER_ADDRESS = 16,
	SL_HTTP_MEMORY = 16 << 10, /* bytes for a request's head and an answer's */
	SL_HTTP_LIFE_MS = 10000,
};

struct sl_http;

/* `settings` must outlive it. NULL, with `error`: it cannot listen. */
struct sl_http *sl_http_start(
	uv_loop_t *loop, const struct sl_settings *settings, struct sl_error *error);

/* Ends it; run the loop until it has nothing to do. */
void sl_http_stop(struct sl_http *http);

#endif
