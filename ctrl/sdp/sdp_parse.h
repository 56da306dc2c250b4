/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared by the files of the SDP parser. Private to ctrl/sdp. */
#ifndef SL_CTRL_SDP_PARSE_H
#define SL_CTRL_SDP_PARSE_H

#include "ctrl/sdp/sdp_text.h"

struct sl_sdp_parser {
	struct sl_sdp *sdp;
	struct sl_sdp_error *error;
	struct sl_sdp_media *media; /* the current one; NULL: still in the session section */
	unsigned line;              /* being parsed, from 1; 0: the text as a whole */
	struct sl_sdp_error absent; /* the first line that counts as absent */
};

/* Fills in the error and returns -EBADMSG. Bytes that do not print become '?'. */
int sl_sdp_fail(struct sl_sdp_parser *parser, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* "IN IP4 192.0.2.1" (c=, a=rtcp). `what` begins the error message. */
int sl_sdp_connection(struct sl_sdp_parser *parser, const char *what, struct sl_text text,
	struct sl_sdp_address *address);

/* Cuts the name of an attribute, up to a colon or blank, off `value`. */
struct sl_text sl_sdp_attribute_cut(struct sl_text *value);

/* One a= line; sets kind and attribute of `line`. `value` is what stands after "a=". 0 or -EBADMSG.
 */
int sl_sdp_attribute(struct sl_sdp_parser *parser, struct sl_sdp_line *line, struct sl_text value);

#endif
