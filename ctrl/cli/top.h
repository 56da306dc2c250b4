/* SPDX-License-Identifier: BSD-3-Clause */
/* `sluicectl top`: the relay and its calls, once a second. */
#ifndef SL_CTRL_CLI_TOP_H
#define SL_CTRL_CLI_TOP_H

#include <stdbool.h>

/*
 * Until q is pressed or the daemon is gone; `once`: one frame of at most 80 columns, after a
 * second, also where there is no terminal. Returns the exit status.
 */
int sl_top_run(const char *socket, bool once);

#endif
