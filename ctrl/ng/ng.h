/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The NG control protocol: commands of a SIP proxy in bencode or JSON, with or without a cookie
 * before them, each turned into exactly one reply.
 */
#ifndef SL_CTRL_NG_H
#define SL_CTRL_NG_H

#include "ctrl/call/refusal.h"
#include "ctrl/call/session.h"
#include "ctrl/ipc/server.h"
#include "ctrl/ng/ended.h"

enum {
	SL_NG_REPLY_MAX = 32 * 1024, /* bytes: what proxies read at once */
	SL_NG_UNKNOWN_MAX = 64,      /* different unknown flags that are logged */
};

/* X(identifier, name) */
#define SL_NG_COMMANDS(X)                 \
	X(ping, "ping")                   \
	X(offer, "offer")                 \
	X(answer, "answer")               \
	X(delete, "delete")               \
	X(query, "query")                 \
	X(list, "list")                   \
	X(statistics, "statistics")       \
	X(block_media, "block media")     \
	X(unblock_media, "unblock media") \
	X(block_dtmf, "block DTMF")       \
	X(unblock_dtmf, "unblock DTMF")   \
	X(silence_media, "silence media") \
	X(unsilence_media, "unsilence media")

enum sl_ng_command {
#define X(name, text) SL_NG_##name,
	SL_NG_COMMANDS(X)
#undef X
		SL_NG_COMMAND_COUNT,
};

struct sl_audit;

struct sl_ng {
	struct sl_sessions *sessions;
	struct {
		uint64_t requests, errors;
	} count[SL_NG_COMMAND_COUNT];
	struct sl_histogram took[SL_NG_COMMAND_COUNT]; /* s, from the whole request to its reply */
	uint64_t malformed;                            /* requests without a command that we know */
	uint64_t refused[SL_REFUSAL_COUNT];
	struct sl_ended ended;
	struct sl_audit *audit; /* NULL: there is no trail */
};

/* The bounds of struct sl_ng.took. */
extern const struct sl_histogram_bounds sl_ng_took_bounds;

/* For a listener; its context is a struct sl_ng. */
extern const struct sl_server_protocol sl_ng_protocol;

/* Hears of what happens to calls (ctrl/call/notice.h), so that a proxy can ask for those that have
 * timed out. `ng` is a struct sl_ng. */
void sl_ng_notify(void *ng, const struct sl_notice *notice);

/* Frees what it keeps. */
void sl_ng_fini(struct sl_ng *ng);

extern const char *const sl_ng_command_names[SL_NG_COMMAND_COUNT];

#endif
