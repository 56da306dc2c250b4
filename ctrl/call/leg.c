/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/call/leg.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctrl/call/port_pair.h"
#include "dataplane/base/media_address.h"

char *sl_text_copy(struct sl_text text)
{
	if (memchr(text.at, '\0', text.len))
		return NULL;
	return strndup(text.at, text.len);
}

struct sl_leg *sl_call_leg(const struct sl_call *call, struct sl_text tag)
{
	for (unsigned i = 0; i < call->n_legs; i++)
		if (call->leg[i]->tag && sl_text_is(tag, call->leg[i]->tag))
			return call->leg[i];
	return NULL;
}

bool sl_legs_partners(const struct sl_leg *a, const struct sl_leg *b)
{
	return a->peer == b || (a->offer && a->offer->from == b) ||
	       (b->offer && b->offer->from == a);
}

bool sl_leg_has_branch(const struct sl_leg *leg, struct sl_text branch)
{
	return branch.at && leg->branch && sl_text_is(branch, leg->branch);
}

struct sl_leg *sl_call_nameless(const struct sl_call *call, const struct sl_leg *partner)
{
	for (unsigned i = call->n_legs; i-- > 0;)
		if (!call->leg[i]->tag && call->leg[i] != partner &&
			sl_legs_partners(call->leg[i], partner))
			return call->leg[i];
	return NULL;
}

struct sl_leg *sl_call_other(const struct sl_call *call, const struct sl_leg *leg)
{
	if (leg->peer)
		return leg->peer;
	for (unsigned i = call->n_legs; i-- > 0;)
		if (call->leg[i] != leg && sl_legs_partners(call->leg[i], leg))
			return call->leg[i];
	return NULL;
}

bool sl_call_offered(const struct sl_call *call)
{
	for (unsigned i = 0; i < call->n_legs; i++)
		if (call->leg[i]->offer && !call->leg[i]->answered)
			return true;
	return false;
}

int sl_leg_name(struct sl_leg *leg, struct sl_text tag)
{
	char *copy = sl_text_copy(tag);

	if (!copy)
		return -ENOMEM;
	free(leg->tag);
	leg->tag = copy;
	return 0;
}

void sl_leg_label(struct sl_leg *leg, char *label)
{
	if (!label)
		return;
	free(leg->label);
	leg->label = label;
}

static bool has_cookie(const struct sl_call *call, uint64_t cookie)
{
	for (unsigned i = 0; i < call->n_legs; i++)
		if (call->leg[i]->cookie == cookie)
			return true;
	return false;
}

/* Parties of a long call come and go: the cookie tells those that it has apart. */
static uint64_t free_cookie(struct sl_call *call)
{
	uint64_t cookie;

	static_assert((unsigned)SL_MAX_LEGS <= SL_COOKIE_LEGS, "there is a free one");
	do
		cookie = call->serial << SL_COOKIE_SHIFT |
			 call->next_cookie++ % SL_COOKIE_LEGS * SL_MAX_MEDIA;
	while (has_cookie(call, cookie));
	return cookie;
}

struct sl_leg *sl_call_leg_add(
	struct sl_call *call, struct sl_text tag, const struct sl_interface *interface)
{
	struct sl_leg *leg, **legs;

	if (call->n_legs == SL_MAX_LEGS)
		return NULL;
	legs = realloc(call->leg, (call->n_legs + 1) * sizeof(struct sl_leg *));
	if (!legs)
		return NULL;
	call->leg = legs;
	leg = calloc(1, sizeof(*leg));
	if (!leg)
		return NULL;
	if (tag.at && sl_leg_name(leg, tag)) {
		free(leg);
		return NULL;
	}
	leg->interface = interface;
	leg->created = time(NULL);
	leg->cookie = free_cookie(call);
	call->leg[call->n_legs++] = leg;
	return leg;
}

static void tracks_free(struct sl_quality_track *tracks)
{
	while (tracks) {
		struct sl_quality_track *next = tracks->next;

		free(tracks);
		tracks = next;
	}
}

void sl_leg_free(const struct sl_crypto_backend *crypto, struct sl_leg *leg)
{
	if (!leg)
		return;
	sl_leg_offer(crypto, leg, NULL);
	for (unsigned i = 0; i < leg->n_media; i++) {
		sl_port_pair_put(crypto, leg->media[i].ports);
		tracks_free(leg->media[i].tracks);
		free(leg->media[i].watch.drops);
	}
	if (leg->media)
		explicit_bzero(leg->media, leg->n_media * sizeof(*leg->media));
	free(leg->media);
	free(leg->branch);
	free(leg->label);
	free(leg->tag);
	free(leg);
}

bool sl_call_connected(const struct sl_call *call)
{
	for (unsigned i = 0; i < call->n_legs; i++)
		if (call->leg[i]->peer)
			return true;
	return false;
}

/* Nothing is sent where nothing would be sent if SDP said so. */
static bool may_be_sent_to(const struct sl_endpoint *endpoint)
{
	return endpoint->port && !sl_address_refused(endpoint->ip) &&
	       !sl_address_is_ours(endpoint->ip);
}

/* Is what the leg's flow learns what a flow with those media parameters would know? */
static bool learns(const struct sl_path *path, const struct sl_media_params *params)
{
	return path->flow && !params->source.asymmetric &&
	       !path->spec.in_suite == !params->theirs.suite;
}

void sl_leg_remote(const struct sl_leg_media *media, const struct sl_media_params *params,
	struct sl_endpoint remote[SL_COMPONENTS])
{
	const struct sl_path *path = &media->path;
	struct sl_latch_report report;

	sl_media_params_remote(params, remote);
	for (int c = 0; c < SL_COMPONENTS && learns(path, params); c++) {
		if (!sl_endpoint_equal(&path->spec.source[c], &remote[c]))
			continue;
		sl_flow_source(path->flow, c, &report);
		if (may_be_sent_to(&report.current))
			remote[c] = report.current;
	}
}

void sl_media_params_recall(struct sl_media_params *params, const struct sl_leg *leg, unsigned m,
	const struct sl_port_pair *ports)
{
	const struct sl_media_params *before;

	if (!params->held || m >= leg->n_media)
		return;
	before = &leg->media[m].params;
	if (before->active && before->media &&
		(!ports || sl_address_family(before->remote[SL_RTP].ip) == ports->family))
		memcpy(params->remote, before->remote, sizeof(params->remote));
}

void sl_media_params_source(struct sl_media_params *params, const struct sl_source_options *options)
{
	params->source = *options;
	if (!params->active || !params->media || params->held)
		return;
	for (int c = 0; c < SL_COMPONENTS; c++)
		sl_source_address(options, params->remote[c].ip);
}

void sl_media_params_remote(
	const struct sl_media_params *params, struct sl_endpoint remote[SL_COMPONENTS])
{
	remote[SL_RTP] = params->remote[SL_RTP];
	remote[SL_RTCP] = params->remote[params->mux ? SL_RTP : SL_RTCP];
}

int sl_payload_find(const struct sl_payload payloads[SL_PAYLOADS], uint8_t type)
{
	for (int i = 0; i < SL_PAYLOADS && payloads[i].hz; i++)
		if (payloads[i].type == type)
			return i;
	return -1;
}

void sl_media_params_clocks(const struct sl_media_params *from, const struct sl_media_params *to,
	struct sl_payload payloads[SL_PAYLOADS])
{
	unsigned n = 0;

	memcpy(payloads, to->payloads, sizeof(to->payloads));
	while (n < SL_PAYLOADS && payloads[n].hz)
		n++;
	for (int i = 0; i < SL_PAYLOADS && from->payloads[i].hz && n < SL_PAYLOADS; i++)
		if (sl_payload_find(to->payloads, from->payloads[i].type) < 0)
			payloads[n++] = from->payloads[i];
}

int sl_leg_media_room(struct sl_leg *leg, unsigned n_media)
{
	struct sl_leg_media *media;

	if (n_media <= leg->n_media)
		return 0;
	media = calloc(n_media, sizeof(*media));
	if (!media)
		return -ENOMEM;
	if (leg->media) {
		memcpy(media, leg->media, leg->n_media * sizeof(*media));
		explicit_bzero(leg->media, leg->n_media * sizeof(*media));
		free(leg->media);
	}
	leg->media = media;
	leg->n_media = n_media;
	return 0;
}

struct sl_offer *sl_offer_ref(struct sl_offer *offer)
{
	if (offer)
		offer->refs++;
	return offer;
}

void sl_offer_put(const struct sl_crypto_backend *crypto, struct sl_offer *offer)
{
	if (!offer || --offer->refs)
		return;
	for (unsigned m = 0; m < offer->n_media; m++) {
		for (int side = SL_FROM; side <= SL_TO; side++)
			sl_port_pair_put(crypto, offer->ports[side][m]);
		for (int i = 0; i < SL_SUITE_COUNT; i++)
			sl_session_key_put(crypto, offer->proposal[m].key[i]);
	}
	explicit_bzero(offer->params, offer->n_media * sizeof(*offer->params));
	free(offer);
}

void sl_leg_offer(
	const struct sl_crypto_backend *crypto, struct sl_leg *leg, struct sl_offer *offer)
{
	struct sl_offer *old = leg->offer;

	leg->offer = offer;
	leg->answered = false;
	sl_offer_put(crypto, old);
}
