/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The a=crypto lines of one medium (RFC 4568). Used by ctrl/offer/negotiate.c only. Private to
 * ctrl/offer.
 */
#ifndef SL_CTRL_NEGOTIATE_KEYS_H
#define SL_CTRL_NEGOTIATE_KEYS_H

#include "ctrl/offer/negotiate.h"

/* Puts the reason into `why`, in place of a remark. Returns rc. */
int sl_negotiate_refuse(int rc, char why[SL_CALL_WHY], const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* For the log, of what is passed over: only the first counts. */
void sl_negotiate_remark(char why[SL_CALL_WHY], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Of an offer: the best line that can be served and that the request allows. What it forbids serves
 * only if nothing else is there. 0; or -ENOKEY with `why`: the reason of the first line.
 */
int sl_keys_choose(const struct sl_sdp_media *media, const struct sl_offer_policy *policy,
	struct sl_terms *terms, char why[SL_CALL_WHY]);

/*
 * Of an answer: exactly one line that can be used (RFC 4568 5.1.2): of two, nobody knows which one
 * will be. 0; or -ENOKEY or -EKEYREJECTED with `why`.
 */
int sl_keys_answer(const struct sl_sdp_media *media, const struct sl_proposal *proposal,
	struct sl_terms *to, char why[SL_CALL_WHY]);

#endif
