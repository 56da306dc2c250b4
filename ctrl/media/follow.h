/* SPDX-License-Identifier: BSD-3-Clause */
/* When media comes from another address than before, what is sent goes there too (RFC 4961). */
#ifndef SL_CTRL_FOLLOW_H
#define SL_CTRL_FOLLOW_H

#include "ctrl/call/session.h"

/* How often sl_follow_poll is to be called, ms: as long a NAT's media may go to the wrong place. */
enum { SL_FOLLOW_MS = 10 };

/* Does what the workers' events ask for (dataplane/path/event.h): a bounded number of them. */
void sl_follow_poll(struct sl_sessions *sessions);

#endif
