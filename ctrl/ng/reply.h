/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes a control reply, bencode or JSON by the caller's choice, into a fixed buffer of the
 * caller's. The calls are the same for both. Errors are sticky: write the whole reply, then look at
 * what sl_reply_finish says.
 */
#ifndef SL_CTRL_REPLY_H
#define SL_CTRL_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { SL_REPLY_DEPTH = 16 };

enum sl_reply_format {
	SL_REPLY_BENCODE,
	SL_REPLY_JSON,
};

/* All fields are the emitter's own. */
struct sl_reply {
	char *buf;
	size_t size, len;
	enum sl_reply_format format;
	bool overflow, misuse;
	bool keyed; /* a key was written, its value not yet */
	bool done;  /* the outermost value is complete */
	unsigned depth;
	struct {
		bool dict, used;
	} level[SL_REPLY_DEPTH];
};

/* Starts an empty reply in buf[0..size). */
void sl_reply_start(struct sl_reply *reply, char *buf, size_t size, enum sl_reply_format format);

/* Begin a dictionary or a list; sl_reply_end closes the innermost one. */
void sl_reply_dict(struct sl_reply *reply);
void sl_reply_list(struct sl_reply *reply);
void sl_reply_end(struct sl_reply *reply);

/* The key of the next value; only and always inside a dictionary. */
void sl_reply_key(struct sl_reply *reply, const char *key);

/* One value. In JSON, bytes that are no UTF-8 become U+FFFD: a tag may hold anything, a reply must
 * parse. */
void sl_reply_string(struct sl_reply *reply, const char *text);
void sl_reply_bytes(struct sl_reply *reply, const char *text, size_t len);
void sl_reply_integer(struct sl_reply *reply, int64_t integer);

/* Key and value in one. */
void sl_reply_key_string(struct sl_reply *reply, const char *key, const char *text);
void sl_reply_key_bytes(struct sl_reply *reply, const char *key, const char *text, size_t len);
void sl_reply_key_integer(struct sl_reply *reply, const char *key, int64_t integer);

/* Members for the open dictionary, as another reply of the same format has written them. */
void sl_reply_members(struct sl_reply *reply, const char *text, size_t len);

/*
 * Bytes written, when exactly one complete value was. -ENOSPC: the buffer was too small; -EINVAL:
 * the calls did not nest. The buffer's content then means nothing. Not terminated with NUL.
 */
ssize_t sl_reply_finish(const struct sl_reply *reply);

#endif
