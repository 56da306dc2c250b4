/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/session.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctrl/install.h"
#include "ctrl/log.h"
#include "dataplane/pinhole.h"
#include "dataplane/port.h"

#define SECOND UINT64_C(1000000000)

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct sl_call *)a)->id, ((const struct sl_call *)b)->id);
}

static int compare_serial(const void *a, const void *b)
{
	uint64_t x = ((const struct sl_call *)a)->serial, y = ((const struct sl_call *)b)->serial;

	return (x > y) - (x < y);
}

/* NULL: out of memory, or the text holds a NUL. */
static char *text_copy(struct sl_text text)
{
	if (memchr(text.at, '\0', text.len))
		return NULL;
	return strndup(text.at, text.len);
}

void sl_sessions_init(struct sl_sessions *sessions, const struct sl_session_env *env)
{
	memset(sessions, 0, sizeof(*sessions));
	sessions->env = *env;
	TAILQ_INIT(&sessions->due);
}

void sl_sessions_fini(struct sl_sessions *sessions)
{
	while (sessions->tree)
		sl_session_delete(sessions, *(struct sl_call **)sessions->tree);
}

struct sl_call *sl_session_find(const struct sl_sessions *sessions, struct sl_text id)
{
	char name[SL_MAX_NAME + 1];
	struct sl_call key = {.id = name};
	void *found;

	if (!id.at || id.len > SL_MAX_NAME || memchr(id.at, '\0', id.len))
		return NULL;
	memcpy(name, id.at, id.len);
	name[id.len] = '\0';
	found = tfind(&key, &sessions->tree, compare);
	return found ? *(struct sl_call **)found : NULL;
}

struct sl_call *sl_session_by_serial(const struct sl_sessions *sessions, uint64_t serial)
{
	const struct sl_call key = {.serial = serial};
	void *found = tfind(&key, &sessions->by_serial, compare_serial);

	return found ? *(struct sl_call **)found : NULL;
}

struct sl_call *sl_session_add(struct sl_sessions *sessions, struct sl_text id)
{
	struct sl_call *call = calloc(1, sizeof(*call));

	if (!call)
		return NULL;
	call->id = text_copy(id);
	if (!call->id || !tsearch(call, &sessions->tree, compare))
		goto free_call;
	call->serial = ++sessions->created;
	if (!tsearch(call, &sessions->by_serial, compare_serial))
		goto remove;
	call->created = time(NULL);
	sessions->n++;
	return call;
remove:
	tdelete(call, &sessions->tree, compare);
free_call:
	free(call->id);
	free(call);
	return NULL;
}

void sl_offer_clear(struct sl_offer *offer)
{
	if (offer->from)
		explicit_bzero(offer->from, offer->n_media * sizeof(*offer->from));
	free(offer->from);
	free(offer->proposal);
	memset(offer, 0, sizeof(*offer));
}

static void leg_free(struct sl_leg *leg)
{
	if (!leg)
		return;
	for (unsigned i = 0; i < leg->n_media; i++) {
		struct sl_leg_media *m = &leg->media[i];

		if (m->local.interface)
			sl_interface_give(m->local.interface, m->local.family, m->local.rtp);
		if (m->ours)
			explicit_bzero(m->ours, m->n_ours * sizeof(*m->ours));
		free(m->ours);
	}
	if (leg->media)
		explicit_bzero(leg->media, leg->n_media * sizeof(*leg->media));
	free(leg->media);
	free(leg->tag);
	free(leg);
}

void sl_session_delete(struct sl_sessions *sessions, struct sl_call *call)
{
	sl_session_keep(sessions, call);
	tdelete(call, &sessions->tree, compare);
	tdelete(call, &sessions->by_serial, compare_serial);
	sessions->n--;
	sl_uninstall(sessions, call);
	sl_offer_clear(&call->offer);
	leg_free(call->leg[0]);
	leg_free(call->leg[1]);
	free(call->kind);
	free(call->id);
	free(call);
}

void sl_session_keep(struct sl_sessions *sessions, struct sl_call *call)
{
	if (call->deadline)
		TAILQ_REMOVE(&sessions->due, call, due);
	call->deadline = 0;
}

void sl_session_expire(struct sl_sessions *sessions, struct sl_call *call, uint64_t seconds)
{
	sl_session_keep(sessions, call);
	call->deadline = sl_clock() + seconds * SECOND;
	TAILQ_INSERT_TAIL(&sessions->due, call, due);
}

void sl_sessions_tick(struct sl_sessions *sessions)
{
	uint64_t now = sl_clock();
	struct sl_call *call, *next;

	for (call = TAILQ_FIRST(&sessions->due); call; call = next) {
		next = TAILQ_NEXT(call, due);
		if (call->deadline > now)
			continue;
		if (!call->deleted) {
			sessions->timeouts++;
			sl_log(SL_LOG_INFO, "a call whose offer got no answer in %d s is ended",
				SL_OFFER_TIMEOUT);
		}
		sl_session_delete(sessions, call);
	}
}

struct walk {
	void (*visit)(const struct sl_call *call, void *context);
	void *context;
};

static void walk_node(const void *node, VISIT visit, void *closure)
{
	const struct walk *walk = closure;

	if (visit == postorder || visit == leaf)
		walk->visit(*(struct sl_call *const *)node, walk->context);
}

void sl_sessions_walk(const struct sl_sessions *sessions,
	void (*visit)(const struct sl_call *call, void *context), void *context)
{
	struct walk walk = {visit, context};

	twalk_r(sessions->tree, walk_node, &walk);
}

struct sl_leg *sl_call_leg(const struct sl_call *call, struct sl_text tag)
{
	for (int i = 0; i < 2; i++)
		if (call->leg[i] && call->leg[i]->tag && sl_text_is(tag, call->leg[i]->tag))
			return call->leg[i];
	return NULL;
}

struct sl_leg *sl_call_other(const struct sl_call *call, const struct sl_leg *leg)
{
	return call->leg[call->leg[0] == leg];
}

int sl_leg_name(struct sl_leg *leg, struct sl_text tag)
{
	char *copy = text_copy(tag);

	if (!copy)
		return -ENOMEM;
	free(leg->tag);
	leg->tag = copy;
	return 0;
}

struct sl_leg *sl_call_leg_add(
	struct sl_call *call, struct sl_text tag, const struct sl_interface *interface)
{
	struct sl_leg *leg = calloc(1, sizeof(*leg));

	if (!leg)
		return NULL;
	if (tag.at && sl_leg_name(leg, tag)) {
		free(leg);
		return NULL;
	}
	leg->interface = interface;
	leg->created = time(NULL);
	leg->cookie = call->serial << SL_COOKIE_SHIFT | (call->leg[0] ? SL_MAX_MEDIA : 0);
	call->leg[call->leg[0] != NULL] = leg;
	return leg;
}

/* Nothing is sent where nothing would be sent if SDP said so. */
static bool may_be_sent_to(const struct sl_endpoint *endpoint)
{
	for (unsigned i = 0; i < sl_n_addresses; i++)
		if (!memcmp(sl_addresses[i].ip, endpoint->ip, 16))
			return false;
	return endpoint->port && !sl_address_refused(endpoint->ip);
}

/* Is what the leg's flow learns what a flow with those terms would know? */
static bool learns(const struct sl_path *path, const struct sl_terms *terms)
{
	return path->flow && !terms->source.asymmetric &&
	       !path->spec.in_suite == !terms->theirs.suite;
}

void sl_leg_remote(const struct sl_leg_media *media, const struct sl_terms *terms,
	struct sl_endpoint remote[SL_COMPONENTS])
{
	const struct sl_path *path = &media->path;
	struct sl_latch_report report;

	sl_terms_remote(terms, remote);
	for (int c = 0; c < SL_COMPONENTS && learns(path, terms); c++) {
		if (!sl_endpoint_equal(&path->spec.source[c], &remote[c]))
			continue;
		sl_flow_source(path->flow, c, &report);
		if (may_be_sent_to(&report.current))
			remote[c] = report.current;
	}
}

void sl_terms_source(struct sl_terms *terms, const struct sl_source_options *options)
{
	terms->source = *options;
	if (!terms->active || !terms->media || terms->held)
		return;
	for (int c = 0; c < SL_COMPONENTS; c++)
		sl_source_address(options, terms->remote[c].ip);
}

void sl_terms_remote(const struct sl_terms *terms, struct sl_endpoint remote[SL_COMPONENTS])
{
	remote[SL_RTP] = terms->remote[SL_RTP];
	remote[SL_RTCP] = terms->remote[terms->mux ? SL_RTP : SL_RTCP];
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

static struct sl_our_key *our_key_room(struct sl_leg_media *m)
{
	struct sl_our_key *ours = calloc(m->n_ours + 1, sizeof(*ours));

	if (!ours)
		return NULL;
	if (m->ours) {
		memcpy(ours, m->ours, m->n_ours * sizeof(*ours));
		explicit_bzero(m->ours, m->n_ours * sizeof(*ours));
		free(m->ours);
	}
	m->ours = ours;
	return &ours[m->n_ours++];
}

const struct sl_master *sl_leg_our_key(struct sl_leg_media *m, enum sl_suite suite)
{
	struct sl_our_key *key = NULL;
	struct sl_master fresh;

	for (unsigned i = 0; i < m->n_ours && !key; i++)
		if (m->ours[i].master.suite == suite)
			key = &m->ours[i];
	if (key && !key->spent)
		return &key->master;
	if (sl_master_random(&fresh, suite))
		return NULL;
	if (!key)
		key = our_key_room(m);
	if (key) {
		key->master = fresh;
		key->spent = false;
	}
	explicit_bzero(&fresh, sizeof(fresh));
	return key ? &key->master : NULL;
}
