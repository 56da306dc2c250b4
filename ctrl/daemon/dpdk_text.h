/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages of DPDK go to the log, after those of Sluice: while the relay starts it
 * is held back, so that the first line of a failure is the cause in our words.
 */
#ifndef SL_CTRL_DPDK_TEXT_H
#define SL_CTRL_DPDK_TEXT_H

/* Takes a line; `level` is syslog(3)'s. For sl_eal_config.say. */
void sl_dpdk_text(int level, const char *line);

/* Logs what was held back. From here on lines are logged as they come. */
void sl_dpdk_text_release(void);

#endif
