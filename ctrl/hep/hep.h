/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reports on the media of calls to Homer ([homer] of the configuration): HEP3 by UDP, from the
 * control thread. Each call has its turn every SL_HEP_S seconds, when nothing more urgent is to be
 * done than a share of them: calls that are due wait in a bounded queue, of which each turn of the
 * loop takes a few. Nobody waits for the network: what the socket does not take at once is lost
 * and counted.
 */
#ifndef SL_CTRL_HEP_H
#define SL_CTRL_HEP_H

#include "ctrl/call/session.h"
#include "ctrl/config/config.h"
#include "sluice/error.h"

enum {
	SL_HEP_S = 5,     /* seconds between the reports on a call */
	SL_HEP_TURN = 64, /* calls that one turn reports on, at most */
};

struct sl_hep;

struct sl_hep_stats {
	uint64_t rtcp, measured; /* reports that were sent: RTCP's, our own */
	uint64_t lost;           /* that the socket did not take */
	unsigned waiting;        /* calls that are due */
	int error;               /* why the last was lost that was, -errno; 0: none was so far */
};

/*
 * Opens the socket. `hep` is NULL where the configuration names no Homer: every function takes it
 * so and does nothing. 0, or -errno with `error`.
 */
int sl_hep_start(struct sl_hep **hep, const struct sl_config *config, struct sl_error *error);
void sl_hep_stop(struct sl_hep *hep);

/* About each call about once a second: is it due? */
void sl_hep_look(struct sl_hep *hep, struct sl_call *call);

/* Reports on the next calls that are due. */
void sl_hep_turn(struct sl_hep *hep, const struct sl_sessions *sessions);

/* Before a call is taken apart: what nobody was told of it. */
void sl_hep_ended(struct sl_hep *hep, const struct sl_call *call);

/* Once a second: says when reports are lost, and when that is over. */
void sl_hep_tick(struct sl_hep *hep);

/* False: there is no Homer. */
bool sl_hep_stats(const struct sl_hep *hep, struct sl_hep_stats *stats);

#endif
