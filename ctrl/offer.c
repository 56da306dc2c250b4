/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/offer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/admit.h"
#include "ctrl/call_sdp.h"
#include "ctrl/negotiate.h"

/* An offer being worked on. What is new in the call is given up again unless it is committed. */
struct draft {
	struct sl_sessions *sessions;
	const struct sl_ng_options *options;
	struct sl_call *call;
	bool new_call;
	struct sl_leg *leg[2]; /* by enum sl_side */
	const struct sl_interface *interface[2];
	uint32_t fresh[2]; /* media whose ports were taken just now */
	struct sl_offer offer;
	char *why;
};

_Static_assert(SL_MAX_MEDIA <= 32, "a bit per medium in draft.fresh");

static int out_of_memory(char *why)
{
	return SL_REFUSE(-ENOMEM, why, "out of memory");
}

static const struct sl_interface *find_interface(
	const struct sl_sessions *sessions, struct sl_text name)
{
	if (!name.at)
		return &sessions->env.interfaces[0];
	for (unsigned i = 0; i < sessions->env.n_interfaces; i++)
		if (sl_text_is(name, sessions->env.interfaces[i].config->name))
			return &sessions->env.interfaces[i];
	return NULL;
}

static int find_interfaces(struct draft *d)
{
	for (int side = SL_FROM; side <= SL_TO; side++) {
		struct sl_text name = d->options->direction[side];

		d->interface[side] = find_interface(d->sessions, name);
		if (!d->interface[side])
			return SL_REFUSE(-EINVAL, d->why, "direction: there is no interface '%.*s'",
				(int)(name.len > 32 ? 32 : name.len), name.at);
	}
	return 0;
}

static int open_call(struct draft *d, const struct sl_sdp *sdp)
{
	struct sl_sessions *sessions = d->sessions;
	int rc = sl_call_admit(sessions, d->interface, d->options, sdp, d->why);

	if (rc)
		return rc;
	d->call = sl_session_add(sessions, d->options->call_id);
	if (!d->call)
		return out_of_memory(d->why);
	d->new_call = true;
	d->call->emergency = d->options->emergency;
	d->leg[SL_FROM] = sl_call_leg_add(d->call, d->options->from_tag, d->interface[SL_FROM]);
	if (!d->leg[SL_FROM])
		return out_of_memory(d->why);
	d->leg[SL_TO] = sl_call_leg_add(d->call, d->options->to_tag, d->interface[SL_TO]);
	return d->leg[SL_TO] ? 0 : out_of_memory(d->why);
}

/* Either party may offer anew; the one that has not answered yet is known by the tag of the other.
 */
static int find_legs(struct draft *d)
{
	const struct sl_ng_options *o = d->options;
	struct sl_leg *from = sl_call_leg(d->call, o->from_tag);

	if (!from) {
		struct sl_leg *to = sl_call_leg(d->call, o->to_tag);

		from = to ? sl_call_other(d->call, to) : NULL;
		if (!from || from->tag)
			return SL_REFUSE(-ESRCH, d->why, "from-tag does not belong to this call");
	}
	d->leg[SL_FROM] = from;
	d->leg[SL_TO] = sl_call_other(d->call, from);
	return 0;
}

static int choose_family(const struct draft *d, int side, const struct sl_terms *terms)
{
	const struct sl_interface *interface = d->leg[side]->interface;
	int family = sl_address_family(terms->remote[SL_RTP].ip);

	if (side == SL_FROM)
		return family;
	if (d->options->family >= 0)
		return d->options->family;
	return interface->local[family].pool ? family : !family;
}

/* The ports of a leg are taken once and stay for as long as the call lasts. */
static int take_ports(struct draft *d, int side, unsigned m, const struct sl_terms *terms)
{
	struct sl_local *local = &d->leg[side]->media[m].local;
	const struct sl_interface *interface = d->leg[side]->interface;
	int family = choose_family(d, side, terms);

	if (local->interface) {
		bool asked = side == SL_FROM ? !terms->held : d->options->family >= 0;

		if (!asked || local->family == family)
			return 0;
		return SL_REFUSE(-EAFNOSUPPORT, d->why,
			"medium %u: the address family cannot change during a call", m + 1);
	}
	if (!interface->local[family].pool)
		return SL_REFUSE(-EAFNOSUPPORT, d->why, "interface %s has no %s address",
			interface->config->name, family == SL_IPV4 ? "IPv4" : "IPv6");
	if (sl_interface_take(interface, family, &local->rtp))
		return SL_REFUSE(-ENOSPC, d->why, "Ran out of ports");
	local->interface = interface;
	local->family = (uint8_t)family;
	d->fresh[side] |= 1u << m;
	return 0;
}

static void draft_drop(struct draft *d)
{
	sl_offer_clear(&d->offer);
	if (d->new_call) {
		sl_session_delete(d->sessions, d->call);
		return;
	}
	for (int side = SL_FROM; side <= SL_TO; side++)
		for (unsigned m = 0; d->leg[side] && m < SL_MAX_MEDIA; m++)
			if (d->fresh[side] & (1u << m)) {
				struct sl_local *local = &d->leg[side]->media[m].local;

				sl_interface_give(local->interface, local->family, local->rtp);
				memset(local, 0, sizeof(*local));
			}
}

/* RFC 3264 6: what is taken out keeps its place, with port 0. */
static void take_out(const struct sl_ng_options *o, struct sl_text type, struct sl_terms *terms)
{
	for (unsigned i = 0; i < SL_NG_MEDIA_REMOVE && o->media_remove[i].at; i++) {
		if (o->media_remove[i].len != type.len ||
			memcmp(o->media_remove[i].at, type.at, type.len))
			continue;
		terms->refused = !terms->media;
		terms->active = false;
	}
}

static int negotiate_one(struct draft *d, const struct sl_sdp *sdp, unsigned m)
{
	const struct sl_config_interface *from = d->leg[SL_FROM]->interface->config;
	const struct sl_config_interface *to = d->leg[SL_TO]->interface->config;
	const struct sl_leg *leg = d->leg[SL_FROM];
	const struct sl_offer_policy policy = {
		.sdes = &d->options->sdes,
		.minimum = from->min_suite,
		.secure_only = from->secure_only,
		.refuse_other = from->refuse_other || to->refuse_other,
		.in_force = m < leg->n_media ? leg->media[m].terms.theirs.suite : SL_SUITE_NONE,
	};
	struct sl_terms *terms = &d->offer.from[m];
	int rc = sl_negotiate_offer(sdp, m, &policy, terms, d->why);

	if (rc)
		return rc;
	sl_terms_source(terms, &d->options->source);
	rc = sl_call_sdp_check(d->sessions, terms, m, d->why);
	if (rc)
		return rc;
	take_out(d->options, sdp->media[m].type, terms);
	return sl_negotiate_propose(terms, d->options, to, &d->offer.proposal[m], d->why);
}

static int negotiate(struct draft *d, const struct sl_sdp *sdp)
{
	struct sl_offer *offer = &d->offer;
	int rc;

	offer->rtcp_mux = d->options->rtcp_mux;
	offer->n_media = sdp->n_media;
	offer->from = calloc(sdp->n_media + 1, sizeof(*offer->from));
	offer->proposal = calloc(sdp->n_media + 1, sizeof(*offer->proposal));
	if (!offer->from || !offer->proposal)
		return out_of_memory(d->why);
	if (sdp->n_media < d->call->n_media)
		return SL_REFUSE(-EPROTO, d->why,
			"SDP: fewer m-lines than before (RFC 3264 8: a removed one keeps its "
			"place)");
	for (unsigned m = 0; m < sdp->n_media; m++) {
		rc = negotiate_one(d, sdp, m);
		if (rc)
			return rc;
	}
	return 0;
}

static int reserve(struct draft *d)
{
	for (int side = SL_FROM; side <= SL_TO; side++) {
		if (sl_leg_media_room(d->leg[side], d->offer.n_media))
			return out_of_memory(d->why);
		for (unsigned m = 0; m < d->offer.n_media; m++) {
			const struct sl_terms *terms = &d->offer.from[m];
			int rc;

			if (!terms->active || !terms->media)
				continue;
			rc = take_ports(d, side, m, terms);
			if (rc)
				return rc;
		}
	}
	return 0;
}

static int name_media(struct sl_call *call, const struct sl_sdp *sdp, char *why)
{
	char(*kind)[SL_MAX_KIND];

	if (sdp->n_media <= call->n_media)
		return 0;
	kind = calloc(sdp->n_media, sizeof(*kind));
	if (!kind)
		return out_of_memory(why);
	for (unsigned m = 0; m < sdp->n_media; m++)
		snprintf(kind[m], sizeof(kind[m]), "%.*s", (int)sdp->media[m].type.len,
			sdp->media[m].type.at);
	free(call->kind);
	call->kind = kind;
	call->n_media = sdp->n_media;
	return 0;
}

static ssize_t write_offer(struct draft *d, const struct sl_sdp *sdp, char *out, size_t room)
{
	struct sl_call_sdp w = {.offer = true, .lifetime = d->options->sdes.lifetime};
	ssize_t rc = 0;

	for (unsigned m = 0; m < sdp->n_media && !rc; m++) {
		const struct sl_terms *from = &d->offer.from[m];
		const struct sl_proposal *proposal = &d->offer.proposal[m];
		struct sl_leg_media *media = &d->leg[SL_TO]->media[m];

		if (!from->media || !from->active) {
			w.media[m].action =
				from->media || from->refused ? SL_SDP_REFUSE : SL_SDP_KEEP;
			continue;
		}
		sl_call_sdp_address(&w, m, &media->local, proposal->proto, proposal->mux,
			d->offer.rtcp_mux & SL_NG_MUX_REQUIRE);
		for (uint32_t i = 0; i < proposal->suites.n && !rc; i++)
			rc = sl_call_sdp_key(
				&w, m, i + 1, media, proposal->suites.suite[i], false, d->why);
	}
	if (!rc)
		rc = sl_call_sdp_write(&w, sdp, d->options, out, room, d->why);
	explicit_bzero(&w, sizeof(w));
	return rc;
}

/* One suite less for each medium that may do with fewer. False: there is none. */
static bool shorten(struct draft *d)
{
	bool shorter = false;

	for (unsigned m = 0; m < d->offer.n_media; m++)
		if (d->offer.proposal[m].may_shorten)
			shorter |= sl_suite_list_shorten(&d->offer.proposal[m].suites);
	return shorter;
}

/* Keys must not be what pushes an INVITE that fitted into one packet over the MTU. */
static ssize_t write_short_offer(struct draft *d, const struct sl_sdp *sdp, char *out, size_t room)
{
	bool fits = d->options->sdp.len <= SL_SDP_ONE_MTU;
	ssize_t len = write_offer(d, sdp, out, room);

	while (fits && len > SL_SDP_ONE_MTU && shorten(d))
		len = write_offer(d, sdp, out, room);
	return len;
}

static int commit(struct draft *d, const struct sl_sdp *sdp)
{
	struct sl_call *call = d->call;
	int rc = name_media(call, sdp, d->why);

	if (rc)
		return rc;
	/* The party that had no tag yet makes itself known. */
	if (!d->leg[SL_FROM]->tag && sl_leg_name(d->leg[SL_FROM], d->options->from_tag))
		return out_of_memory(d->why);
	sl_offer_clear(&call->offer);
	call->offer = d->offer;
	call->offer.leg[SL_FROM] = d->leg[SL_FROM];
	call->offer.leg[SL_TO] = d->leg[SL_TO];
	call->deleted = false;
	if (call->up)
		sl_session_keep(d->sessions, call);
	else
		sl_session_expire(d->sessions, call, SL_OFFER_TIMEOUT);
	return 0;
}

ssize_t sl_offer(struct sl_sessions *sessions, const struct sl_ng_options *options, char *out,
	size_t room, char why[SL_NG_WHY])
{
	struct draft d = {.sessions = sessions, .options = options, .why = why};
	struct sl_sdp sdp;
	ssize_t len = sl_call_sdp_parse(&sdp, options, why);

	if (!len)
		len = find_interfaces(&d);
	if (len)
		return len;
	d.call = sl_session_find(sessions, options->call_id);
	len = d.call ? find_legs(&d) : open_call(&d, &sdp);
	if (!len)
		len = negotiate(&d, &sdp);
	if (!len)
		len = reserve(&d);
	if (!len)
		len = write_short_offer(&d, &sdp, out, room);
	if (len >= 0) {
		int rc = commit(&d, &sdp);

		if (!rc)
			return len;
		explicit_bzero(out, (size_t)len);
		len = rc;
	}
	if (d.call)
		draft_drop(&d);
	return len;
}
