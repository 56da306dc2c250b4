/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes taps (dataplane/path/tap.h), for the control thread. */
#ifndef SL_DATAPLANE_TAP_NEW_H
#define SL_DATAPLANE_TAP_NEW_H

#include "dataplane/path/tap.h"

/*
 * A tap that watches no port yet and that no worker has. `clear`: packets are kept in clear, too.
 * NULL: out of memory.
 */
struct sl_tap *sl_tap_new(bool clear);

/* Wipes and frees a tap that no worker has. NULL is ignored. */
void sl_tap_free(struct sl_tap *tap);

/* From their next turn on workers watch these ports and no others, of which those beyond
 * SL_TAP_PORTS are left out. Nothing happens when they do so already. */
void sl_tap_watch(struct sl_tap *tap, const struct sl_tap_port *ports, unsigned n);

#endif
