/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kernel keeps capabilities, the bounding set and no_new_privs for each thread, and has no call
 * that changes them for all. Libraries make threads of their own before privileges can be dropped
 * (DPDK's interrupt thread), so each is asked to do it itself, by a signal.
 */
#ifndef SL_CTRL_THREADS_H
#define SL_CTRL_THREADS_H

/*
 * Has act() called in every other thread of the process and waits for it. `act` returns 0 or -errno
 * and calls nothing that is not safe in a signal handler. 0, or the first error; -ETIMEDOUT when a
 * thread takes no signals. One caller at a time.
 */
int sl_threads_other(int (*act)(void));

#endif
