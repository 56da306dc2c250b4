/* SPDX-License-Identifier: BSD-3-Clause */
/* Properties of every life, whatever is asked and sent. */
#ifndef SL_TESTS_CALL_JUDGE_H
#define SL_TESTS_CALL_JUDGE_H

#include "call_request.h"

void judge_begin(void);

/* Ports, keys and flows are those that calls refer to; no key has two owners. */
void judge_state(void);

/*
 * SDP that the relay gave: it is well formed, names the relay's open ports and their keys where
 * media is relayed, and nothing of anybody else. `shown`: the media-address that was asked for, or
 * NULL; `vouched`: all that was said was the grammar's. Reads it into `view`.
 */
void judge_sdp(const char *text, size_t len, const char *shown, bool vouched, struct view *view);

/* A packet that has left: from a port that was told, to a party, under a key told with the port,
 * and whole. */
void judge_packet(struct packet *packet);

#endif
