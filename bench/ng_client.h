/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The proxy's side of NG: requests and replies as JSON values in memory, bencode on the wire.
 *
 * unix:PATH is spoken as Kamailio and OpenSIPS do: a connection per request, a bare dictionary, and
 * one read() for the whole reply. udp:ADDRESS:PORT sends "cookie SP dictionary", five tries of one
 * second.
 */
#ifndef SL_BENCH_NG_CLIENT_H
#define SL_BENCH_NG_CLIENT_H

#include <jansson.h>

struct sl_ng_client;

/* NULL with a message on stderr when `address` cannot be used. */
struct sl_ng_client *sl_ng_client_new(const char *address);
void sl_ng_client_free(struct sl_ng_client *client);

/*
 * Sends `request` (an object of strings, integers, lists and objects) and returns the reply, the
 * caller's to release; NULL with a message on stderr. Takes `request` over. `result:error` is a
 * reply like another.
 */
json_t *sl_ng_client_call(struct sl_ng_client *client, json_t *request);

#endif
