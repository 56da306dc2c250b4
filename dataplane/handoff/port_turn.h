/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port whose device was reset by others (dataplane/port/restart.h) goes on without a restart of
 * the relay: the workers leave it alone, its device is set up anew, they return.
 *
 *	SL_PORT_SERVES  reset: SL_PORT_AWAY
 *	SL_PORT_AWAY    set up anew: SL_PORT_SILENT; it failed: tried again
 *	SL_PORT_SILENT  something was received: SL_PORT_SERVES; nothing, or reset: SL_PORT_AWAY
 *
 * Tries are 1, 2, 4, 8 and then 16 turns apart. One that works proves nothing: a virtual function
 * that is set up while its physical one is down looks well, and stays deaf.
 */
#ifndef SL_DATAPLANE_PORT_TURN_H
#define SL_DATAPLANE_PORT_TURN_H

#include "dataplane/port/port.h"
#include "sluice/error.h"

/*
 * One look at a port, and what is to be done about it. Returns the state that it is in then;
 * `error` says what failed, if it was tried now and did. Control thread only, about once a second;
 * between workers' start and stop.
 */
enum sl_port_state sl_port_turn(uint8_t port, struct sl_error *error);

#endif
