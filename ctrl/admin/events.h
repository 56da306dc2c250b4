/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The event stream of the admin socket: a line of JSON for each notice (ctrl/call/notice.h), to
 * everyone who asked for it. Nobody is waited for: what a reader has not taken is kept up to
 * SL_EVENTS_BUFFER bytes, what comes beyond is lost to that reader, counted, and told in a line
 * {"event":"lost","count":N} as soon as there is room.
 */
#ifndef SL_CTRL_EVENTS_H
#define SL_CTRL_EVENTS_H

#include <stdint.h>
#include <uv.h>

#include "ctrl/call/notice.h"

enum {
	SL_EVENTS_READERS = 16,
	SL_EVENTS_BUFFER = 64 * 1024, /* bytes for each reader, beyond what its socket holds */
};

struct sl_events;

struct sl_events_stats {
	unsigned readers;
	uint64_t told; /* events, each once */
	uint64_t lost; /* lines, of all readers */
};

/* NULL: out of memory. */
struct sl_events *sl_events_new(uv_loop_t *loop);

/* Ends all readers; the memory is freed by the loop: run it until it has nothing to do. */
void sl_events_stop(struct sl_events *events);

/* A connected stream socket that shall get events from now on; taken over. `events`: of
 * sl_events_new. */
void sl_events_adopt(void *events, int fd);

/* For struct sl_session_env. */
void sl_events_notify(void *events, const struct sl_notice *notice);

struct sl_events_stats sl_events_stats(const struct sl_events *events);

#endif
