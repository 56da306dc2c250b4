/* SPDX-License-Identifier: BSD-3-Clause */
/* Receives from all sockets; keeps what came in memory to judge it later, so that libsrtp's cost
 * does not disturb the sender, or judges at once when there is no room. */
#ifndef SL_BENCH_LOAD_RECEIVE_H
#define SL_BENCH_LOAD_RECEIVE_H

#include "bench/load.h"

struct sl_receiver;

/* `keep`: datagrams to make room for, 0 to judge each at once. NULL when out of memory. */
struct sl_receiver *sl_receiver_new(struct sl_load *load, uint64_t keep);
void sl_receiver_free(struct sl_receiver *receiver);

/* Waits at most `wait_ns` and takes in what is there. Datagrams taken, or -errno. */
int sl_receiver_poll(struct sl_receiver *receiver, uint64_t wait_ns);
/* Judges all that was kept. */
void sl_receiver_judge(struct sl_receiver *receiver);

#endif
