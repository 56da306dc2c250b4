/* SPDX-License-Identifier: BSD-3-Clause */
/* The SDP an endpoint sends, and what it takes from the relay's (RFC 4566, RFC 4568, RFC 3605). */
#ifndef SL_BENCH_LEG_SDP_H
#define SL_BENCH_LEG_SDP_H

#include "bench/load.h"

enum { SL_LEG_SDP_MAX = 1024 };

/* "RTP/SAVP" and its kin for one leg. */
const char *sl_leg_sdp_protocol(const struct sl_load_options *opt, unsigned leg);

/* Writes the SDP of a leg whose RTP port is `port`, RTCP on the next one; `out` holds
 * SL_LEG_SDP_MAX. */
void sl_leg_sdp_print(const struct sl_load_options *opt, unsigned leg, const struct sl_leg *data,
	unsigned port, char *out);

/*
 * Takes the relay's addresses, its key for our suite with that line's tag, and whether it
 * multiplexes RTCP. NULL, or what is wrong with the SDP. `tag` is what the crypto line has to
 * carry, "" for any.
 */
const char *sl_leg_sdp_read(const struct sl_load_options *opt, unsigned leg, struct sl_leg *data,
	const char *sdp, const char *tag);

#endif
