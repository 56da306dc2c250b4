/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests of a proxy, in either format, and the relay's replies. */
#ifndef SL_TESTS_CALL_REQUEST_H
#define SL_TESTS_CALL_REQUEST_H

#include "call_draft.h"
#include "ctrl/ng/reply.h"

enum { REQUEST_ROOM = 64 * 1024 };

/* How it is said; none of it changes what comes of it. */
enum { AS_JSON = 1, WITH_COOKIE = 2 };

struct request {
	unsigned call;
	char text[REQUEST_ROOM];
	size_t cookie; /* bytes, with the space */
	size_t len;
	struct sl_reply out;
};

struct answer {
	bool ok, warned;
	size_t sdp_len;
	char sdp[SL_NG_REPLY_MAX]; /* "": none */
	char why[SL_ERROR_TEXT];
};

const char *call_name(unsigned call);
const char *tag_name(unsigned tag);

void request_begin(struct request *r, const char *command, unsigned call, unsigned how);
void request_string(struct request *r, const char *key, const char *value);
void request_branch(struct request *r, unsigned branch);
/* Flags that FLAG steps have prepared. */
void request_flags(struct request *r, const char *more);

/* It is answered in its own format and in words that print, without a key of a party, and what is
 * refused changes nothing. */
void request_send(struct request *r, struct answer *answer);

#endif
