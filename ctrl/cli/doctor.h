/* SPDX-License-Identifier: BSD-3-Clause */
/* `sluicectl doctor` (ctrl/doctor/doctor.h). */
#ifndef SL_CTRL_CLI_DOCTOR_H
#define SL_CTRL_CLI_DOCTOR_H

#include <jansson.h>
#include <stdbool.h>

/*
 * Examines this machine by the configuration at `config`; NULL: where packages have it. `status`:
 * the view of a running sluiced, or NULL. Prints what it finds, for people or as JSON. Returns the
 * exit status: 0, or 1 when something fails.
 */
int sl_doctor_examine(const char *config, const json_t *status, bool json);

#endif
