/* SPDX-License-Identifier: BSD-3-Clause */
/* TLS with client certificates, for the HTTP server. */
#ifndef SL_EXPORTER_TLS_H
#define SL_EXPORTER_TLS_H

#include <microhttpd.h>
#include <stdbool.h>

#include "exporter/settings.h"

enum { SL_TLS_FILE_MAX = 256 << 10 }; /* bytes */

/* The files of the settings, NUL-terminated. All NULL: plain HTTP. */
struct sl_tls_files {
	char *certificate, *key, *client_ca;
};

/* 0, or -errno with `error`, after which there is nothing to free. */
int sl_tls_load(
	const struct sl_settings *settings, struct sl_tls_files *files, struct sl_error *error);

/* Wipes the key. */
void sl_tls_free(struct sl_tls_files *files);

/*
 * Before the handshake of a new connection: it fails unless the client has a certificate of the
 * client-ca, meant for clients. So no HTTP is read from anybody else. False: it cannot be demanded.
 */
bool sl_tls_demand(struct MHD_Connection *connection);

/* After the handshake: has it shown one? */
bool sl_tls_verified(struct MHD_Connection *connection);

#endif
