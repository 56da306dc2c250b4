/* SPDX-License-Identifier: BSD-3-Clause */
/* DPDK's own messages, line by line, to a function instead of stderr. Private to dataplane/port. */
#ifndef SL_DATAPLANE_EAL_TEXT_H
#define SL_DATAPLANE_EAL_TEXT_H

/* Before rte_eal_init. `say` gets each line without its newline, and its level of syslog(3), from
 * whichever thread it comes. */
void sl_eal_text_open(void (*say)(int level, const char *line));

/* Gives stderr back to DPDK; nothing happens where it was not taken. */
void sl_eal_text_close(void);

#endif
