/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The proxy's side of NG with next to no cost of its own: requests are bytes made ahead, replies
 * are searched, not decoded. A connection per request, as Kamailio does it.
 */
#ifndef SL_BENCH_NG_RAW_H
#define SL_BENCH_NG_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SL_NG_RAW_MAX = 4096 };

/* The parts of a call; names of suites as in SDES. */
struct sl_ng_raw_call {
	unsigned number;
	const char *suite[2];     /* of legs a and b */
	const char *direction[2]; /* logical interfaces */
	const char *address;      /* of both parties */
};

/* Request bytes for a call into `out`, which holds SL_NG_RAW_MAX. Keys follow from the number. */
size_t sl_ng_raw_offer(const struct sl_ng_raw_call *call, char *out);
size_t sl_ng_raw_answer(const struct sl_ng_raw_call *call, char *out);
size_t sl_ng_raw_delete(const struct sl_ng_raw_call *call, char *out);

/*
 * Connects to the socket at `path`, sends, reads the reply into `reply` (SL_NG_RAW_MAX) and closes.
 * False with the reason on stderr, also when the result is not ok. `spent`: ns from connect to
 * reply.
 */
bool sl_ng_raw_exchange(
	const char *path, const char *request, size_t len, char *reply, uint64_t *spent);

#endif
