/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The action on the RTP of a flow besides re-keying, by payload type: pass, silence in place of
 * speech, or discard. RTCP passes, unless the flow leads nowhere. A pure leaf.
 */
#ifndef SL_DATAPLANE_PT_ACTION_H
#define SL_DATAPLANE_PT_ACTION_H

#include <stdbool.h>
#include <stdint.h>

enum { SL_PAYLOAD_TYPES = 128 };

enum sl_pt_action {
	SL_PT_PASS,
	SL_PT_DISCARD,      /* SL_DROP_BLOCKED */
	SL_PT_SILENCE_PCMU, /* silence in that codec */
	SL_PT_SILENCE_PCMA,
	SL_PT_SILENCE_G722,
	SL_PT_SILENCE_OPUS, /* one frame of 20 ms */
};

/* For each payload type a number below 16, two in a byte: enum sl_pt_action, or ctrl's own. */
struct sl_pt_actions {
	uint8_t pair[SL_PAYLOAD_TYPES / 2];
};

static inline uint8_t sl_pt_actions_get(const struct sl_pt_actions *t, unsigned type)
{
	return t->pair[type / 2] >> type % 2 * 4 & 0xf;
}

static inline void sl_pt_actions_set(struct sl_pt_actions *t, unsigned type, uint8_t value)
{
	unsigned shift = type % 2 * 4;

	t->pair[type / 2] = (uint8_t)((t->pair[type / 2] & ~(0xfu << shift)) | value << shift);
}

/* Puts silence into the payload of a plain RTP packet. Returns its new length; 0: `action` is none
 * that silences, or the packet is too short for it. */
uint16_t sl_pt_silence(
	enum sl_pt_action action, uint8_t *packet, uint16_t header_len, uint16_t len);

#endif
