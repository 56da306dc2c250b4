/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/offer/offer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/call/admit.h"
#include "ctrl/call/leg.h"
#include "ctrl/call/port_pair.h"
#include "ctrl/media/block_actions.h"
#include "ctrl/media/hairpin.h"
#include "ctrl/observe/quality.h"
#include "ctrl/observe/watch.h"
#include "ctrl/offer/call_sdp.h"
#include "ctrl/offer/ending.h"
#include "ctrl/offer/negotiate.h"
#include "ctrl/offer/offer_parties.h"
#include "ctrl/sdp/sdp_text.h"

static int choose_family(const struct sl_draft *d, int side, const struct sl_media_params *params)
{
	const struct sl_interface *interface = d->leg[side]->interface;
	int family = sl_address_family(params->remote[SL_RTP].ip);

	if (side == SL_FROM)
		return family;
	if (d->options->family >= 0)
		return d->options->family;
	return sl_interface_has(interface, family) ? family : !family;
}

static bool suits(const struct sl_draft *d, int side, unsigned m,
	const struct sl_media_params *params, const struct sl_port_pair *ports, int family)
{
	bool asked = side == SL_FROM ? !params->held : d->options->family >= 0;

	/* Forks share their ports, until one of them speaks with another. */
	if (side == SL_TO && ports == d->offer->ports[SL_FROM][m])
		return false;
	return ports && (!asked || ports->family == family);
}

/* The words that make a proxy try another relay are for new calls only: what another relay answered
 * in mid-call would end what works. */
static int no_ports(const struct sl_draft *d)
{
	if (d->new_call)
		return sl_refuse(
			d->error, -SL_E_PORTS, "%s", sl_admission_text(SL_FULL_PORTS, true));
	return sl_refuse(d->error, -SL_E_PORTS,
		"no ports are free for what this offer adds; the call stays as it is");
}

/* The media of a leg are at one address while it has room: one c= line, one binding of a NAT. */
static const struct sl_port_pair *beside(const struct sl_draft *d, int side, int family)
{
	for (unsigned m = 0; m < d->offer->n_media; m++) {
		const struct sl_port_pair *ports = d->offer->ports[side][m];

		if (ports && ports->family == family && ports->interface == d->leg[side]->interface)
			return ports;
	}
	return NULL;
}

/*
 * The ports of a leg are taken once and stay for as long as it lasts, unless its address family
 * changes, or it is to speak with a fork that has them too: then new ones come into force with the
 * answer.
 */
static int take_ports(
	struct sl_draft *d, int side, unsigned m, const struct sl_media_params *params)
{
	const struct sl_offer *last = d->leg[SL_TO]->offer;
	const struct sl_interface *interface = d->leg[side]->interface;
	struct sl_port_pair **taken = &d->offer->ports[side][m];
	struct sl_port_pair *ports = d->leg[side]->media[m].ports;
	int family = choose_family(d, side, params);

	if (suits(d, side, m, params, ports, family)) {
		*taken = sl_port_pair_ref(ports);
		return 0;
	}
	if (last && last->from == d->leg[SL_FROM] && m < last->n_media &&
		suits(d, side, m, params, last->ports[side][m], family)) {
		*taken = sl_port_pair_ref(last->ports[side][m]);
		return 0;
	}
	if (!sl_interface_has(interface, family))
		return sl_refuse(d->error, -SL_E_FAMILY, "interface %s has no %s address",
			interface->config->name, family == SL_IPV4 ? "IPv4" : "IPv6");
	if (!sl_ports_admit(d->sessions, d->call, interface, family))
		return no_ports(d);
	*taken = sl_port_pair_new(interface, family, beside(d, side, family));
	if (*taken)
		return 0;
	return errno == ENOSPC ? no_ports(d) : sl_out_of_memory(d->error);
}

static void draft_drop(struct sl_draft *d)
{
	for (int side = SL_FROM; side <= SL_TO && d->offer; side++)
		d->leg[side]->n_media = d->n_media[side];
	sl_offer_put(d->sessions->env.crypto, d->offer);
	if (d->new_call) {
		sl_session_delete(d->sessions, d->call);
		return;
	}
	for (int side = SL_TO; side >= SL_FROM; side--) /* none without a call */
		if (d->new_leg[side])
			sl_leg_free(d->sessions->env.crypto, d->call->leg[--d->call->n_legs]);
}

/* With all that it points to behind it. */
static struct sl_offer *offer_new(unsigned n_media)
{
	const size_t n = n_media;
	struct sl_offer *offer = calloc(
		1, sizeof(*offer) + n * (sizeof(*offer->proposal) + 2 * sizeof(*offer->ports[0]) +
						sizeof(*offer->params) + SL_MAX_REFUSED));

	if (!offer)
		return NULL;
	offer->refs = 1;
	offer->n_media = n_media;
	offer->proposal = (struct sl_proposal *)(offer + 1);
	offer->ports[SL_FROM] = (struct sl_port_pair **)(offer->proposal + n);
	offer->ports[SL_TO] = offer->ports[SL_FROM] + n;
	offer->params = (struct sl_media_params *)(offer->ports[SL_TO] + n);
	offer->refused = (char(*)[SL_MAX_REFUSED])(offer->params + n);
	return offer;
}

/* Both directions under one key would be one keystream for two streams (RFC 3711 9.1). */
static int check_key(const struct sl_draft *d, unsigned m, const struct sl_media_params *params)
{
	const struct sl_leg *from = d->leg[SL_FROM];

	for (unsigned i = 0; i < from->n_media; i++) {
		const struct sl_leg_media *media = &from->media[i];

		if (!media->ports)
			continue;
		if (sl_port_pair_is_ours(media->ports, media->out, &params->theirs) ||
			sl_port_pair_is_ours(media->ports, media->out, &params->kept.theirs))
			return sl_refuse(d->error, -SL_E_WRONG_KEY,
				"medium %u: the offer sends back a key of ours", m + 1);
	}
	return 0;
}

/* Returns the number of media of the dialogue, without those that were offered and not answered. */
static unsigned media_before(const struct sl_draft *d)
{
	const struct sl_leg *to = d->leg[SL_TO];

	return to->peer == d->leg[SL_FROM] ? to->n_agreed : 0;
}

/* RFC 3264 6: what is taken out keeps its place, with port 0. */
static void take_out(
	const struct sl_request *o, struct sl_text type, struct sl_media_params *params)
{
	for (unsigned i = 0; i < SL_MEDIA_REMOVE && o->media_remove[i].at; i++) {
		if (sl_text_alike(o->media_remove[i], type))
			params->active = false;
	}
}

/* The suite that is used with a party so far. */
static enum sl_suite in_force(const struct sl_leg *leg, unsigned m)
{
	return m < leg->n_media ? leg->media[m].params.theirs.suite : SL_SUITE_NONE;
}

static int negotiate_one(struct sl_draft *d, const struct sl_sdp *sdp, unsigned m)
{
	const struct sl_config_interface *from = d->leg[SL_FROM]->interface->config;
	const struct sl_config_interface *to = d->leg[SL_TO]->interface->config;
	const struct sl_leg *leg = d->leg[SL_FROM];
	const struct sl_offer_policy policy = {
		.sdes = &d->options->sdes,
		.minimum = from->min_suite,
		.secure_only = from->secure_only,
		.in_force = in_force(leg, m),
	};
	struct sl_media_params *params = &d->offer->params[m];
	int rc = sl_negotiate_offer(sdp, m, &policy, params, d->error);

	if (rc)
		return rc;
	if (params->active && !params->media)
		sl_remark(d->error, "line %u: m=%.*s %.*s is not RTP: it gets port 0",
			sdp->media[m].line, SL_SDP_QUOTE(sdp->media[m].type),
			SL_SDP_QUOTE(sdp->media[m].proto_text));
	sl_call_sdp_remark(d->options, d->error);
	sl_media_params_recall(params, leg, m, NULL);
	sl_media_params_source(params, &d->options->source);
	sl_media_params_silence(params, sdp, m);
	sl_quality_payloads(params, sdp, m);
	rc = sl_call_sdp_check(d->sessions, params, m, d->error);
	if (!rc)
		rc = check_key(d, m, params);
	if (rc)
		return rc;
	take_out(d->options, sdp->media[m].type, params);
	return sl_negotiate_propose(params, d->options, to, in_force(d->leg[SL_TO], m),
		&d->offer->proposal[m], d->error);
}

/* RFC 3264 8: what was there keeps its place; left out, it is taken for refused. */
static void leave_out(struct sl_draft *d, unsigned m)
{
	d->offer->params[m].media = true;
	memcpy(d->offer->refused[m], d->leg[SL_FROM]->media[m].refused, SL_MAX_REFUSED);
	sl_remark(d->error, "the offer leaves medium %u out: it gets port 0", m + 1);
	sl_call_sdp_remark(d->options, d->error);
}

static int negotiate(struct sl_draft *d, const struct sl_sdp *sdp)
{
	const unsigned before = media_before(d);
	struct sl_offer *offer = d->offer =
		offer_new(sdp->n_media > before ? sdp->n_media : before);
	int rc;

	if (!offer)
		return sl_out_of_memory(d->error);
	offer->rtcp_mux = d->options->rtcp_mux;
	offer->from = d->leg[SL_FROM];
	offer->open = !d->options->to_tag.at;
	offer->n_said = sdp->n_media;
	for (unsigned m = 0; m < sdp->n_media; m++) {
		sl_call_sdp_refused(&sdp->media[m], offer->refused[m]);
		rc = negotiate_one(d, sdp, m);
		if (rc)
			return rc;
	}
	for (unsigned m = sdp->n_media; m < before; m++)
		leave_out(d, m);
	return 0;
}

static int reserve(struct sl_draft *d)
{
	for (int side = SL_FROM; side <= SL_TO; side++) {
		if (sl_leg_media_room(d->leg[side], d->offer->n_media))
			return sl_out_of_memory(d->error);
		for (unsigned m = 0; m < d->offer->n_media; m++) {
			const struct sl_media_params *params = &d->offer->params[m];
			int rc;

			if (!params->active || !params->media)
				continue;
			rc = take_ports(d, side, m, params);
			if (rc)
				return rc;
		}
	}
	for (unsigned m = 0; m < d->offer->n_media; m++) {
		int rc = sl_hairpin_check(d->offer, &d->offer->params[m], m, d->error);

		if (rc)
			return rc;
	}
	return 0;
}

/* The key that is offered is kept with the offer: the answer means this one. */
static int write_key(
	struct sl_draft *d, struct sl_call_sdp *w, unsigned m, uint32_t tag, enum sl_suite suite)
{
	const struct sl_crypto_backend *crypto = d->sessions->env.crypto;
	struct sl_session_key **kept = &d->offer->proposal[m].key[suite];
	struct sl_session_key *key = sl_port_pair_key(
		crypto, d->offer->ports[SL_TO][m], suite, d->leg[SL_TO]->media[m].out);

	sl_session_key_put(crypto, *kept);
	*kept = sl_session_key_ref(key);
	return sl_call_sdp_key(w, m, tag, suite, key, false, d->error);
}

static ssize_t write_offer(struct sl_draft *d, const struct sl_sdp *sdp, char *out, size_t room)
{
	struct sl_call_sdp w = {.offer = true, .lifetime = d->options->sdes.lifetime};
	ssize_t rc = 0;

	for (unsigned m = 0; m < sdp->n_media && !rc; m++) {
		const struct sl_media_params *from = &d->offer->params[m];
		const struct sl_proposal *proposal = &d->offer->proposal[m];
		const struct sl_port_pair *ports = d->offer->ports[SL_TO][m];

		if (!from->media || !from->active)
			continue;
		sl_call_sdp_address(&w, m, ports, proposal->proto, proposal->mux,
			d->offer->rtcp_mux & SL_MUX_REQUIRE);
		sl_call_sdp_hold(&w, m, &sdp->media[m], from, NULL);
		for (uint32_t i = 0; i < proposal->suites.n && !rc; i++)
			rc = write_key(d, &w, m, i + 1, proposal->suites.suite[i]);
	}
	for (unsigned m = sdp->n_media; m < d->offer->n_media; m++)
		sl_call_sdp_missing(&w, d->offer->refused[m]);
	if (!rc)
		rc = sl_call_sdp_write(
			&w, sdp, d->leg[SL_TO]->interface, d->options, out, room, d->error);
	explicit_bzero(&w, sizeof(w));
	return rc;
}

/* One suite less for each medium that may do with fewer. False: there is none. */
static bool shorten(struct sl_draft *d)
{
	bool shorter = false;

	for (unsigned m = 0; m < d->offer->n_media; m++)
		if (d->offer->proposal[m].may_shorten)
			shorter |= sl_suite_list_shorten(&d->offer->proposal[m].suites);
	return shorter;
}

/* Keys must not be what pushes an INVITE that fitted into one packet over the MTU. */
static ssize_t write_short_offer(
	struct sl_draft *d, const struct sl_sdp *sdp, char *out, size_t room)
{
	bool fits = d->options->sdp.len <= SL_SDP_ONE_MTU;
	ssize_t len = write_offer(d, sdp, out, room);

	while (fits && len > SL_SDP_ONE_MTU && shorten(d))
		len = write_offer(d, sdp, out, room);
	return len;
}

/* The party that had no tag yet makes itself known. All or nothing. */
static int name_parties(struct sl_leg *from, struct sl_leg *to, const struct sl_request *o)
{
	bool nameless = !from->tag;

	if (nameless && sl_leg_name(from, o->from_tag))
		return -ENOMEM;
	if (to->tag || !o->to_tag.at || !sl_leg_name(to, o->to_tag))
		return 0;
	if (nameless) {
		free(from->tag);
		from->tag = NULL;
	}
	return -ENOMEM;
}

/* Whatever can fail comes first. */
static int commit(struct sl_draft *d, const struct sl_sdp *sdp)
{
	const struct sl_request *o = d->options;
	struct sl_leg *from = d->leg[SL_FROM], *to = d->leg[SL_TO];
	struct sl_call *call = d->call;
	char *branch = o->via_branch.at ? sl_text_copy(o->via_branch) : NULL;
	char *label = o->label.at ? sl_text_copy(o->label) : NULL;

	if ((o->via_branch.at && !branch) || (o->label.at && !label) || name_parties(from, to, o)) {
		free(branch);
		free(label);
		return sl_out_of_memory(d->error);
	}
	sl_leg_label(from, label);
	if (o->block_dtmf)
		from->blocks |= SL_BLOCK_DTMF;
	if (d->offer->open && branch) {
		free(to->branch);
		to->branch = branch;
	} else {
		free(branch);
	}
	for (int side = SL_FROM; side <= SL_TO; side++)
		for (unsigned m = 0; m < sdp->n_media; m++) {
			struct sl_leg_media *media = &d->leg[side]->media[m];

			snprintf(media->kind, sizeof(media->kind), "%.*s",
				(int)sdp->media[m].type.len, sdp->media[m].type.at);
			memcpy(media->refused, d->offer->refused[m], sizeof(media->refused));
			if (!media->ports)
				media->ports = sl_port_pair_ref(d->offer->ports[side][m]);
		}
	if (o->tos >= 0)
		call->tos = (uint8_t)o->tos;
	d->offer->serial = ++call->offers;
	d->offer->said = ++call->said;
	sl_leg_offer(d->sessions->env.crypto, to, d->offer);
	call->deleted = false;
	if (sl_call_connected(call))
		sl_session_keep(d->sessions, call);
	else
		sl_session_wait(d->sessions, call);
	sl_watch_offered(call);
	return 0;
}

ssize_t sl_offer(struct sl_sessions *sessions, const struct sl_request *options, char *out,
	size_t room, struct sl_error *error)
{
	struct sl_draft d = {.sessions = sessions, .options = options, .error = error};
	struct sl_sdp sdp;
	ssize_t len = sl_call_sdp_parse(&sdp, options, error);

	if (!len)
		len = sl_draft_parties(&d, &sdp);
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
	draft_drop(&d);
	return len;
}
