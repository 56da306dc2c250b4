/* SPDX-License-Identifier: BSD-3-Clause */
/* Words and numbers of a text, as SDP has them. A pure leaf. */
#ifndef SL_CTRL_SDP_TEXT_H
#define SL_CTRL_SDP_TEXT_H

#include "ctrl/sdp/sdp.h"

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

/* Cuts off `rest` what stands before the first `separator`, and that; all of it when there is none.
 */
struct sl_text sl_sdp_split(struct sl_text *rest, char separator);

/* Decimal digits only, at most 10 of them, and at most `max`. */
bool sl_sdp_number(struct sl_text text, uint32_t max, uint32_t *number);

#endif
