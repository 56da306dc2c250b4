/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The a=crypto lines of one medium (RFC 4568). Used by ctrl/offer/negotiate.c only. Private to
 * ctrl/offer.
 */
#ifndef SL_CTRL_NEGOTIATE_KEYS_H
#define SL_CTRL_NEGOTIATE_KEYS_H

#include "ctrl/offer/negotiate.h"

/*
 * Takes from an offer the best line that can be served and that the request allows. A line that it
 * forbids serves only if nothing else is there. 0; or -SL_E_NO_KEY with `error`: the reason of the
 * first line.
 */
int sl_keys_choose(const struct sl_sdp_media *media, const struct sl_offer_policy *policy,
	struct sl_media_params *params, struct sl_error *error);

/*
 * Takes from an answer exactly one line that can be used (RFC 4568 5.1.2): of two, nobody knows
 * which one will be. 0; or -SL_E_NO_KEY or -SL_E_WRONG_KEY with `error`.
 */
int sl_keys_answer(const struct sl_sdp_media *media, const struct sl_proposal *proposal,
	struct sl_media_params *to, struct sl_error *error);

#endif
