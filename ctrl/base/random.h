/* SPDX-License-Identifier: BSD-3-Clause */
/* Randomness for keys and ports, of the kernel's generator. For the control thread. */
#ifndef SL_CTRL_RANDOM_H
#define SL_CTRL_RANDOM_H

#include <stddef.h>

/*
 * Fills `out`. 0, or -errno and `out` is all zero. The kernel is asked for some hundred bytes at
 * once: a call takes them three times, and each time is a system call. What was handed out is wiped
 * here.
 */
int sl_random(void *out, size_t len);

#endif
