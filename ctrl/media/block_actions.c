/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/media/block_actions.h"

#include <string.h>
#include <strings.h>

/* Beside enum sl_pt_action in sl_media_params.silence. */
enum { SILENCE_DTMF = 0xf };

static uint8_t silence_of(struct sl_text encoding)
{
	static const struct {
		const char *name;
		uint8_t silence;
	} known[] = {{"PCMU", SL_PT_SILENCE_PCMU}, {"PCMA", SL_PT_SILENCE_PCMA},
		{"G722", SL_PT_SILENCE_G722}, {"opus", SL_PT_SILENCE_OPUS},
		{"telephone-event", SILENCE_DTMF}};

	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i].name) == encoding.len &&
			!strncasecmp(known[i].name, encoding.at, encoding.len))
			return known[i].silence;
	return SL_PT_PASS;
}

void sl_media_params_silence(struct sl_media_params *params, const struct sl_sdp *sdp, unsigned m)
{
	const struct sl_sdp_media *media = &sdp->media[m];

	/* RFC 3551 table 4. */
	sl_pt_actions_set(&params->silence, 0, SL_PT_SILENCE_PCMU);
	sl_pt_actions_set(&params->silence, 8, SL_PT_SILENCE_PCMA);
	sl_pt_actions_set(&params->silence, 9, SL_PT_SILENCE_G722);
	for (unsigned i = 0; i < media->n_payload_types; i++) {
		struct sl_sdp_rtpmap map;

		if (sl_sdp_rtpmap(sdp, m, media->payload_types[i], &map))
			sl_pt_actions_set(&params->silence, media->payload_types[i],
				silence_of(map.encoding));
	}
}

void sl_block_actions(const struct sl_call *call, const struct sl_leg *from,
	const struct sl_media_params *from_params, const struct sl_media_params *to_params,
	struct sl_pt_actions *actions)
{
	unsigned blocks = call->blocks | from->blocks | (to_params->held ? SL_BLOCK_MEDIA : 0);

	memset(actions, SL_PT_PASS, sizeof(*actions));
	for (unsigned i = 0; blocks && i < SL_PAYLOAD_TYPES; i++) {
		/* Payload types are those of the one who receives (RFC 3264 5.1). */
		uint8_t silence = sl_pt_actions_get(&to_params->silence, i);

		if (!silence)
			silence = sl_pt_actions_get(&from_params->silence, i);

		bool silent = silence != SL_PT_PASS && silence != SILENCE_DTMF;

		if (blocks & SL_BLOCK_MEDIA || (blocks & SL_BLOCK_DTMF && silence == SILENCE_DTMF))
			sl_pt_actions_set(actions, i, SL_PT_DISCARD);
		else if (blocks & SL_BLOCK_SILENCE)
			sl_pt_actions_set(actions, i, silent ? silence : SL_PT_DISCARD);
	}
}
