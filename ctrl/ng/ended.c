/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ng/ended.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctrl/ng/query.h"
#include "ctrl/observe/snapshot.h"
#include "ctrl/observe/why.h"
#include "dataplane/base/clock.h"

enum { ROOM = 30 * 1024 }; /* what `query` may answer */

static void forget(struct sl_ended_call *c)
{
	free(c->id);
	free(c->why);
	for (int i = 0; i < 2; i++)
		free(c->members[i].text);
	memset(c, 0, sizeof(*c));
}

/* The dictionary without its first and last byte. */
static bool write_members(struct sl_ended_call *c, const struct sl_call *call,
	const struct sl_why *why, enum sl_reply_format format)
{
	char room[ROOM];
	struct sl_reply reply;
	ssize_t len;

	sl_reply_start(&reply, room, sizeof(room), format);
	sl_reply_dict(&reply);
	sl_query_call(&reply, call, why);
	sl_reply_end(&reply);
	len = sl_reply_finish(&reply);
	if (len < 2)
		return false;
	c->members[format].len = (size_t)len - 2;
	c->members[format].text = malloc(c->members[format].len + 1);
	if (!c->members[format].text)
		return false;
	memcpy(c->members[format].text, room + 1, c->members[format].len);
	c->members[format].text[c->members[format].len] = '\0';
	return true;
}

static struct sl_why *keep_why(const struct sl_why *why)
{
	size_t size = offsetof(struct sl_why, list) + why->n * sizeof(why->list[0]);
	struct sl_why *kept = malloc(size);

	return kept ? memcpy(kept, why, size) : NULL;
}

void sl_ended_keep(struct sl_ended *ended, const struct sl_sessions *sessions,
	const struct sl_call *call, const char *reason, unsigned seconds)
{
	struct sl_ended_call *c = &ended->call[ended->next];
	struct sl_why why;

	if (!seconds)
		return;
	forget(c);
	sl_call_why(sessions, call, &why);
	c->id = strdup(call->id);
	c->why = keep_why(&why);
	if (!c->id || !c->why || !write_members(c, call, &why, SL_REPLY_BENCODE) ||
		!write_members(c, call, &why, SL_REPLY_JSON)) {
		forget(c);
		return;
	}
	c->until = sl_clock() + seconds * UINT64_C(1000000000);
	c->ended = time(NULL);
	snprintf(c->reason, sizeof(c->reason), "%s", reason);
	ended->next = (ended->next + 1) % SL_ENDED_MAX;
}

const struct sl_ended_call *sl_ended_find(const struct sl_ended *ended, struct sl_text id)
{
	uint64_t now = sl_clock();

	/* The latest first: a call-id may come again. */
	for (unsigned i = 0; i < SL_ENDED_MAX; i++) {
		unsigned at = (ended->next + 2 * SL_ENDED_MAX - 1 - i) % SL_ENDED_MAX;
		const struct sl_ended_call *c = &ended->call[at];

		if (c->id && c->until > now && id.at && sl_text_is(id, c->id))
			return c;
	}
	return NULL;
}

void sl_ended_write(struct sl_reply *reply, const struct sl_ended_call *call)
{
	sl_reply_key_integer(reply, "ended", call->ended);
	sl_reply_key_string(reply, "reason", call->reason);
	sl_reply_members(
		reply, call->members[reply->format].text, call->members[reply->format].len);
}

void sl_ended_fini(struct sl_ended *ended)
{
	for (unsigned i = 0; i < SL_ENDED_MAX; i++)
		forget(&ended->call[i]);
}
