/* SPDX-License-Identifier: BSD-3-Clause */
/* A request that arrives whole, as a datagram or a WebSocket message, through the same protocol as
 * one that arrives in a stream. */
#ifndef SL_CTRL_MESSAGE_H
#define SL_CTRL_MESSAGE_H

#include "ctrl/ipc/server.h"

/*
 * Serves `len` bytes of `data`, which has room for a NUL behind them, or refuses them: `reply` is
 * for the caller to send, wipe and free, and empty when nothing is to be said. `state` is
 * SL_SERVER_STATE_MAX bytes of any content. True: it was a request, and was served.
 */
bool sl_message_serve(const struct sl_server_protocol *protocol, void *context,
	const struct sl_peer *peer, void *state, char *data, size_t len,
	struct sl_server_reply *reply);

/* Wipes and frees what was sent. */
void sl_message_free(struct sl_server_reply *reply);

#endif
