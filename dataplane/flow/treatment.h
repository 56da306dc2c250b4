/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is done to the RTP of a flow besides re-keying, by payload type: nothing, silence in place
 * of its sound, or it is not passed on. RTCP passes, unless the
 * flow leads nowhere. A pure leaf.
 */
#ifndef SL_DATAPLANE_TREATMENT_H
#define SL_DATAPLANE_TREATMENT_H

#include <stdbool.h>
#include <stdint.h>

enum { SL_PAYLOAD_TYPES = 128 };

enum sl_treatment {
	SL_TREAT_PASS,
	SL_TREAT_DISCARD, /* SL_DROP_BLOCKED */
	SL_TREAT_PCMU,    /* silence in that codec */
	SL_TREAT_PCMA,
	SL_TREAT_G722,
	SL_TREAT_OPUS, /* one frame of 20 ms */
};

/* A number below 16 for each payload type, two in a byte: enum sl_treatment, or ctrl's own. */
struct sl_treatments {
	uint8_t pair[SL_PAYLOAD_TYPES / 2];
};

static inline uint8_t sl_treatments_get(const struct sl_treatments *t, unsigned type)
{
	return t->pair[type / 2] >> type % 2 * 4 & 0xf;
}

static inline void sl_treatments_set(struct sl_treatments *t, unsigned type, uint8_t value)
{
	unsigned shift = type % 2 * 4;

	t->pair[type / 2] = (uint8_t)((t->pair[type / 2] & ~(0xfu << shift)) | value << shift);
}

/* Puts silence into the payload of a plain RTP packet. Its new length; 0: `treatment` is none that
 * silences, or the packet is too short for it. */
uint16_t sl_treatment_silence(
	enum sl_treatment treatment, uint8_t *packet, uint16_t header_len, uint16_t len);

#endif
