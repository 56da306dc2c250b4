/* SPDX-License-Identifier: BSD-3-Clause */
/* Sockets of all legs, and calls made and ended by NG. */
#ifndef SL_BENCH_LOAD_CALLS_H
#define SL_BENCH_LOAD_CALLS_H

#include "bench/load.h"
#include "bench/ng_client.h"

/* Opens every socket in its namespace. 0 or -errno with a message on stderr. */
int sl_sockets_open(struct sl_load *load);
void sl_sockets_close(struct sl_load *load);

/* Offer and answer for all calls, one after the other. 0 or -errno with a message on stderr. */
int sl_calls_set_up(struct sl_load *load, struct sl_ng_client *ng);
/* Opens an SRTP session for each direction of each leg. With libsrtp on NSS the time this takes
 * grows with the square of their number. 0 or -ENOMEM. */
int sl_calls_open(struct sl_load *load);
/* Adds the relay's packet counts of all calls to the totals. */
void sl_calls_query(struct sl_load *load, struct sl_ng_client *ng);
/* Deletes the calls that are up; errors are counted. */
void sl_calls_delete(struct sl_load *load, struct sl_ng_client *ng);
/* Sessions of all legs are closed. */
void sl_calls_close(struct sl_load *load);

#endif
