/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `sluicectl trace` and `sluicectl capture`: the packets of one call as they come, over the admin
 * socket. One at a time; it ends with its count, its time or its size, with the call, or when the
 * client goes. Whatever the client does not take is kept up to SL_STREAM_BUFFER bytes, and then
 * lost and counted: neither workers nor control wait for it.
 *
 * The stream has lines of JSON. A line {"bytes":N} is followed by N bytes of a capture file, whole
 * blocks (ctrl/admin/pcapng.h); the last line is {"end":REASON,...} with what was counted.
 */
#ifndef SL_CTRL_ADMIN_TAP_H
#define SL_CTRL_ADMIN_TAP_H

#include <jansson.h>
#include <uv.h>

#include "ctrl/call/session.h"
#include "ctrl/ipc/peer.h"

enum {
	SL_TAP_SECONDS = 3600,            /* the longest that may be asked for */
	SL_TAP_PACKETS = 1000000,         /* the most */
	SL_TAP_BYTES = 256 * 1024 * 1024, /* of a capture file */
	SL_TRACE_PACKETS = 20,            /* when the request does not say */
	SL_CAPTURE_SECONDS = 60,          /* likewise */
};

struct sl_taps;

/* NULL: out of memory. */
struct sl_taps *sl_taps_new(uv_loop_t *loop, const struct sl_sessions *sessions);

/* Ends what is going on, before the workers end; the memory is freed by the loop: run it until it
 * has nothing to do. NULL is ignored. */
void sl_taps_stop(struct sl_taps *taps);

/*
 * {"view": "trace" or "capture", "id": CALL, "count": ..., "seconds": ..., "clear": ...}, of which
 * the last three may be missing. NULL: granted, and the connection is to be handed to sl_taps_adopt
 * at once; else the answer that says why not.
 */
json_t *sl_taps_ask(struct sl_taps *taps, const json_t *request, const struct sl_peer *peer);

/* The connected socket of what was granted last; taken over. */
void sl_taps_adopt(void *taps, int fd);

#endif
