/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/protection.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctrl/address.h"
#include "ctrl/log.h"
#include "dataplane/policy.h"
#include "dataplane/prefixes.h"

_Static_assert(
	(int)SL_GUARD_LISTED == SL_PREFIX_LIST, "workers take as many prefixes as may be listed");

/* Workers are told of limits and lists at once, the guards of lists before. */
static int tell_policy(const struct sl_protection *protection, char why[SL_GUARD_WHY])
{
	struct sl_policy policy = sl_guard_config_policy(&protection->config);
	int rc = sl_policy_set(&policy, protection->config.listed, protection->config.n_listed);

	if (rc)
		snprintf(why, SL_GUARD_WHY, "the workers cannot be told: %s", strerror(-rc));
	for (unsigned i = 0; i < SL_MAX_PORTS && !rc; i++)
		if (protection->guards[i])
			rc = sl_guard_policy_set(protection->guards[i], &policy, why);
	return rc;
}

static int tell_prefix(const struct sl_protection *protection, const struct sl_listed *listed,
	enum sl_prefix prefix, char why[SL_GUARD_WHY])
{
	int rc = 0;

	for (unsigned i = 0; i < SL_MAX_PORTS && !rc; i++)
		if (protection->guards[i])
			rc = sl_guard_prefix_set(
				protection->guards[i], listed->ip, listed->bits, prefix, why);
	return rc;
}

int sl_protection_start(struct sl_protection *protection, const struct sl_guard_config *config,
	struct sl_guard *const *guards, char why[SL_GUARD_WHY])
{
	int rc = 0;

	memset(protection, 0, sizeof(*protection));
	protection->config = *config;
	protection->guards = guards;
	for (unsigned i = 0; i < config->n_listed && !rc; i++)
		rc = tell_prefix(protection, &config->listed[i],
			(enum sl_prefix)config->listed[i].prefix, why);
	return rc ? rc : tell_policy(protection, why);
}

/* Guards that could be told are told again what was before. */
static int change_prefix(struct sl_protection *protection, const char *key, const char *value,
	const struct sl_guard_config *before, char why[SL_GUARD_WHY])
{
	struct sl_listed listed;
	enum sl_prefix prefix = SL_PREFIX_NONE, was = SL_PREFIX_NONE;
	char ignored[SL_GUARD_WHY];
	int rc;

	if (!sl_prefix_parse(value, &listed, why))
		return -EINVAL;
	if (strcmp(key, "forget") != 0)
		prefix = strcmp(key, "deny") == 0 ? SL_PREFIX_DENY : SL_PREFIX_ALLOW;
	for (unsigned i = 0; i < before->n_listed; i++)
		if (before->listed[i].bits == listed.bits &&
			memcmp(before->listed[i].ip, listed.ip, sizeof(listed.ip)) == 0)
			was = (enum sl_prefix)before->listed[i].prefix;
	if (prefix == SL_PREFIX_NONE && !sl_guard_config_forget(&protection->config, &listed)) {
		snprintf(why, SL_GUARD_WHY, "%.60s is not on the list", value);
		return -ENOENT;
	}
	rc = tell_prefix(protection, &listed, prefix, why);
	if (!rc)
		rc = tell_policy(protection, why);
	if (rc)
		tell_prefix(protection, &listed, was, ignored);
	return rc;
}

int sl_protection_set(struct sl_protection *protection, const char *who, const char *key,
	const char *value, char why[SL_GUARD_WHY])
{
	static struct sl_guard_config before; /* large; the control thread is one */
	char ignored[SL_GUARD_WHY];
	bool list = !strcmp(key, "allow") || !strcmp(key, "deny") || !strcmp(key, "forget");
	int rc = 0;

	before = protection->config;
	if (strcmp(key, "forget") != 0 &&
		!sl_guard_config_set(&protection->config, key, value, why))
		return -EINVAL;
	rc = list ? change_prefix(protection, key, value, &before, why)
		  : tell_policy(protection, why);
	if (rc) {
		protection->config = before;
		tell_policy(protection, ignored);
		return rc;
	}
	sl_log_notice("guard: %s set %s = %s", who, key, value);
	return 0;
}

const char *sl_watched_name(unsigned watched, const char **by)
{
	static const char *const names[SL_WATCHED] = {
#define X(id, label, text) [SL_GUARD_##id] = label,
		SL_GUARD_COUNTERS(X)
#undef X
#define X(id, label, text) [SL_GUARD_COUNTER_COUNT + SL_DROP_##id] = label,
			SL_DROP_REASONS(X)
#undef X
	};

	*by = watched < SL_GUARD_COUNTER_COUNT ? "guard" : "worker";
	return names[watched];
}

static void see(void *context, const struct sl_guard_event *event)
{
	struct sl_protection *protection = context;
	struct sl_offender *o = protection->offenders, *least = o;

	for (; o < protection->offenders + protection->n_offenders; o++) {
		if (memcmp(o->ip, event->from.ip, sizeof(o->ip)) == 0)
			break;
		if (o->packets < least->packets)
			least = o;
	}
	if (o == protection->offenders + protection->n_offenders) {
		if (protection->n_offenders == SL_OFFENDERS)
			o = least; /* takes over its count: an upper bound (space saving) */
		else
			o->packets = 0, protection->n_offenders++;
		memcpy(o->ip, event->from.ip, sizeof(o->ip));
	}
	o->packets += SL_GUARD_SAMPLE;
	o->counter = event->counter;
}

static void forget_offenders(struct sl_protection *protection)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < protection->n_offenders; i++) {
		protection->offenders[i].packets /= 2;
		if (protection->offenders[i].packets)
			protection->offenders[kept++] = protection->offenders[i];
	}
	protection->n_offenders = kept;
}

/* Of those refused for that reason, or of all if none was seen. */
static const struct sl_offender *worst(const struct sl_protection *protection, unsigned counter)
{
	const struct sl_offender *found = NULL;
	uint64_t most = 0;

	for (unsigned i = 0; i < protection->n_offenders; i++) {
		const struct sl_offender *o = &protection->offenders[i];
		uint64_t weight = o->packets | (uint64_t)(o->counter == counter) << 63;

		if (weight > most) {
			most = weight;
			found = o;
		}
	}
	return found;
}

static void raise_alarm(struct sl_protection *protection, unsigned watched)
{
	struct sl_alarm *a = &protection->alarms[watched];
	const struct sl_offender *o = worst(protection, watched);
	char text[SL_ADDRESS_TEXT] = "unknown";
	const char *by, *name = sl_watched_name(watched, &by);

	a->raised = true;
	a->quiet = 0;
	a->since = time(NULL);
	a->peak = 0;
	a->drops = 0;
	if (o)
		sl_address_text(o->ip, text);
	sl_log_warning("alarm=raised by=%s reason=%s pps=%" PRIu64 " threshold=%u top-source=%s",
		by, name, a->pps, protection->config.alarm_pps, text);
}

static void end_alarm(unsigned watched, struct sl_alarm *a)
{
	const char *by, *name = sl_watched_name(watched, &by);

	a->raised = false;
	sl_log_notice("alarm=ended by=%s reason=%s seconds=%" PRId64 " drops=%" PRIu64
		      " peak-pps=%" PRIu64,
		by, name, (int64_t)time(NULL) - a->since, a->drops, a->peak);
}

static void watch(struct sl_protection *protection, unsigned watched, uint64_t count)
{
	struct sl_alarm *a = &protection->alarms[watched];
	unsigned threshold = protection->config.alarm_pps;

	a->pps = count - a->count;
	a->count = count;
	if (!a->raised && threshold && a->pps >= threshold)
		raise_alarm(protection, watched);
	if (!a->raised)
		return;
	a->drops += a->pps;
	if (a->pps > a->peak)
		a->peak = a->pps;
	a->quiet = a->pps * 2 < threshold || !threshold ? a->quiet + 1 : 0;
	if (a->quiet >= SL_ALARM_CLEAR_S)
		end_alarm(watched, a);
}

void sl_protection_tick(struct sl_protection *protection)
{
	uint64_t total[SL_WATCHED] = {0};
	char why[SL_GUARD_WHY];

	if (++protection->ticks % SL_OFFENDER_HALVES_S == 0)
		forget_offenders(protection);
	for (unsigned i = 0; i < SL_MAX_PORTS; i++) {
		uint64_t counters[SL_GUARD_COUNTER_COUNT];

		if (!protection->guards[i])
			continue;
		sl_guard_events(protection->guards[i], see, protection);
		if (sl_guard_counters(protection->guards[i], counters, why) == 0)
			for (unsigned c = 0; c < SL_GUARD_COUNTER_COUNT; c++)
				total[c] += counters[c];
	}
	for (unsigned w = 0; w < sl_workers_count(); w++) {
		struct sl_worker_stats stats;

		sl_worker_stats(w, &stats);
		for (unsigned v = 0; v < SL_VERDICTS; v++)
			total[SL_GUARD_COUNTER_COUNT + v] += stats.verdicts[v];
	}
	for (unsigned i = 0; i < SL_WATCHED; i++)
		if (i != SL_GUARD_REDIRECTED && i != SL_GUARD_PASSED &&
			i != SL_GUARD_COUNTER_COUNT + SL_FORWARD)
			watch(protection, i, total[i]);
}
