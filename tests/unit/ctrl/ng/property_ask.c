/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/ctrl/ng/property_ask.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/base/log.h"
#include "tests/unit/ctrl/ng/world_trace.h"
#include "tests/unit/unit_random.h"

unsigned long counts[KIND_COUNT];
static unsigned seed_now, n_steps;
static char story[1 << 22];
static size_t story_len;

static void vnote(const char *format, va_list args)
{
	char *at = story + story_len;

	if (sizeof(story) - story_len < 2 * TEXT)
		return;
	at += sprintf(at, "%4u %8.3f s  ", n_steps, (double)world.now / (double)SECOND);
	at += vsnprintf(at, TEXT, format, args);
	strcpy(at, "\n");
	story_len = (size_t)(at + 1 - story);
}

void note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vnote(format, args);
	va_end(args);
}

/* The relay's log is part of it. */
void __wrap_sl_log_event(
	enum sl_log_level level, const struct sl_log_fields *fields, const char *format, ...);

void __wrap_sl_log_event(
	enum sl_log_level level, const struct sl_log_fields *fields, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vnote(format, args);
	va_end(args);
}

void violated(const char *format, ...)
{
	char what[2 * TEXT + 256];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	fputs(story, stderr);
	fprintf(stderr, "step %u: %s\n", n_steps, what);
	story_again(stderr, seed_now);
	fail();
	__builtin_unreachable();
}

bool chance(unsigned percent)
{
	return unit_below(100) < percent;
}

void story_start(unsigned seed)
{
	seed_now = seed;
	n_steps = 0;
	story_len = 0;
}

void story_again(FILE *out, unsigned seed)
{
	const char *steps = getenv("SL_PROPERTY_STEPS");

	fprintf(out, "again: SL_PROPERTY_SEED=%u%s%s %s\n", seed,
		steps ? " SL_PROPERTY_STEPS=" : "", steps ? steps : "", program_invocation_name);
}

uint64_t story_digest(void)
{
	uint64_t digest = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (size_t i = 0; i < story_len; i++)
		digest = (digest ^ (unsigned char)story[i]) * UINT64_C(0x100000001b3);
	return digest;
}

void story_step(void)
{
	n_steps++;
}

struct text {
	char at[TEXT];
	size_t len;
};

static void put(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct text *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	t->len += (size_t)vsnprintf(t->at + t->len, TEXT - t->len, format, args);
	va_end(args);
	if (t->len >= TEXT)
		violated("a request is too long for the test");
}

static void put_string(struct text *t, const char *key, const char *value)
{
	if (*value)
		put(t, "%zu:%s%zu:%s", strlen(key), key, strlen(value), value);
}

static void write_request(const struct request *r, struct text *t)
{
	t->len = 0;
	put(t, "d");
	put_string(t, "call-id", r->call_id);
	put_string(t, "command", r->command);
	if (!strcmp(r->command, "delete"))
		put(t, "12:delete-delayi%ue", r->delay);
	put_string(t, "from-tag", r->from);
	put_string(t, "sdp", r->sdp);
	put_string(t, "to-tag", r->to);
	if (!strcmp(r->command, "offer"))
		put_string(t, "transport-protocol", r->secure ? "RTP/SAVP" : "RTP/AVP");
	put_string(t, "via-branch", r->branch);
	if (r->family >= 0)
		put_string(t, "address family", r->family == SL_IPV4 ? "IP4" : "IP6");
	put(t, "e");
}

/* Over UDP the same datagram is answered by the same bytes, and not acted on. */
void ask(const struct request *r, struct reply *reply)
{
	const struct sl_text id = {r->call_id, (uint32_t)strlen(r->call_id)};
	char before[TEXT], after[TEXT];
	size_t len = world_snapshot(id, before, sizeof(before));
	struct reply again;
	struct text text;
	uint64_t offers;

	write_request(r, &text);
	note("%s %s from '%s' to '%s' branch '%s'%s%s", r->command, r->call_id, r->from, r->to,
		r->branch, r->family < 0 ? "" : " address family",
		strcmp(r->command, "delete") || !r->delay ? "" : " later");
	if (getenv("SL_PROPERTY_SDP"))
		note("%s\n%s", r->call_id, r->sdp);
	if (!client_ask(text.at, reply))
		violated("no reply");
	if (!reply->ok) {
		note("  refused: %s", reply->why);
		if (world_snapshot(id, after, sizeof(after)) != len ||
			memcmp(before, after, len) != 0)
			violated("what was refused has changed the call:\n%.*s\n%.*s", (int)len,
				before, (int)world_snapshot(id, after, sizeof(after)), after);
	}
	if (!chance(25))
		return;
	counts[repeated]++;
	offers = world.ng.count[SL_NG_offer].requests;
	if (!client_ask_again(&again) || strcmp(again.text, reply->text) != 0)
		violated("the same datagram gets another reply");
	if (world.ng.count[SL_NG_offer].requests != offers)
		violated("the same datagram is acted on twice");
}

void moves_report(void)
{
	static const char *const names[KIND_COUNT] = {
#define X(id) #id,
		KINDS(X)
#undef X
	};

	for (int i = 0; i < KIND_COUNT; i++)
		print_message("%8lu %s\n", counts[i], names[i]);
}
