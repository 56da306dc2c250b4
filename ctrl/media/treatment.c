/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/media/treatment.h"

#include <string.h>
#include <strings.h>

/* Beside enum sl_treatment in sl_terms.sound. */
enum { SOUND_DTMF = 0xf };

static uint8_t sound_of(struct sl_text encoding)
{
	static const struct {
		const char *name;
		uint8_t sound;
	} known[] = {{"PCMU", SL_TREAT_PCMU}, {"PCMA", SL_TREAT_PCMA}, {"G722", SL_TREAT_G722},
		{"opus", SL_TREAT_OPUS}, {"telephone-event", SOUND_DTMF}};

	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i].name) == encoding.len &&
			!strncasecmp(known[i].name, encoding.at, encoding.len))
			return known[i].sound;
	return SL_TREAT_PASS;
}

void sl_terms_sound(struct sl_terms *terms, const struct sl_sdp *sdp, unsigned m)
{
	const struct sl_sdp_media *media = &sdp->media[m];

	/* RFC 3551 table 4. */
	sl_treatments_set(&terms->sound, 0, SL_TREAT_PCMU);
	sl_treatments_set(&terms->sound, 8, SL_TREAT_PCMA);
	sl_treatments_set(&terms->sound, 9, SL_TREAT_G722);
	for (unsigned i = 0; i < media->n_payload_types; i++) {
		struct sl_sdp_rtpmap map;

		if (sl_sdp_rtpmap(sdp, m, media->payload_types[i], &map))
			sl_treatments_set(
				&terms->sound, media->payload_types[i], sound_of(map.encoding));
	}
}

void sl_gate_treatment(const struct sl_call *call, const struct sl_leg *from,
	const struct sl_terms *from_terms, const struct sl_terms *to_terms,
	struct sl_treatments *treatment)
{
	unsigned gate = call->gate | from->gate | (to_terms->held ? SL_GATE_BLOCK : 0);

	memset(treatment, SL_TREAT_PASS, sizeof(*treatment));
	for (unsigned i = 0; gate && i < SL_PAYLOAD_TYPES; i++) {
		/* Payload types are those of the one who receives (RFC 3264 5.1). */
		uint8_t sound = sl_treatments_get(&to_terms->sound, i);

		if (!sound)
			sound = sl_treatments_get(&from_terms->sound, i);

		bool silent = sound != SL_TREAT_PASS && sound != SOUND_DTMF;

		if (gate & SL_GATE_BLOCK || (gate & SL_GATE_DTMF && sound == SOUND_DTMF))
			sl_treatments_set(treatment, i, SL_TREAT_DISCARD);
		else if (gate & SL_GATE_SILENCE)
			sl_treatments_set(treatment, i, silent ? sound : SL_TREAT_DISCARD);
	}
}
