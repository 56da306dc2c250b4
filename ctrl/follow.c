/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/follow.h"

#include <stdio.h>
#include <string.h>

#include "ctrl/install.h"
#include "ctrl/log.h"
#include "dataplane/event.h"

enum { EVENTS = 256, ENDPOINT_TEXT = SL_ADDRESS_TEXT + 9 };

static const char *endpoint_text(const struct sl_endpoint *endpoint, char text[ENDPOINT_TEXT])
{
	char address[SL_ADDRESS_TEXT];

	snprintf(text, ENDPOINT_TEXT, sl_address_is_ipv4(endpoint->ip) ? "%s:%u" : "[%s]:%u",
		sl_address_text(endpoint->ip, address), endpoint->port);
	return text;
}

/* True: what is sent to the leg goes to another place than it should. */
static bool astray(
	const struct sl_call *call, const struct sl_leg_media *m, const struct sl_leg_media *other)
{
	const struct sl_endpoint *sent = other->path.spec.destination;
	struct sl_endpoint remote[SL_COMPONENTS];
	char from[ENDPOINT_TEXT], to[ENDPOINT_TEXT];
	bool moved = false;

	sl_leg_remote(m, &m->terms, remote);
	for (int c = 0; c < SL_COMPONENTS; c++) {
		if (sl_endpoint_equal(&remote[c], &sent[c]))
			continue;
		SL_LOG_LIMITED(SL_LOG_INFO,
			"call %s: %s comes from %s and is sent there, not to %s", call->id,
			c == SL_RTP ? "RTP" : "RTCP", endpoint_text(&remote[c], to),
			endpoint_text(&sent[c], from));
		moved = true;
	}
	return moved;
}

/* The call as it is, but for where its media is sent. */
static void redirect(struct sl_sessions *sessions, struct sl_call *call)
{
	struct sl_terms terms[2][SL_MAX_MEDIA];
	const struct sl_terms *const both[2] = {terms[0], terms[1]};
	unsigned n = call->leg[0]->n_media < call->leg[1]->n_media ? call->leg[0]->n_media
								   : call->leg[1]->n_media;
	char why[SL_NG_WHY] = "";

	for (int side = 0; side < 2; side++)
		for (unsigned m = 0; m < n; m++)
			terms[side][m] = call->leg[side]->media[m].terms;
	if (sl_install(sessions, call->leg, both, n, why))
		SL_LOG_LIMITED(SL_LOG_WARNING, "call %s: media does not follow its endpoint: %s",
			call->id, why);
	explicit_bzero(terms, sizeof(terms));
}

static void follow(struct sl_sessions *sessions, struct sl_call *call, int leg, unsigned m)
{
	const struct sl_leg *here = call->leg[leg], *there = call->leg[!leg];

	if (here && there && m < here->n_media && m < there->n_media && here->media[m].path.live &&
		there->media[m].path.live && astray(call, &here->media[m], &there->media[m]))
		redirect(sessions, call);
}

static void follow_cookie(struct sl_sessions *sessions, uint64_t cookie)
{
	struct sl_call *call = sl_session_by_serial(sessions, cookie >> SL_COOKIE_SHIFT);

	if (call)
		follow(sessions, call, cookie / SL_MAX_MEDIA % 2, cookie % SL_MAX_MEDIA);
}

static void follow_call(const struct sl_call *call, void *context)
{
	for (int i = 0; i < 2; i++)
		for (unsigned m = 0; m < call->n_media; m++)
			follow(context, (struct sl_call *)call, i, m);
}

void sl_follow_poll(struct sl_sessions *sessions)
{
	struct sl_event events[EVENTS];
	unsigned n = sl_events_take(events, EVENTS);
	uint64_t lost = sl_events_lost();

	for (unsigned i = 0; i < n; i++)
		follow_cookie(sessions, events[i].cookie);
	if (lost == sessions->events_lost)
		return;
	sessions->events_lost = lost;
	sl_sessions_walk(sessions, follow_call, sessions);
}
