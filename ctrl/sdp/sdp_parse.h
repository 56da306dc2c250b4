/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared by the files of the SDP parser only; sdp.h is what others include. */
#ifndef SL_CTRL_SDP_PARSE_H
#define SL_CTRL_SDP_PARSE_H

#include "ctrl/sdp/sdp.h"

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

/* Up to 32 bytes of a text, as arguments for "%.*s" in an error message. */
#define SL_SDP_QUOTE(text) (int)((text).len < 32 ? (text).len : 32), (text).at

/* Space or tab. */
static inline bool sl_sdp_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Without blanks at both ends. */
struct sl_text sl_sdp_trim(struct sl_text text);

/* The next run of non-blanks, cut off `rest`; empty at the end. */
struct sl_text sl_sdp_word(struct sl_text *rest);

/* What stands before the first `separator`, cut off `rest` with it; all of it when there is none.
 */
struct sl_text sl_sdp_split(struct sl_text *rest, char separator);

/* Decimal digits only, at most 10 of them, and at most `max`. */
bool sl_sdp_number(struct sl_text text, uint32_t max, uint32_t *number);

/* "IN IP4 192.0.2.1" (c=, a=rtcp). `what` begins the error message. */
int sl_sdp_connection(struct sl_sdp_parser *parser, const char *what, struct sl_text text,
	struct sl_sdp_address *address);

/* What stands behind "a=" up to a colon or blank, cut off `value` with it. */
struct sl_text sl_sdp_attribute_cut(struct sl_text *value);

/* One a= line; sets kind and attribute of `line`. `value` is what stands after "a=". 0 or -EBADMSG.
 */
int sl_sdp_attribute(struct sl_sdp_parser *parser, struct sl_sdp_line *line, struct sl_text value);

#endif
