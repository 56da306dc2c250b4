/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/observe/why.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/flow/replay.h"

enum {
	RECENT = 5,   /* seconds: media passes */
	NOTABLE = 20, /* one in so many dropped is worth a word although others pass */
};

const char *const sl_cause_labels[SL_CAUSE_COUNT] = {
#define X(id, label) label,
	SL_CAUSES(X)
#undef X
};

static const char *const verdicts[SL_VERDICTS] = {[SL_FORWARD] = "",
#define X(id, label, text) [SL_DROP_##id] = text,
	SL_DROP_REASONS(X)
#undef X
};

static void say(struct sl_why *why, enum sl_cause cause, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void say(struct sl_why *why, enum sl_cause cause, const char *format, ...)
{
	va_list args;

	if (why->n == SL_WHY_MAX)
		return;
	why->list[why->n].cause = cause;
	va_start(args, format);
	vsnprintf(why->list[why->n].text, SL_WHY_TEXT, format, args);
	va_end(args);
	why->n++;
}

static bool passes(const struct sl_why_path *p)
{
	return p->last >= 0 && p->last <= RECENT;
}

static enum sl_cause cause_of(int verdict)
{
	switch (verdict) {
	case SL_DROP_SOURCE:
		return SL_CAUSE_UNEXPECTED_ADDRESS;
	case SL_DROP_AUTH:
		return SL_CAUSE_AUTHENTICATION;
	case SL_DROP_REPLAY:
	case SL_DROP_REPLAY_OLD:
	case SL_DROP_INDEX_REUSE:
		return SL_CAUSE_REPLAYED;
	case SL_DROP_NEIGHBOUR:
		return SL_CAUSE_NEIGHBOUR;
	case SL_DROP_LOOP:
		return SL_CAUSE_LOOP;
	case SL_DROP_RATE:
	case SL_DROP_RTCP_RATE:
	case SL_DROP_UNPROVEN:
	case SL_DROP_MARTIAN:
	case SL_DROP_DENIED:
	case SL_DROP_UNKNOWN_SOURCE:
	case SL_DROP_TTL:
	case SL_DROP_UNKNOWN_TOTAL:
		return SL_CAUSE_POLICED;
	default:
		return SL_CAUSE_DROPPED;
	}
}

static void say_auth(struct sl_why *why, const struct sl_why_path *p, uint32_t n)
{
	char since[64] = "", key[96];

	if (p->failing >= 0)
		snprintf(since, sizeof(since), " for %" PRId64 " s", p->failing);
	if (p->keyed_round)
		snprintf(key, sizeof(key), "re-INVITE %u, %" PRId64 " s ago, which changed its key",
			p->keyed_round, p->keyed);
	else
		snprintf(key, sizeof(key), "the call was answered, %" PRId64 " s ago", p->keyed);
	say(why, SL_CAUSE_AUTHENTICATION,
		"%s: authentication of what %s sends fails%s (%" PRIu32
		" packets); %s since %s: %s",
		p->kind, p->from, since, n, p->heard ? "it began" : "none has passed", key,
		p->heard || n > SL_ROC_SEARCH
			? "it does not protect with the key of its SDP"
			: "its roll-over counter is still being tried out, or it does not protect "
			  "with the key of its SDP");
}

static void say_drop(struct sl_why *why, const struct sl_why_path *p, int verdict, uint32_t n)
{
	switch (cause_of(verdict)) {
	case SL_CAUSE_UNEXPECTED_ADDRESS:
		say(why, SL_CAUSE_UNEXPECTED_ADDRESS,
			"%s: %" PRIu32 " packets for %s came from an unexpected address%s%s; "
			"%s is expected at %s",
			p->kind, n, p->from, *p->other ? ", the last from " : "", p->other, p->from,
			p->expected);
		break;
	case SL_CAUSE_AUTHENTICATION:
		say_auth(why, p, n);
		break;
	case SL_CAUSE_REPLAYED:
		say(why, SL_CAUSE_REPLAYED, "%s: %" PRIu32 " packets from %s are replayed: %s",
			p->kind, n, p->from, verdicts[verdict]);
		break;
	case SL_CAUSE_POLICED:
		say(why, SL_CAUSE_POLICED, "%s: %" PRIu32 " packets from %s are policed away: %s",
			p->kind, n, p->from, verdicts[verdict]);
		break;
	case SL_CAUSE_NEIGHBOUR: /* said by say_hop, */
	case SL_CAUSE_LOOP:      /* by say_loop */
		break;
	default:
		say(why, SL_CAUSE_DROPPED, "%s: %" PRIu32 " packets from %s were dropped: %s",
			p->kind, n, p->from, verdicts[verdict]);
	}
}

static bool say_hop(struct sl_why *why, const struct sl_why_path *p)
{
	if (!p->no_hop)
		return false;
	say(why, SL_CAUSE_NEIGHBOUR,
		"%s: no neighbour answers on the way to %s at %s (ARP or ND of the next hop%s); "
		"%" PRIu32 " packets from %s could not be sent",
		p->kind, p->to, p->sent_to,
		p->hop_waits ? ", for which the kernel is asked in turn: calls name many such "
			       "addresses on that link"
			     : "",
		p->drops[SL_DROP_NEIGHBOUR], p->from);
	return true;
}

/* However few: those who signal have tied it, and what still passes has nowhere to go. */
static bool say_loop(struct sl_why *why, const struct sl_why_path *p)
{
	if (!p->drops[SL_DROP_LOOP])
		return false;
	say(why, SL_CAUSE_LOOP,
		"%s: %" PRIu32 " packets went round in a circle: what is sent to %s at %s comes "
		"back to this relay again and again",
		p->kind, p->drops[SL_DROP_LOOP], p->to, p->sent_to);
	return true;
}

/* The guard does not count by flow what it refuses for its source. */
static bool say_denied(struct sl_why *why, const struct sl_why_path *p)
{
	if (!*p->denied || passes(p))
		return false;
	say(why, SL_CAUSE_POLICED,
		"%s: all that comes from %s at %s is refused by the guard: deny %s", p->kind,
		p->from, p->expected, p->denied);
	return true;
}

/* The most first. True: something was said. */
static bool say_drops(struct sl_why *why, const struct sl_why_path *p)
{
	uint32_t left[SL_VERDICTS];
	unsigned before = why->n;

	memcpy(left, passes(p) ? p->drops : p->fresh, sizeof(left));
	left[SL_FORWARD] = left[SL_DROP_LOOP] = 0;
	if (*p->denied) /* said by say_denied */
		left[SL_DROP_DENIED] = 0;
	if (passes(p)) /* unknown sources and forgeries do no harm to media that passes */
		left[SL_DROP_SOURCE] = left[SL_DROP_AUTH] = 0;
	for (int round = 0; round < SL_VERDICTS; round++) {
		int most = SL_FORWARD + 1;

		for (int v = SL_FORWARD + 1; v < SL_VERDICTS; v++)
			if (left[v] > left[most])
				most = v;
		if (!left[most] || (passes(p) && (uint64_t)left[most] * NOTABLE < p->packets))
			break;
		say_drop(why, p, most, left[most]);
		left[most] = 0;
	}
	return why->n > before;
}

static void say_silence(
	struct sl_why *why, const struct sl_why_path *p, const struct sl_why_path *back)
{
	char ago[64] = "";

	if (p->last >= 0)
		snprintf(ago, sizeof(ago), " for %" PRId64 " s", p->last);
	if (back && passes(back) && p->last < 0)
		say(why, SL_CAUSE_ONE_WAY,
			"%s: %" PRIu64
			" packets were sent to %s at %s, and nothing comes back from it",
			p->kind, back->packets, p->from, back->sent_to);
	else
		say(why, SL_CAUSE_NO_PACKETS,
			"%s: no packet %s from %s%s; it is expected from %s at %s", p->kind,
			p->last >= 0 ? "has come" : "has been seen", p->from, ago, p->expected,
			p->local);
}

/* The same medium in the other direction. */
static const struct sl_why_path *back_of(const struct sl_why_call *call, unsigned i)
{
	const struct sl_why_path *p = &call->path[i];

	for (unsigned k = 0; k < call->n_paths; k++)
		if (k != i && !strcmp(call->path[k].kind, p->kind) &&
			!strcmp(call->path[k].from, p->to) && !strcmp(call->path[k].to, p->from))
			return &call->path[k];
	return NULL;
}

static void say_path(struct sl_why *why, const struct sl_why_call *call, unsigned i)
{
	const struct sl_why_path *p = &call->path[i];
	bool said;

	if (!p->active) {
		say(why, SL_CAUSE_REFUSED, "%s: refused or removed by a party (port 0)", p->kind);
		return;
	}
	if (p->held) {
		say(why, SL_CAUSE_HOLD,
			"%s: %s has put the call on hold (%s): nothing is expected "
			"from %s",
			p->kind, p->holder, p->held, p->from);
		return;
	}
	said = say_hop(why, p);
	said |= say_loop(why, p);
	said |= say_denied(why, p);
	said |= say_drops(why, p);
	if (!said && !passes(p))
		say_silence(why, p, back_of(call, i));
}

void sl_why(const struct sl_why_call *call, struct sl_why *why)
{
	why->n = 0;
	if (!call->known) {
		say(why, SL_CAUSE_NEVER_OFFERED,
			"the proxy has never offered this call here, or it has ended");
		return;
	}
	if (!call->answered)
		say(why, SL_CAUSE_NOT_ANSWERED, "offered %" PRId64 " s ago, and not answered",
			call->offered);
	for (unsigned i = 0; i < call->n_paths; i++)
		say_path(why, call, i);
}
