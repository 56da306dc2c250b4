/* SPDX-License-Identifier: BSD-3-Clause */
/* Parties whose media or DTMF the proxy has blocked or silenced (`block media` and its kin). */
#ifndef SL_CTRL_GATE_H
#define SL_CTRL_GATE_H

#include "ctrl/call/session.h"
#include "ctrl/media/treatment.h"
#include "sluice/error.h"

/*
 * Closes or opens a gate for what the party with that tag sends or, with an absent tag, for what
 * all parties send, those to come included. 0; or a negative code with `error`, and nothing is
 * changed.
 */
int sl_gate_set(struct sl_sessions *sessions, struct sl_call *call, struct sl_text tag,
	enum sl_gate gate, bool closed, struct sl_error *error);

#endif
