/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/call/leg.h"
#include "ctrl/call/port_pair.h"
#include "ctrl/media/block_actions.h"
#include "ctrl/media/connect.h"
#include "ctrl/media/hairpin.h"
#include "ctrl/observe/quality.h"
#include "ctrl/observe/watch.h"
#include "ctrl/offer/answer_parties.h"
#include "ctrl/offer/call_sdp.h"
#include "ctrl/offer/ending.h"
#include "ctrl/offer/negotiate.h"
#include "ctrl/offer/offer.h"
#include "ctrl/sdp/sdp_text.h"

/* An answer being worked on: the media parameters of both sides as they shall be in force. */
struct reply {
	struct sl_sessions *sessions;
	const struct sl_request *options;
	struct sl_call *call;
	struct sl_leg *leg[2]; /* by enum sl_side */
	bool fork;             /* the second of them is one who has answered already, ... */
	bool forked;           /* ... and has been replaced by a new one */
	struct sl_leg *waits;  /* whose place the second one takes; NULL: nobody's */
	struct sl_offer *offer;
	struct sl_text to_tag; /* of the one who answers */
	uint64_t digest;       /* of its SDP */
	unsigned n_media;
	struct sl_media_params params[2][SL_MAX_MEDIA];
	struct sl_session_key *ours[2][SL_MAX_MEDIA];
	struct sl_port_pair *ports[2][SL_MAX_MEDIA];
	struct sl_error *error;
};

/* FNV-1a. Whoever makes two answers look equal confuses nobody's call but its own. */
static uint64_t digest_of(struct sl_text sdp)
{
	uint64_t digest = UINT64_C(0xcbf29ce484222325);

	for (uint32_t i = 0; i < sdp.len; i++)
		digest = (digest ^ (unsigned char)sdp.at[i]) * UINT64_C(0x100000001b3);
	return digest;
}

static int find_sides(struct reply *r)
{
	struct sl_answerer found;
	int rc = sl_answer_parties(r->call, r->options, r->digest, &found, r->error);

	if (rc)
		return rc;
	r->leg[SL_FROM] = found.leg[SL_FROM];
	r->leg[SL_TO] = found.leg[SL_TO];
	r->fork = found.fork;
	r->waits = found.waits;
	r->offer = found.offer;
	r->to_tag = found.to_tag;
	return 0;
}

static int check_family(const struct sl_port_pair *ports, const struct sl_media_params *to,
	unsigned m, struct sl_error *error)
{
	if (to->held || sl_address_family(to->remote[SL_RTP].ip) == ports->family)
		return 0;
	return sl_refuse(error, -SL_E_FAMILY,
		"medium %u: answered with another address family than offered", m + 1);
}

/* Both directions under one key would be one keystream for two streams (RFC 3711 9.1). */
static int check_key(const struct reply *r, const struct sl_media_params *to, unsigned m)
{
	const struct sl_proposal *proposal = &r->offer->proposal[m];
	const struct sl_leg *leg = r->leg[SL_TO];

	for (int i = 0; i < SL_SUITE_COUNT; i++)
		if (proposal->key[i] && sl_master_same_key(&proposal->key[i]->master, &to->theirs))
			return sl_refuse(r->error, -SL_E_WRONG_KEY,
				"medium %u: the answer sends back the key that it was offered",
				m + 1);
	for (unsigned other = 0; other < r->offer->n_media; other++) {
		const struct sl_port_pair *ports = r->offer->ports[SL_TO][other];
		const struct sl_session_key *in_force =
			leg && other < leg->n_media ? leg->media[other].out : NULL;

		if (ports && sl_port_pair_is_ours(ports, in_force, &to->theirs))
			return sl_refuse(r->error, -SL_E_WRONG_KEY,
				"medium %u: the answer sends back a key of ours", m + 1);
	}
	return 0;
}

/* RFC 3264 6: each m-line answers the one in its place. */
static int check_type(const struct reply *r, const struct sl_sdp_media *media, unsigned m)
{
	const char *offered = r->offer->refused[m];
	struct sl_text type = {offered, (uint32_t)strcspn(offered, " ")};

	if (media->type.len < SL_MAX_KIND ? sl_text_alike(media->type, type)
					  : type.len == SL_MAX_KIND - 1)
		return 0;
	return sl_refuse(r->error, -SL_E_PROFILE, "line %u: m=%.*s answers m=%.*s (RFC 3264 6)",
		media->line, SL_SDP_QUOTE(media->type), SL_SDP_QUOTE(type));
}

static int negotiate_one(struct reply *r, const struct sl_sdp *sdp, unsigned m)
{
	const struct sl_offer *offer = r->offer;
	struct sl_media_params *from = &r->params[SL_FROM][m], *to = &r->params[SL_TO][m];
	int rc;

	*from = offer->params[m];
	if (m >= sdp->n_media) {
		sl_remark(r->error, "the answer leaves medium %u out: it is refused", m + 1);
		sl_call_sdp_remark(r->options, r->error);
		from->active = false;
		to->media = from->media;
		return 0;
	}
	rc = check_type(r, &sdp->media[m], m);
	if (rc)
		return rc;
	if (!from->active || !from->media) {
		/* Refused or unknown to us: whatever is answered, there is nothing to relay. */
		to->media = from->media;
		return 0;
	}
	rc = sl_negotiate_answer(sdp, m, &offer->proposal[m], offer->rtcp_mux, to, r->error);
	if (rc || !to->active) {
		from->active = false; /* refused by one, removed for both */
		return rc;
	}
	if (!to->media)
		return sl_refuse(r->error, -SL_E_PROFILE, "medium %u: the answer is no RTP", m + 1);
	sl_call_sdp_remark(r->options, r->error);
	if (!r->fork)
		sl_media_params_recall(to, r->leg[SL_TO], m, offer->ports[SL_TO][m]);
	sl_media_params_source(to, &r->options->source);
	sl_media_params_silence(to, sdp, m);
	sl_quality_payloads(to, sdp, m);
	rc = sl_call_sdp_check(r->sessions, to, m, r->error);
	if (!rc)
		rc = sl_hairpin_check(offer, to, m, r->error);
	if (!rc)
		rc = check_family(offer->ports[SL_TO][m], to, m, r->error);
	if (!rc)
		rc = check_key(r, to, m);
	if (!rc)
		sl_negotiate_settle(from, to, r->options, offer->rtcp_mux);
	return rc;
}

static int negotiate(struct reply *r, const struct sl_sdp *sdp)
{
	if (sdp->n_media > r->offer->n_media)
		return sl_refuse(r->error, -SL_E_PROFILE, "SDP: %u m-lines answer an offer of %u",
			sdp->n_media, r->offer->n_media);
	for (unsigned m = 0; m < r->offer->n_media; m++) {
		int rc = negotiate_one(r, sdp, m);

		if (rc)
			return rc;
	}
	return 0;
}

/* Our keys: towards the one who offered, for the suite of its choice; and that which was taken. */
static int choose_keys(struct reply *r)
{
	const struct sl_crypto_backend *crypto = r->sessions->env.crypto;

	for (unsigned m = 0; m < r->offer->n_media; m++) {
		const struct sl_media_params *from = &r->params[SL_FROM][m],
					     *to = &r->params[SL_TO][m];
		const struct sl_leg_media *media = &r->leg[SL_FROM]->media[m];
		struct sl_port_pair *ports = r->offer->ports[SL_FROM][m];

		r->ports[SL_FROM][m] = ports;
		r->ports[SL_TO][m] = r->offer->ports[SL_TO][m];
		if (!from->active || !from->media)
			continue;
		if (to->theirs.suite != SL_SUITE_NONE)
			r->ours[SL_TO][m] = r->offer->proposal[m].key[to->theirs.suite];
		if (from->theirs.suite == SL_SUITE_NONE)
			continue;
		r->ours[SL_FROM][m] =
			sl_port_pair_key(crypto, ports, from->theirs.suite, media->out);
		if (!r->ours[SL_FROM][m])
			return sl_refuse(r->error, -EIO, "no key can be made for %s",
				sl_suites[from->theirs.suite].name);
	}
	return 0;
}

static ssize_t write_answer(struct reply *r, const struct sl_sdp *sdp, char *out, size_t room)
{
	struct sl_call_sdp w = {.lifetime = r->options->sdes.lifetime};
	ssize_t rc = 0;

	for (unsigned m = 0; m < sdp->n_media && !rc; m++) {
		const struct sl_media_params *from = &r->params[SL_FROM][m];

		w.media[m].mid_remove = !from->mid;
		if (m >= r->offer->n_said)
			w.media[m].action = SL_SDP_OMIT;
		if (!from->media || !from->active)
			continue;
		sl_call_sdp_address(&w, m, r->ports[SL_FROM][m], from->proto, from->mux, from->mux);
		sl_call_sdp_hold(&w, m, &sdp->media[m], &r->params[SL_TO][m], from);
		if (from->theirs.suite != SL_SUITE_NONE)
			rc = sl_call_sdp_key(&w, m, from->tag, from->theirs.suite,
				r->ours[SL_FROM][m], from->draft_name, r->error);
	}
	for (unsigned m = sdp->n_media; m < r->offer->n_said; m++)
		sl_call_sdp_missing(&w, r->offer->refused[m]);
	if (!rc)
		rc = sl_call_sdp_write(
			&w, sdp, r->leg[SL_FROM]->interface, r->options, out, room, r->error);
	explicit_bzero(&w, sizeof(w));
	return rc;
}

static void copy_kinds(struct sl_leg *to, const struct sl_leg *from, unsigned n_media)
{
	for (unsigned m = 0; m < n_media; m++) {
		memcpy(to->media[m].kind, from->media[m].kind, sizeof(to->media[m].kind));
		memcpy(to->media[m].refused, from->media[m].refused, SL_MAX_REFUSED);
	}
}

/* A branch of its own, at the ports and with the keys that the others have. */
static int add_fork(struct reply *r)
{
	const struct sl_leg *taker = r->leg[SL_TO];
	struct sl_leg *leg;

	if (r->call->n_legs == SL_MAX_LEGS)
		return sl_too_many_parties(r->error);
	leg = sl_call_leg_add(r->call, r->to_tag, taker->interface);
	if (!leg)
		return sl_refuse(r->error, -ENOMEM, "out of memory");
	r->leg[SL_TO] = leg;
	r->forked = true;
	sl_leg_offer(r->sessions->env.crypto, leg, sl_offer_ref(r->offer));
	if (taker->branch) {
		leg->branch = strdup(taker->branch);
		if (!leg->branch)
			return sl_refuse(r->error, -ENOMEM, "out of memory");
	}
	if (sl_leg_media_room(leg, r->offer->n_media))
		return sl_refuse(r->error, -ENOMEM, "out of memory");
	copy_kinds(leg, taker, r->offer->n_media);
	for (unsigned m = 0; m < r->offer->n_media; m++)
		leg->media[m].ports = sl_port_pair_ref(r->offer->ports[SL_TO][m]);
	return 0;
}

/* Somebody who is known has taken an offer that was made to nobody in particular. */
static void take_place(struct reply *r)
{
	struct sl_leg *leg = r->leg[SL_TO], *waits = r->waits;

	copy_kinds(leg, waits, r->offer->n_media);
	leg->interface = waits->interface;
	if (waits->branch) {
		free(leg->branch);
		leg->branch = waits->branch;
		waits->branch = NULL;
	}
	sl_leg_offer(r->sessions->env.crypto, leg, sl_offer_ref(r->offer));
	sl_call_leg_remove(r->sessions, r->call, waits);
}

/* Makes room also for media beyond those of this offer, which end. */
static int room_for_all(struct reply *r)
{
	r->n_media = r->offer->n_media;
	for (int side = SL_FROM; side <= SL_TO; side++)
		if (r->leg[side]->n_media > r->n_media)
			r->n_media = r->leg[side]->n_media;
	if (sl_leg_media_room(r->leg[SL_FROM], r->n_media) ||
		sl_leg_media_room(r->leg[SL_TO], r->n_media))
		return sl_refuse(r->error, -ENOMEM, "out of memory");
	return 0;
}

/*
 * An answer to an offer before the one that these two have agreed on since, as a 200 may bring the
 * answer of a 183 once more after an UPDATE: only the first one counts (RFC 3261 13.2.1).
 */
static bool is_superseded(const struct reply *r)
{
	const struct sl_leg *from = r->leg[SL_FROM], *to = r->leg[SL_TO];

	return !r->fork && from->peer == to && to->peer == from && r->offer->serial < from->agreed;
}

/* A repeated answer says nothing anew, nor does the offer that it answers. */
static void number_params(struct reply *r)
{
	const struct sl_leg *to = r->leg[SL_TO];
	bool repeated = !r->fork && !r->waits && to->answered && to->digest == r->digest;
	uint16_t said = repeated ? 0 : ++r->call->said;

	for (unsigned m = 0; m < r->n_media; m++) {
		r->params[SL_FROM][m].said = r->offer->said;
		r->params[SL_TO][m].said = repeated ? to->media[m].params.said : said;
	}
}

static int put_in_force(struct reply *r)
{
	const unsigned before[2] = {r->leg[SL_FROM]->n_media, r->leg[SL_TO]->n_media};
	struct sl_agreed side[2];
	struct sl_leg *to;
	const struct sl_text *said = &r->options->label;
	const bool again = !r->fork && r->leg[SL_FROM]->peer == r->leg[SL_TO];
	char *tag = NULL, *label = NULL;
	uint8_t blocks = 0;
	int rc = 0;

	/* Whatever can fail comes first. */
	if (r->fork)
		rc = add_fork(r);
	to = r->leg[SL_TO];
	if (!rc)
		rc = room_for_all(r);
	if (!rc && !to->tag) {
		tag = sl_text_copy(r->to_tag);
		rc = tag ? 0 : sl_refuse(r->error, -ENOMEM, "out of memory");
	}
	if (!rc && said->at) {
		label = sl_text_copy(*said);
		rc = label ? 0 : sl_refuse(r->error, -ENOMEM, "out of memory");
	}
	if (!rc)
		number_params(r);
	for (int i = SL_FROM; i <= SL_TO; i++)
		side[i] = (struct sl_agreed){r->leg[i], r->params[i], r->ports[i], r->ours[i]};
	blocks = to->blocks;
	if (r->options->block_dtmf)
		to->blocks |= SL_BLOCK_DTMF;
	if (!rc)
		rc = sl_connect(r->sessions, r->call, side, r->n_media, r->error);
	if (rc) {
		to->blocks = blocks;
		free(tag);
		free(label);
		r->leg[SL_FROM]->n_media = before[SL_FROM];
		if (r->forked)
			sl_leg_free(r->sessions->env.crypto, r->call->leg[--r->call->n_legs]);
		else
			to->n_media = before[SL_TO];
		return rc;
	}
	if (tag)
		to->tag = tag;
	sl_leg_label(to, label);
	if (r->waits)
		take_place(r);
	to->answered = true;
	to->digest = r->digest;
	r->leg[SL_FROM]->n_agreed = to->n_agreed = r->offer->n_media;
	r->leg[SL_FROM]->agreed = to->agreed = r->offer->serial;
	r->call->up = true;
	if (!r->call->deleted)
		sl_session_keep(r->sessions, r->call);
	sl_watch_answered(r->sessions, r->call, r->leg[SL_FROM], to, again);
	return 0;
}

ssize_t sl_answer(struct sl_sessions *sessions, const struct sl_request *options, char *out,
	size_t room, struct sl_error *error)
{
	struct reply r = {.sessions = sessions, .options = options, .error = error};
	struct sl_sdp sdp;
	ssize_t len;

	r.call = sl_session_find(sessions, options->call_id);
	if (!r.call)
		return sl_refuse(error, -SL_E_CALL, "Unknown call-id");
	r.digest = digest_of(options->sdp);
	len = sl_call_sdp_parse(&sdp, options, error);
	if (!len)
		len = find_sides(&r);
	if (!len)
		len = negotiate(&r, &sdp);
	if (!len)
		len = choose_keys(&r);
	if (!len)
		len = write_answer(&r, &sdp, out, room);
	if (len >= 0 && !is_superseded(&r)) {
		int rc = put_in_force(&r);

		if (rc) {
			explicit_bzero(out, (size_t)len);
			len = rc;
		}
	}
	explicit_bzero(&r, sizeof(r));
	return len;
}
