/* SPDX-License-Identifier: BSD-3-Clause */
/* Admission (ctrl/limits/admission.h) at work: measures load, and asks for each new call. */
#ifndef SL_CTRL_ADMIT_H
#define SL_CTRL_ADMIT_H

#include "ctrl/call/session.h"
#include "sluice/error.h"

/* Measures workers, machine and bandwidth; to be called once a second. `ports`: of the dataplane.
 */
void sl_load_measure(struct sl_sessions *sessions, unsigned ports);

/*
 * May a call come in whose parties are at these interfaces and which offers `sdp`? 0; or
 * -SL_E_LIMIT, -SL_E_PORTS with `error` in the words that make the proxy try elsewhere. Counts what
 * it says.
 */
int sl_call_admit(struct sl_sessions *sessions, const struct sl_interface *const interface[2],
	const struct sl_request *options, const struct sl_sdp *sdp, struct sl_error *error);

/* May this call take one more pair of ports there? The reserve is for emergencies, whatever a pair
 * is wanted for: a new call, a fork, another medium or address family. */
bool sl_ports_admit(const struct sl_sessions *sessions, const struct sl_call *call,
	const struct sl_interface *interface, int family);

#endif
