/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/media/gate.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ctrl/call/leg.h"
#include "ctrl/media/install.h"

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

/* Where the gate stands now, so that it can be put back. */
struct before {
	uint8_t call, leg[SL_MAX_LEGS];
};

static void put_back(struct sl_call *call, const struct before *before)
{
	call->gate = before->call;
	for (unsigned i = 0; i < call->n_legs; i++)
		call->leg[i]->gate = before->leg[i];
}

static struct before close_or_open(
	struct sl_call *call, const struct sl_leg *leg, uint8_t gate, bool closed)
{
	struct before before = {.call = call->gate};
	bool all = call->gate & gate;

	if (!leg && closed)
		call->gate |= gate;
	else if (!closed)
		call->gate &= (uint8_t)~gate;
	for (unsigned i = 0; i < call->n_legs; i++) {
		struct sl_leg *one = call->leg[i];

		before.leg[i] = one->gate;
		if (leg && !closed && all) /* opened for one, it stays closed for the others */
			one->gate |= gate;
		if (one != leg && leg)
			continue;
		if (closed)
			one->gate |= gate;
		else
			one->gate &= (uint8_t)~gate;
	}
	return before;
}

static int reinstall(struct sl_sessions *sessions, struct sl_call *call, char why[SL_CALL_WHY])
{
	for (unsigned i = 0; i < call->n_legs; i++) {
		int rc = sl_reinstall(sessions, call, call->leg[i], why);

		if (rc)
			return rc;
	}
	return 0;
}

int sl_gate_set(struct sl_sessions *sessions, struct sl_call *call, struct sl_text tag,
	enum sl_gate gate, bool closed, char why[SL_CALL_WHY])
{
	struct sl_leg *leg = sl_call_leg(call, tag);
	char ignored[SL_CALL_WHY];
	struct before before;
	int rc;

	if (tag.at && !leg) {
		snprintf(why, SL_CALL_WHY, "from-tag does not belong to this call");
		return -ESRCH;
	}
	before = close_or_open(call, leg, (uint8_t)gate, closed);
	rc = reinstall(sessions, call, why);
	if (!rc)
		return 0;
	put_back(call, &before);
	reinstall(sessions, call, ignored);
	return rc;
}
