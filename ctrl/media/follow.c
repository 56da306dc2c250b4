/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/media/follow.h"

#include <stdio.h>
#include <string.h>

#include "ctrl/base/log.h"
#include "ctrl/call/leg.h"
#include "ctrl/media/connect.h"
#include "dataplane/path/event.h"

enum { EVENTS = 256 };

/* True: what is sent to the leg goes to another place than it should; on hold, it goes nowhere. */
static bool astray(
	const struct sl_call *call, const struct sl_leg_media *m, const struct sl_leg_media *other)
{
	const struct sl_endpoint *sent = other->path.spec.destination;
	struct sl_endpoint remote[SL_COMPONENTS];
	char from[SL_ENDPOINT_TEXT], to[SL_ENDPOINT_TEXT];
	bool moved = false;

	sl_leg_remote(m, &m->params, remote);
	for (int c = 0; c < SL_COMPONENTS && !m->params.held; c++) {
		if (sl_endpoint_equal(&remote[c], &sent[c]))
			continue;
		sl_endpoint_text(remote[c].ip, remote[c].port, to);
		sl_endpoint_text(sent[c].ip, sent[c].port, from);
		SL_LOG_LIMITED_EVENT(SL_LOG_INFO, SL_FIELDS(.call = call->id, .addr = to),
			"call %s: %s comes from %s and is sent there, not to %s",
			sl_word(call->id).text, c == SL_RTP ? "RTP" : "RTCP", to, from);
		moved = true;
	}
	return moved;
}

static void follow(
	struct sl_sessions *sessions, struct sl_call *call, struct sl_leg *here, unsigned m)
{
	const struct sl_leg *there = here->peer;
	struct sl_error error = {0};

	if (!there || m >= here->n_media || m >= there->n_media || !here->media[m].path.live ||
		!there->media[m].path.live || !astray(call, &here->media[m], &there->media[m]))
		return;
	if (sl_reconnect(sessions, call, here, &error))
		SL_LOG_LIMITED_EVENT(SL_LOG_WARNING,
			SL_FIELDS(.call = call->id, .leg = here->tag,
				.medium = sl_decimal(m + 1).text, .reason = error.text),
			"call %s: media does not follow its endpoint: %s", sl_word(call->id).text,
			error.text);
}

static void follow_cookie(struct sl_sessions *sessions, uint64_t cookie)
{
	struct sl_call *call = sl_session_by_serial(sessions, cookie >> SL_COOKIE_SHIFT);

	for (unsigned i = 0; call && i < call->n_legs; i++)
		if (call->leg[i]->cookie == (cookie & ~(uint64_t)(SL_MAX_MEDIA - 1)))
			follow(sessions, call, call->leg[i], cookie % SL_MAX_MEDIA);
}

static void follow_call(const struct sl_call *call, void *context)
{
	for (unsigned i = 0; i < call->n_legs; i++)
		for (unsigned m = 0; m < call->leg[i]->n_media; m++)
			follow(context, (struct sl_call *)call, call->leg[i], m);
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
