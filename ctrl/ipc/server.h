/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Unix stream listeners with one request per connection: read until the protocol says that the
 * request is whole, answer with one write, close. Every connection gets an answer, also the one
 * that sends nothing, too much or nonsense; a proxy that waits for a reply has no timeout of its
 * own.
 *
 * The cost of a client is bounded: bytes per request, time per request, connections, and its
 * share of each turn of the loop: who may not connect is refused by the kernel, users take turns
 * however many connections each has (ctrl/ipc/work.h), and at the limit of connections the user
 * with the most of them loses the one that has been silent longest. Request and reply buffers are
 * wiped: they carry keys.
 */
#ifndef SL_CTRL_SERVER_H
#define SL_CTRL_SERVER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <uv.h>

#include "ctrl/base/unrestored.h"
#include "ctrl/ipc/peer.h"
#include "ctrl/ipc/work.h"
#include "sluice/error.h"

enum {
	SL_SERVER_REQUEST_MAX = 64 * 1024, /* bytes */
	SL_SERVER_STATE_MAX = 64 * 1024,   /* bytes of a protocol's state for one request */
	SL_SERVER_CONNECTIONS = 1024,      /* over all listeners */
	SL_SERVER_TIMEOUT_MS = 5000,       /* for a request to arrive, and for a reply to leave */
	SL_SERVER_READY = 1024,            /* of one user, waiting to be read from */
	SL_SERVER_STRANGERS = 16,          /* connections of those who may not: told so */
};

struct sl_server_reply {
	char *data; /* from malloc; the server wipes and frees it */
	size_t len;
	/* Instead of data, when set: the connection lives on as a descriptor of `adopter`'s. */
	void (*adopt)(void *adopter, int fd);
	void *adopter;
};

/* The protocol over a listener. Both functions leave `reply` empty when out of memory, and `serve`
 * also when a datagram had better not be answered. */
struct sl_server_protocol {
	const char *name;

	void (*start)(void *state); /* makes it ready; there is nothing to free */

	/*
	 * Looks at what has arrived so far, `len` bytes at the same address in every call. >0: the
	 * request is whole and ends after so many bytes; 0: more must come; <0: it can never be
	 * accepted, and `error` says why.
	 */
	ssize_t (*frame)(void *state, const char *data, size_t len, struct sl_error *error);

	/* Acts on a whole request. `data` is writable and followed by a NUL. */
	void (*serve)(void *context, const struct sl_peer *peer, void *state, char *data,
		size_t len, struct sl_server_reply *reply);

	/* Bytes of the cookie at the start of a datagram; 0: it has none. NULL: none ever has. */
	size_t (*cookie)(const char *data, size_t len);

	/* Tells of somebody who may not use the listener: refused by credentials or address. NULL:
	 * nobody wants to know. */
	void (*stranger)(void *context, const struct sl_peer *peer);

	/* The answer to what was not served. `state` is NULL when nothing has arrived. */
	void (*refuse)(void *context, const void *state, const char *data, const char *error,
		struct sl_server_reply *reply);
};

struct sl_server_listen {
	const char *path; /* at most 107 bytes */
	const struct sl_server_protocol *protocol;
	void *context;
	const struct sl_config_allow *allow; /* must outlive the server */
	unsigned n_allow;
};

struct sl_server_stats {
	uint64_t accepted; /* connections */
	uint64_t served;
	uint64_t refused_peer;    /* by credentials */
	uint64_t refused_request; /* malformed or too large */
	uint64_t incomplete;      /* closed by the client before its request was whole */
	uint64_t timeouts;
	uint64_t evicted; /* made room at the limit */
	uint64_t crowded; /* closed at once: too many of that user waited for us */
	uint64_t pauses;  /* nothing was taken for a while: out of descriptors or memory */
	unsigned connections;
};

struct sl_server;

/* A server on `loop` without listeners, which does its work as `work` has it. NULL: out of memory.
 */
struct sl_server *sl_server_new(uv_loop_t *loop, struct sl_work *work);

/*
 * Adds a listener. The socket of a process that is gone is replaced. 0 or -errno with `error`;
 * -EADDRINUSE: somebody answers at that path.
 */
int sl_server_listen(
	struct sl_server *server, const struct sl_server_listen *listen, struct sl_error *error);

/*
 * Has the listeners of `protocol` let in others from now on; `allow` must outlive the server. A
 * connection whose request is not served yet is judged anew. 0, or -errno with `error` and all as
 * it was, but for what `left` names.
 */
int sl_server_allow(struct sl_server *server, const struct sl_server_protocol *protocol,
	const struct sl_config_allow *allow, unsigned n, struct sl_unrestored *left,
	struct sl_error *error);

/*
 * The same to undo a change: at all of them, whichever fails. Who may is asked of each connection
 * too, so a socket file that `left` names lets nobody in who is not in `allow`; it may keep
 * somebody out who is.
 */
void sl_server_allow_again(struct sl_server *server, const struct sl_server_protocol *protocol,
	const struct sl_config_allow *allow, unsigned n, struct sl_unrestored *left);

/*
 * Closes listeners and connections and removes the socket files that are still ours. The memory is
 * freed by the loop: run it until it has nothing to do.
 */
void sl_server_stop(struct sl_server *server);

struct sl_server_stats sl_server_stats(const struct sl_server *server);

#endif
