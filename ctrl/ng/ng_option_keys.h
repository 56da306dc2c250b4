/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared by the files that read NG options. Private to ctrl/ng. */
#ifndef SL_CTRL_NG_OPTION_KEYS_H
#define SL_CTRL_NG_OPTION_KEYS_H

#include "ctrl/call/refusal.h"
#include "ctrl/ng/ng_options.h"

struct sl_ng_reader {
	struct sl_request *o;
	sl_ng_unknown unknown;
	struct sl_error *error; /* the first thing that was refused */
	bool raw;               /* from `rtpp-flags`: text is escaped */
};

/* Proxies write `session connection`, `session-connection`, `session_connection`, in any case. */
bool sl_ng_is(struct sl_text text, const char *string);

/* Whether `text` begins with `prefix`, as sl_ng_is compares; `rest` is what follows it. */
bool sl_ng_starts(struct sl_text text, const char *prefix, struct sl_text *rest);

/* Bytes below a space, or DEL. */
bool sl_ng_has_control(struct sl_text text);

void sl_ng_refuse(struct sl_ng_reader *r, int rc, const char *what, struct sl_text text);
void sl_ng_ignore(struct sl_ng_reader *r, const char *where, struct sl_text text);

/* A key of a request: a reader of each of its strings, or of the value as a whole. */
struct sl_ng_key {
	const char *name;
	void (*read)(struct sl_ng_reader *r, struct sl_text value);
	void (*tree)(struct sl_ng_reader *r, const struct sl_node *value);
	bool dashed; /* the flag rtcp-mux-accept is rtcp-mux=accept */
};

/* All but `flags`; ends with a NULL name. */
extern const struct sl_ng_key sl_ng_keys[];

/* Return the text of a string node, else at == NULL; and the key of a member. */
struct sl_text sl_ng_text(const struct sl_node *node);
struct sl_text sl_ng_key_of(const struct sl_node *node);

/* `codec` and `sdp-attr`, as trees and as flags ("strip-EVS", "add-audio-ptime:20"). */
void sl_ng_codec(struct sl_ng_reader *r, const struct sl_node *value);
void sl_ng_codec_flag(struct sl_ng_reader *r, struct sl_text text);
void sl_ng_sdp_attr(struct sl_ng_reader *r, const struct sl_node *value);
void sl_ng_sdp_attr_flag(struct sl_ng_reader *r, struct sl_text text);

#endif
