/* SPDX-License-Identifier: BSD-3-Clause */
/* `sluicectl trace` and `sluicectl capture` (ctrl/admin/admin_tap.h). */
#ifndef SL_CTRL_CLI_TAP_H
#define SL_CTRL_CLI_TAP_H

#include <stdbool.h>

struct sl_tap_options {
	const char *socket, *call;
	const char *file;  /* of a capture, to be made; NULL: a trace */
	const char *limit; /* "100": packets, "10s": seconds; NULL: the daemon's own */
	bool clear, json;
};

/* Until it has ended or is interrupted. Returns the exit status; what went wrong is on stderr. */
int sl_tap_run(const struct sl_tap_options *options);

#endif
