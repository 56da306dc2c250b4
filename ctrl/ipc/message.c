/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ipc/message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool sl_message_serve(const struct sl_server_protocol *protocol, void *context,
	const struct sl_peer *peer, void *state, char *data, size_t len,
	struct sl_server_reply *reply)
{
	struct sl_error error = {-EBADMSG, "the request ends before it is complete"};
	ssize_t end;

	protocol->start(state);
	end = protocol->frame(state, data, len, &error);
	if (end > 0 && (size_t)end < len)
		sl_refuse(&error, -EBADMSG, "%zu bytes behind the request", len - (size_t)end);
	if (end > 0 && (size_t)end == len) {
		data[len] = '\0';
		protocol->serve(context, peer, state, data, len, reply);
		return true;
	}
	protocol->refuse(context, state, data, error.text, reply);
	return false;
}

void sl_message_free(struct sl_server_reply *reply)
{
	if (reply->data)
		explicit_bzero(reply->data, reply->len);
	free(reply->data);
	*reply = (struct sl_server_reply){0};
}
