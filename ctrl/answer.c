/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/call_sdp.h"
#include "ctrl/install.h"
#include "ctrl/negotiate.h"
#include "ctrl/offer.h"

/* An answer being worked on: the terms of both sides as they shall be in force. */
struct reply {
	struct sl_sessions *sessions;
	const struct sl_ng_options *options;
	struct sl_call *call;
	struct sl_leg *leg[2]; /* by enum sl_side */
	struct sl_text to_tag; /* of the one who answers */
	struct sl_terms terms[2][SL_MAX_MEDIA];
	char *why;
};

/* The tag of the one who offered comes first; some scripts swap them. */
static int find_sides(struct reply *r)
{
	const struct sl_ng_options *o = r->options;
	const struct sl_offer *offer = &r->call->offer;
	struct sl_text from_tag = o->from_tag;
	const char *offerer;

	if (!offer->leg[SL_FROM])
		return SL_REFUSE(-EPROTO, r->why, "there is no offer to answer");
	r->leg[SL_FROM] = offer->leg[SL_FROM];
	r->leg[SL_TO] = offer->leg[SL_TO];
	offerer = offer->leg[SL_FROM]->tag;
	r->to_tag = o->to_tag;
	if (!sl_text_is(from_tag, offerer) && sl_text_is(o->to_tag, offerer)) {
		from_tag = o->to_tag;
		r->to_tag = o->from_tag;
	}
	if (!sl_text_is(from_tag, offerer))
		return SL_REFUSE(-ESRCH, r->why, "neither tag is that of the one who offered");
	if (sl_text_is(r->to_tag, offerer))
		return SL_REFUSE(-ESRCH, r->why, "from-tag and to-tag are the same");
	return 0;
}

static int check_family(
	const struct sl_leg_media *media, const struct sl_terms *to, unsigned m, char *why)
{
	if (to->held || sl_address_family(to->remote[SL_RTP].ip) == media->local.family)
		return 0;
	return SL_REFUSE(-EAFNOSUPPORT, why,
		"medium %u: answered with another address family than offered", m + 1);
}

/* Both directions under one key would be one keystream for two streams (RFC 3711 9.1). */
static int check_key(
	const struct sl_leg_media *media, const struct sl_terms *to, unsigned m, char *why)
{
	for (unsigned i = 0; i < media->n_ours; i++)
		if (sl_master_equal(&media->ours[i].master, &to->theirs))
			return SL_REFUSE(-EKEYREJECTED, why,
				"medium %u: the answer sends back the key that it was offered",
				m + 1);
	return 0;
}

static int negotiate_one(struct reply *r, const struct sl_sdp *sdp, unsigned m)
{
	const struct sl_offer *offer = &r->call->offer;
	struct sl_terms *from = &r->terms[SL_FROM][m], *to = &r->terms[SL_TO][m];
	int rc;

	*from = offer->from[m];
	if (!from->active || !from->media) {
		/* Refused or unknown to us: whatever is answered, there is nothing to relay. */
		to->media = from->media;
		return 0;
	}
	rc = sl_negotiate_answer(sdp, m, &offer->proposal[m], offer->rtcp_mux, to, r->why);
	if (rc || !to->active) {
		from->active = false; /* refused by one, removed for both */
		return rc;
	}
	if (!to->media)
		return SL_REFUSE(-EPROTO, r->why, "medium %u: the answer is no RTP", m + 1);
	sl_terms_source(to, &r->options->source);
	rc = sl_call_sdp_check(r->sessions, to, m, r->why);
	if (!rc)
		rc = check_family(&r->leg[SL_TO]->media[m], to, m, r->why);
	if (!rc)
		rc = check_key(&r->leg[SL_TO]->media[m], to, m, r->why);
	if (!rc)
		sl_negotiate_settle(from, to, r->options, offer->rtcp_mux);
	return rc;
}

static int negotiate(struct reply *r, const struct sl_sdp *sdp)
{
	if (sdp->n_media != r->call->offer.n_media)
		return SL_REFUSE(-EPROTO, r->why, "SDP: %u m-lines answer an offer of %u",
			sdp->n_media, r->call->offer.n_media);
	for (unsigned m = 0; m < sdp->n_media; m++) {
		int rc = negotiate_one(r, sdp, m);

		if (rc)
			return rc;
	}
	return 0;
}

static ssize_t write_answer(struct reply *r, const struct sl_sdp *sdp, char *out, size_t room)
{
	struct sl_call_sdp w = {.lifetime = r->options->sdes.lifetime};
	ssize_t rc = 0;

	for (unsigned m = 0; m < sdp->n_media && !rc; m++) {
		const struct sl_terms *from = &r->terms[SL_FROM][m];
		struct sl_leg_media *media = &r->leg[SL_FROM]->media[m];

		if (!from->media || !from->active) {
			w.media[m].action =
				from->media || from->refused ? SL_SDP_REFUSE : SL_SDP_KEEP;
			continue;
		}
		sl_call_sdp_address(&w, m, &media->local, from->proto, from->mux, from->mux);
		w.media[m].mid_remove = !from->mid;
		if (from->theirs.suite != SL_SUITE_NONE)
			rc = sl_call_sdp_key(&w, m, from->tag, media, from->theirs.suite,
				from->draft_name, r->why);
	}
	if (!rc)
		rc = sl_call_sdp_write(&w, sdp, r->options, out, room, r->why);
	explicit_bzero(&w, sizeof(w));
	return rc;
}

static int put_in_force(struct reply *r, unsigned n_media)
{
	const struct sl_terms *const terms[2] = {r->terms[SL_FROM], r->terms[SL_TO]};
	struct sl_leg *to = r->leg[SL_TO];
	char *tag = NULL;
	int rc;

	/* Whatever can fail comes first. A fork that answers later takes the place of the first. */
	if (!to->tag || !sl_text_is(r->to_tag, to->tag)) {
		tag = strndup(r->to_tag.at, r->to_tag.len);
		if (!tag)
			return SL_REFUSE(-ENOMEM, r->why, "out of memory");
	}
	rc = sl_install(r->sessions, r->leg, terms, n_media, r->why);
	if (rc) {
		free(tag);
		return rc;
	}
	if (tag) {
		free(to->tag);
		to->tag = tag;
	}
	r->call->offer.answered = true;
	r->call->up = true;
	if (!r->call->deleted)
		sl_session_keep(r->sessions, r->call);
	return 0;
}

ssize_t sl_answer(struct sl_sessions *sessions, const struct sl_ng_options *options, char *out,
	size_t room, char why[SL_NG_WHY])
{
	struct reply r = {.sessions = sessions, .options = options, .why = why};
	struct sl_sdp sdp;
	ssize_t len;

	r.call = sl_session_find(sessions, options->call_id);
	if (!r.call)
		return SL_REFUSE(-ENOENT, why, "Unknown call-id");
	len = sl_call_sdp_parse(&sdp, options, why);
	if (!len)
		len = find_sides(&r);
	if (!len)
		len = negotiate(&r, &sdp);
	if (!len)
		len = write_answer(&r, &sdp, out, room);
	if (len >= 0) {
		int rc = put_in_force(&r, sdp.n_media);

		if (rc) {
			explicit_bzero(out, (size_t)len);
			len = rc;
		}
	}
	explicit_bzero(&r, sizeof(r));
	return len;
}
