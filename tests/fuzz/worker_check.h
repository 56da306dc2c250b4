/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Properties of whatever the worker is given. Some are looked at between the stages, by
 * wrapping two of them (see meson.build):
 *   - A stage reads nothing but the frame: until the packet is protected, all of its buffer but
 *     that is poisoned. From then on there is room for new headers and the tag, and no more.
 *   - What is protected authenticates at once under the key of its receiver, an instance of
 *     libsrtp2 that gets all of it in this order and nothing else; no key meets an SSRC and an
 *     index twice.
 *   - Flows, keys, histories, pages and blocks lie in memory of malloc, each by itself.
 */
#ifndef SL_TESTS_WORKER_CHECK_H
#define SL_TESTS_WORKER_CHECK_H

#include "worker_world.h"

/* Before an input, and after all of it was given back. */
void check_begin(void);
void check_end(void);

/* Takes what the relay sent and demands that it is sound. */
void check_output(void);

/* A frame in a buffer of some kind, given to a queue. */
enum delivery {
	IN_POOL,
	IN_FOREIGN_MEMORY, /* with room */
	EXACT,             /* ditto, without any */
	IN_PIECES,
	SHARED,
	WITHOUT_HEADROOM,
	DELIVERIES,
};

void deliver(int port, unsigned queue, const uint8_t *frame, uint16_t len, enum delivery how);

#endif
