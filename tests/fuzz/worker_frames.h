/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes of an input, and what of them becomes packets and frames. */
#ifndef SL_TESTS_WORKER_FRAMES_H
#define SL_TESTS_WORKER_FRAMES_H

#include "worker_world.h"

/* An input is read as a program; at its end there are zeros. */
struct program {
	const uint8_t *data;
	size_t left;
};

uint8_t take_byte(struct program *p);
uint16_t take_word(struct program *p);
/* Up to `most` of what is left. */
uint16_t take_bytes(struct program *p, uint8_t *out, uint16_t most);

/* Plain packets: a header with all that it may have, right or not. Returns the length. */
uint16_t build_rtp(struct program *p, uint32_t ssrc, uint16_t seq, uint8_t *out);
uint16_t build_rtcp(struct program *p, uint32_t ssrc, uint8_t *out);

/* A frame for a port of the relay by the grammar of what the parser knows. */
uint16_t build_frame(struct program *p, int port, uint8_t *frame);

enum { PACKET_MAX = 1500 };

#endif
