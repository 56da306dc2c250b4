/* SPDX-License-Identifier: BSD-3-Clause */
#include "call_life.h"

#include <string.h>

#include "call_judge.h"
#include "dataplane/flow/ssrc_ext.h"
#include "dataplane/path/pool.h"
#include "tests/unit/ctrl/ng/world_keys.h"

/* The first step sets the life up: what the operator has configured, what memory there is, how it
 * ends. */
static void set_up(const struct step *s)
{
	static const enum sl_suite least[4] = {SL_SUITE_NONE, SL_SUITE_AES_CM_128_HMAC_SHA1_80,
		SL_SUITE_AES_256_CM_HMAC_SHA1_80, SL_SUITE_AEAD_AES_128_GCM};
	const struct sl_timers timers = {.media = 20,
		.silent = 60,
		.offer = 40,
		.notice = 5,
		.kept = 20,
		.final = s->a[1] & 0x80 ? 100 : 0};
	struct sl_limits limits = {0};
	unsigned pairs = s->a[2] ? 2 + s->a[2] % (PAIRS - 2) : PAIRS;

	limits.sessions = s->a[3] % (CALLS + 1);
	limits.reserve = s->a[3] >> 7;
	world.config.strict_source = s->a[1] & 1;
	world.config.secure_only = s->a[1] & 2;
	world.config.min_suite = least[s->a[1] >> 2 & 3];
	world.config.port_max = (uint16_t)(FIRST_PORT + 2 * pairs - 1);
	world_open(&timers, &limits);
	memory_fail(s->a[4]);
}

static void wait_for(const struct step *s)
{
	uint64_t units[4] = {SECOND / 1000, SECOND / 10, SECOND, SECOND / 1000};
	uint64_t ns = s->a[1] * units[s->a[0] & 3];

	note("%llu ms go by", (unsigned long long)(ns / 1000000));
	world_wait(ns);
}

static void take(const struct step *s)
{
	switch (s->op) {
	case OP_OFFER:
	case OP_ANSWER:
		ask_offer(s, s->op == OP_ANSWER);
		break;
	case OP_DELETE:
		ask_delete(s);
		break;
	case OP_COMMAND:
		ask_command(s);
		break;
	case OP_WAIT:
		wait_for(s);
		break;
	case OP_TALK:
		talk(s);
		break;
	default:
		draft_add(s);
		return;
	}
	judge_state();
}

static void end(const struct step *s)
{
	const char *left;

	memory_fail(0);
	draft_reset();
	if (s->a[5] % 3 == 1)
		world_wait(200 * SECOND);
	else if (s->a[5] % 3 == 0)
		ask_delete_all();
	judge_state();
	left = world_close();
	if (left)
		violated("%s is left", left);
}

void life_run(const uint8_t *data, size_t size)
{
	static unsigned objects;
	struct step first = {0}, s;

	if (size >= STEP)
		memcpy(&first, data, STEP);
	story_begin();
	judge_begin();
	draft_reset();
	memset(calls, 0, sizeof(calls));
	sl_pools_fill();
	objects = memory_objects();
	set_up(&first);
	for (size_t at = STEP; at + STEP <= size && at < STEP * STEPS_MAX; at += STEP) {
		memcpy(&s, data + at, STEP);
		s.op %= OP_COUNT;
		take(&s);
	}
	end(&first);
	sl_pools_fill();
	if (memory_objects() != objects)
		violated("%d flows, keys or pages are left", (int)(memory_objects() - objects));
}
