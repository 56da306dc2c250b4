/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/flow/latch.h"

#include "dataplane/base/shared.h"

#include "dataplane/base/packet_path.h"

/* One change of what ctrl reads: somebody more at `where`, as counted. */
static void publish(struct sl_latch *l, struct sl_endpoint *where, const struct sl_endpoint *is,
	uint32_t *count)
{
	uint32_t counted = *count + 1;

	sl_change_begin(&l->version);
	sl_change_write(where, is, sizeof(*is));
	sl_change_write(count, &counted, sizeof(counted));
	sl_change_end(&l->version);
}

void sl_latch_read(const struct sl_latch *l, struct sl_latch_report *out)
{
	uint32_t version;

	do {
		version = sl_change_version(&l->version);
		sl_change_read(&out->current, &l->current, sizeof(out->current));
		sl_change_read(&out->other, &l->other, sizeof(out->other));
		sl_change_read(&out->moves, &l->moves, sizeof(out->moves));
		sl_change_read(&out->refused, &l->refused, sizeof(out->refused));
	} while (!sl_change_is_whole(&l->version, version));
}

void sl_latch_start(struct sl_latch *l, const struct sl_endpoint *signalled,
	const struct sl_latch_policy *policy, bool plain)
{
	*l = (struct sl_latch){
		.policy = *policy, .plain = plain, .signalled = *signalled, .current = *signalled};
}

void sl_latch_inherit(struct sl_latch *l, const struct sl_latch *old)
{
	struct sl_latch_policy policy = l->policy;

	if (l->plain != old->plain || !sl_endpoint_equal(&l->signalled, &old->signalled))
		return;
	*l = *old;
	l->policy = policy;
	if (policy.mode == SL_LATCH_STRICT)
		l->current = l->signalled;
	if (policy.round == old->policy.round)
		return;
	l->settled = l->learnt = false;
	l->streak = 0;
	l->looked = 0;
	l->opened = 0;
}

/* Did signalling name this IP address? */
static bool named(const struct sl_latch *l, const struct sl_endpoint *from)
{
	static const uint8_t none[16];

	if (memcmp(from->ip, l->signalled.ip, 16) == 0)
		return true;
	return memcmp(l->policy.hint, none, 16) != 0 && memcmp(from->ip, l->policy.hint, 16) == 0;
}

static bool window_open(const struct sl_latch *l, uint64_t now)
{
	return !l->opened || (now - l->opened < SL_LATCH_WINDOW_NS && l->looked < SL_LATCH_PACKETS);
}

/* A generic cell rate algorithm (ITU-T I.371) on milliseconds for each group of addresses. */
static bool within_budget(struct sl_latch *l, const struct sl_endpoint *from, uint64_t now)
{
	uint32_t try_ms = 1000 / (l->policy.tries ? l->policy.tries : SL_LATCH_TRIES);
	uint32_t ms = (uint32_t)(now / 1000000), hash = from->port;
	uint32_t *due;

	for (int i = 0; i < 16; i++)
		hash = (hash ^ from->ip[i]) * UINT32_C(16777619);
	due = &l->due[named(l, from) ? 0 : 1 + (hash >> 16) % (SL_LATCH_BUCKETS - 1)];
	if ((int32_t)(*due - ms) < 0 || (int32_t)(*due - ms) > 1000)
		*due = ms;
	if (*due - ms > 1000 - try_ms)
		return false;
	*due += try_ms;
	return true;
}

static bool may_try(struct sl_latch *l, const struct sl_endpoint *from, uint64_t now)
{
	switch (l->policy.mode) {
	case SL_LATCH_ONCE:
		if (l->settled)
			return false;
		if (!l->plain)
			return within_budget(l, from, now);
		return window_open(l, now) && (l->policy.any_ip || named(l, from));
	case SL_LATCH_FOLLOW:
		return l->plain || within_budget(l, from, now);
	default:
		return false;
	}
}

void sl_latch_refuse(struct sl_latch *l, const struct sl_endpoint *from)
{
	publish(l, &l->other, from, &l->refused);
}

bool sl_latch_try(struct sl_latch *l, const struct sl_endpoint *from, uint64_t now)
{
	if (sl_endpoint_equal(from, &l->current) || may_try(l, from, now))
		return true;
	sl_latch_refuse(l, from);
	return false;
}

static void move(struct sl_latch *l, const struct sl_endpoint *to, uint64_t now)
{
	publish(l, &l->current, to, &l->moves);
	l->moved = now ? now : 1;
	l->streak = 0;
	l->learnt = true;
}

static bool rested(const struct sl_latch *l, uint64_t now)
{
	return !l->moved || now - l->moved >= SL_LATCH_HOLD_NS;
}

static bool commit_authentic(
	struct sl_latch *l, const struct sl_endpoint *from, bool newest, uint64_t now)
{
	bool here = sl_endpoint_equal(from, &l->current);

	if (l->policy.mode == SL_LATCH_ONCE) {
		if (l->settled) /* by an earlier packet of the same burst */
			return here;
		if (!here)
			move(l, from, now);
		l->settled = true;
		return true;
	}
	if (!here && newest && rested(l, now))
		move(l, from, now);
	return true;
}

static void count_streak(struct sl_latch *l, const struct sl_endpoint *from)
{
	if (!l->streak || !sl_endpoint_equal(from, &l->candidate)) {
		l->candidate = *from;
		l->streak = 0;
	}
	l->streak++;
}

static bool commit_plain_once(struct sl_latch *l, const struct sl_endpoint *from, uint64_t now)
{
	bool open = window_open(l, now);

	if (sl_endpoint_equal(from, &l->signalled)) {
		if (!sl_endpoint_equal(from, &l->current)) {
			if (!open)
				return false;
			move(l, from, now);
		}
		l->settled = true;
		l->streak = 0;
		return true;
	}
	if (!l->opened)
		l->opened = now ? now : 1;
	if (sl_endpoint_equal(from, &l->current)) { /* learnt in a window before, or in this one */
		l->settled = !open;
		l->streak = 0;
		return true;
	}
	if (!open)
		return false;
	l->looked++;
	count_streak(l, from);
	if (!l->learnt && l->streak >= SL_LATCH_STREAK)
		move(l, from, now);
	return sl_endpoint_equal(from, &l->current);
}

/* Until somebody was heard a few packets are enough; then the other one must have fallen silent. */
static bool commit_plain_follow(struct sl_latch *l, const struct sl_endpoint *from, uint64_t now)
{
	unsigned enough = l->settled ? SL_LATCH_HANDOVER : SL_LATCH_STREAK;

	if (sl_endpoint_equal(from, &l->current)) {
		l->settled = true;
		l->streak = 0;
		return true;
	}
	count_streak(l, from);
	if (l->streak < enough || !rested(l, now))
		return false;
	move(l, from, now);
	l->settled = true;
	return true;
}

bool sl_latch_commit(struct sl_latch *l, const struct sl_endpoint *from, bool newest, uint64_t now)
{
	bool pass;

	if (l->policy.mode == SL_LATCH_STRICT)
		pass = sl_endpoint_equal(from, &l->current);
	else if (!l->plain)
		pass = commit_authentic(l, from, newest, now);
	else if (l->policy.mode == SL_LATCH_ONCE)
		pass = commit_plain_once(l, from, now);
	else
		pass = commit_plain_follow(l, from, now);
	if (!pass)
		sl_latch_refuse(l, from);
	return pass;
}
