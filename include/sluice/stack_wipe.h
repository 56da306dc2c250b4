/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys and SDP pass through the stack: through arrays of whoever reads and writes them, copies that
 * the compiler makes of a struct, registers that it spills, and libraries. Whoever knows that all
 * of it is over wipes what it left, wherever that was.
 */
#ifndef SLUICE_STACK_WIPE_H
#define SLUICE_STACK_WIPE_H

#include <stdint.h>
#include <string.h>

enum { SL_STACK_WIPED = 192 * 1024 }; /* bytes; the deepest, an answer, takes some 140,000 */

/* Clears the stack below its caller's frame, where the functions that the caller has called were.
 */
static __attribute__((noinline, unused)) void sl_stack_wipe(void)
{
	uint8_t below[SL_STACK_WIPED];

	explicit_bzero(below, sizeof(below));
}

#endif
