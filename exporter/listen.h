/* SPDX-License-Identifier: BSD-3-Clause */
/* The exporter's listening socket. */
#ifndef SL_EXPORTER_LISTEN_H
#define SL_EXPORTER_LISTEN_H

#include <stdint.h>
#include <sys/socket.h>

#include "sluice/error.h"

/* A listening TCP socket at that address and port (host byte order); or -errno with `error`. */
int sl_listen(const uint8_t ip[16], uint16_t port, struct sl_error *error);

/* The address in `from`, in the form of ctrl/base/address.h. */
void sl_listen_address(const struct sockaddr *from, uint8_t ip[16]);

#endif
