/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef SL_DATAPLANE_CLOCK_H
#define SL_DATAPLANE_CLOCK_H

#include <stdint.h>

/* Nanoseconds of the clock that workers stamp packets with: monotonic, starts at an arbitrary
 * point. */
uint64_t sl_clock(void);

#endif
