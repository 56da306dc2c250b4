/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The exit statuses of sluicectl beside EXIT_SUCCESS and EXIT_FAILURE; sluicectl(8) has them all.
 * Private to ctrl/cli.
 */
#ifndef SL_CTRL_CLI_EXIT_STATUS_H
#define SL_CTRL_CLI_EXIT_STATUS_H

enum {
	SL_EXIT_USAGE = 2,     /* the command line, or the file that it names, is wrong */
	SL_EXIT_NO_DAEMON = 3, /* nobody answers at the admin socket */
};

#endif
