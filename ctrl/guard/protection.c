/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/guard/protection.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctrl/base/log.h"
#include "ctrl/call/interface.h"
#include "ctrl/limits/prefix_changes.h"
#include "ctrl/observe/alarm_notify.h"
#include "dataplane/handoff/policy.h"
#include "dataplane/path/event.h"
#include "dataplane/path/workers.h"

/* Workers are told of limits and lists at once, the guards of lists before. */
static int tell_policy(const struct sl_protection *protection, struct sl_error *error)
{
	struct sl_policy policy = sl_guard_config_policy(&protection->config);
	int rc = sl_policy_set(&policy, protection->config.listed, protection->config.n_listed);

	if (rc)
		sl_refuse(error, rc, "the workers cannot be told: %s", strerror(-rc));
	for (unsigned i = 0; i < SL_MAX_PORTS && !rc; i++)
		if (protection->guards[i])
			rc = sl_guard_policy_set(protection->guards[i], &policy, error);
	return rc;
}

/* Tells everybody of the policy that is in force again. */
static void restore_policy(const struct sl_protection *protection, struct sl_unrestored *left)
{
	struct sl_policy policy = sl_guard_config_policy(&protection->config);
	int rc = sl_policy_set(&policy, protection->config.listed, protection->config.n_listed);
	struct sl_error error = {0};

	if (rc)
		sl_unrestored_add(left, "limits and lists of the workers: %s", strerror(-rc));
	for (unsigned i = 0; i < SL_MAX_PORTS; i++)
		if (protection->guards[i] &&
			sl_guard_policy_set(protection->guards[i], &policy, &error))
			sl_unrestored_add(left, "limits of a guard: %s", error.text);
}

/* `told`: of the guards, how many hold it; all of them unless it fails. */
static int tell_prefix(const struct sl_protection *protection, const struct sl_listed *listed,
	enum sl_prefix prefix, unsigned *told, struct sl_error *error)
{
	int rc = 0;

	for (*told = 0; *told < SL_MAX_PORTS; ++*told) {
		if (protection->guards[*told])
			rc = sl_guard_prefix_set(
				protection->guards[*told], listed->ip, listed->bits, prefix, error);
		if (rc)
			break;
	}
	return rc;
}

/* Tells the first `told` guards again what was before. */
static void restore_prefix(const struct sl_protection *protection, const struct sl_listed *listed,
	enum sl_prefix prefix, unsigned told, struct sl_unrestored *left)
{
	char text[SL_PREFIX_TEXT];

	for (unsigned i = 0; i < told; i++) {
		struct sl_error error = {0};

		if (protection->guards[i] && sl_guard_prefix_set(protection->guards[i], listed->ip,
						     listed->bits, prefix, &error))
			sl_unrestored_add(
				left, "prefix %s: %s", sl_prefix_text(listed, text), error.text);
	}
}

int sl_protection_start(struct sl_protection *protection, const struct sl_guard_config *config,
	struct sl_guard *const *guards, unsigned n_ports, struct sl_error *error)
{
	unsigned told;
	int rc = 0;

	memset(protection, 0, sizeof(*protection));
	protection->config = *config;
	protection->guards = guards;
	protection->n_ports = n_ports;
	for (unsigned i = 0; i < config->n_listed && !rc; i++)
		rc = tell_prefix(protection, &config->listed[i],
			(enum sl_prefix)config->listed[i].prefix, &told, error);
	return rc ? rc : tell_policy(protection, error);
}

/* Guards that could be told are told again what was before. */
static int change_prefix(struct sl_protection *protection, const char *key, const char *value,
	const struct sl_guard_config *before, struct sl_unrestored *left, struct sl_error *error)
{
	struct sl_listed listed;
	enum sl_prefix prefix = SL_PREFIX_NONE, was = SL_PREFIX_NONE;
	int rc = sl_prefix_parse(value, &listed, error);
	unsigned told;

	if (rc)
		return rc;
	if (strcmp(key, "forget") != 0)
		prefix = strcmp(key, "deny") == 0 ? SL_PREFIX_DENY : SL_PREFIX_ALLOW;
	for (unsigned i = 0; i < before->n_listed; i++)
		if (before->listed[i].bits == listed.bits &&
			memcmp(before->listed[i].ip, listed.ip, sizeof(listed.ip)) == 0)
			was = (enum sl_prefix)before->listed[i].prefix;
	if (prefix == SL_PREFIX_NONE && !sl_guard_config_forget(&protection->config, &listed))
		return sl_refuse(error, -ENOENT, "%.60s is not on the list", value);
	rc = tell_prefix(protection, &listed, prefix, &told, error);
	if (!rc)
		rc = tell_policy(protection, error);
	if (rc)
		restore_prefix(protection, &listed, was, told, left);
	return rc;
}

int sl_protection_set(struct sl_protection *protection, const char *who, const char *key,
	const char *value, struct sl_unrestored *left, struct sl_error *error)
{
	static struct sl_guard_config before; /* large; the control thread is one */
	bool list = !strcmp(key, "allow") || !strcmp(key, "deny") || !strcmp(key, "forget");
	int rc = 0;

	if (strncmp(key, "max-", 4) == 0)
		return sl_refuse(
			error, -EINVAL, "%.32s: a table keeps its size; set it in [guard]", key);
	before = protection->config;
	if (strcmp(key, "forget") != 0)
		rc = sl_guard_config_set(&protection->config, key, value, error);
	if (rc)
		return rc;
	rc = list ? change_prefix(protection, key, value, &before, left, error)
		  : tell_policy(protection, error);
	if (rc) {
		protection->config = before;
		restore_policy(protection, left);
		return rc;
	}
	protection->changes++;
	sl_log_event(
		SL_LOG_NOTICE, SL_FIELDS(.command = key), "guard: %s set %s = %s", who, key, value);
	return 0;
}

/* A list of prefixes on its way to the guards: changes[0] to changes[n - 1] in all of them, and the
 * one behind these in the first `told` ones. */
struct way {
	const struct sl_prefix_change *changes;
	unsigned n, told;
};

static int tell_changes(
	const struct sl_protection *protection, struct way *way, unsigned n, struct sl_error *error)
{
	int rc = 0;

	for (way->n = way->told = 0; way->n < n; way->n++) {
		const struct sl_prefix_change *c = &way->changes[way->n];

		rc = tell_prefix(
			protection, &c->listed, (enum sl_prefix)c->after, &way->told, error);
		if (rc)
			break;
		way->told = 0;
	}
	return rc;
}

/* The last one first. */
static void restore_changes(
	const struct sl_protection *protection, const struct way *way, struct sl_unrestored *left)
{
	unsigned last = way->n;

	if (way->told)
		restore_prefix(protection, &way->changes[last].listed,
			(enum sl_prefix)way->changes[last].before, way->told, left);
	while (last-- > 0)
		restore_prefix(protection, &way->changes[last].listed,
			(enum sl_prefix)way->changes[last].before, SL_MAX_PORTS, left);
}

int sl_protection_replace(struct sl_protection *protection, const struct sl_guard_config *config,
	struct sl_unrestored *left, struct sl_error *error)
{
	static struct sl_prefix_change changes[SL_PREFIX_CHANGES]; /* large */
	static struct sl_guard_config before;
	struct way way = {.changes = changes};
	unsigned n = sl_prefix_changes(&protection->config, config, changes);
	int rc = tell_changes(protection, &way, n, error);

	if (!rc) {
		before = protection->config;
		protection->config = *config;
		rc = tell_policy(protection, error);
		if (rc) {
			protection->config = before;
			restore_policy(protection, left);
		}
	}
	if (rc)
		restore_changes(protection, &way, left);
	else
		protection->changes++;
	return rc;
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

bool sl_watched_is_loss(unsigned watched)
{
	switch ((int)watched - SL_GUARD_COUNTER_COUNT) {
	case SL_GUARD_NO_SOCKET - SL_GUARD_COUNTER_COUNT:
	case SL_DROP_CRYPTO:
	case SL_DROP_NEIGHBOUR:
	case SL_DROP_HANDOFF_FULL:
	case SL_DROP_PUNT_FULL:
	case SL_DROP_PORT_RESET:
	case SL_DROP_TX_FULL:
		return true;
	default:
		return false;
	}
}

static enum sl_offence offence_of(unsigned watched)
{
	switch ((int)watched - SL_GUARD_COUNTER_COUNT) {
	case SL_GUARD_CLOSED - SL_GUARD_COUNTER_COUNT:
	case SL_DROP_CLOSED:
		return SL_OFFENCE_CLOSED;
	case SL_DROP_AUTH:
		return SL_OFFENCE_AUTH;
	case SL_DROP_REPLAY:
	case SL_DROP_REPLAY_OLD:
		return SL_OFFENCE_REPLAY;
	default:
		return SL_OFFENCE_OTHER;
	}
}

static void see(void *context, const struct sl_guard_event *event)
{
	struct sl_protection *protection = context;

	sl_top_sources_see(&protection->top, event->from.ip, event->port,
		offence_of(event->counter), event->counter, SL_GUARD_SAMPLE);
}

/* No more than a second's: what comes meanwhile is for the next. */
static void see_samples(struct sl_protection *protection)
{
	struct sl_drop_sample samples[64];
	unsigned n, all = 0;

	do {
		n = sl_drop_samples_take(samples, 64);
		for (unsigned i = 0; i < n; i++) {
			unsigned watched = SL_GUARD_COUNTER_COUNT + samples[i].verdict;

			if (!sl_watched_is_loss(watched))
				sl_top_sources_see(&protection->top, samples[i].ip, samples[i].port,
					offence_of(watched), (uint16_t)watched, samples[i].weight);
		}
		all += n;
	} while (n && all < 65536);
}

static void tell(void *context, const struct sl_alarm_report *report)
{
	struct sl_protection *protection = context;

	sl_alarm_notify(protection->notify, protection->notify_context,
		&(struct sl_notice){.type = SL_NOTICE_ALARM, .alarm = report});
}

static void watch(struct sl_protection *protection, struct sl_watched *w, uint64_t count,
	struct sl_alarm_report report)
{
	w->pps = count - w->count;
	w->count = count;
	report.alarm = &w->alarm;
	report.change = sl_alarm_step(&w->alarm, w->pps, report.threshold, report.now);
	if (report.change != SL_ALARM_SAME)
		tell(protection, &report);
}

static void watch_reason(
	struct sl_protection *protection, unsigned watched, uint64_t count, int64_t now)
{
	const struct sl_top_source *o = sl_top_sources_worst(&protection->top, watched);
	bool loss = sl_watched_is_loss(watched);
	struct sl_alarm_report report = {
		.kind = loss ? SL_ALARM_LOSS : SL_ALARM_DROPS,
		.source = o && !loss ? o->ip : NULL,
		.threshold =
			loss ? protection->config.alarm_loss_pps : protection->config.alarm_pps,
		.now = now,
	};

	report.reason = sl_watched_name(watched, &report.by);
	watch(protection, &protection->watched[watched], count, report);
}

static void watch_ports(struct sl_protection *protection, int64_t now)
{
	for (unsigned port = 0; port < protection->n_ports; port++) {
		struct sl_port_stats stats;

		sl_port_stats((uint8_t)port, &stats);
		watch(protection, &protection->missed[port], stats.rx_missed,
			(struct sl_alarm_report){.kind = SL_ALARM_LOSS,
				.by = sl_port_name((uint8_t)port),
				.reason = "missed",
				.threshold = protection->config.alarm_loss_pps,
				.now = now});
	}
	watch(protection, &protection->full, sl_interface_sources_refused(),
		(struct sl_alarm_report){.kind = SL_ALARM_GUARD_FULL, .threshold = 1, .now = now});
	if (protection->neigh)
		watch(protection, &protection->put_off, sl_neigh_counts(protection->neigh).put_off,
			(struct sl_alarm_report){
				.kind = SL_ALARM_NEIGHBOURS, .threshold = 1, .now = now});
}

static void count(struct sl_protection *protection, uint64_t total[SL_WATCHED])
{
	struct sl_error error = {0};

	for (unsigned i = 0; i < SL_MAX_PORTS; i++) {
		uint64_t *known = protection->guard_counts[i];
		uint64_t counters[SL_GUARD_COUNTER_COUNT];

		if (!protection->guards[i])
			continue;
		sl_guard_events(protection->guards[i], see, protection);
		/* A guard that cannot be read now is where it was: totals never decrease. */
		if (sl_guard_counters(protection->guards[i], counters, &error) == 0)
			memcpy(known, counters, sizeof(counters));
		for (unsigned c = 0; c < SL_GUARD_COUNTER_COUNT; c++)
			total[c] += known[c];
	}
	for (unsigned w = 0; w < sl_workers_count(); w++) {
		struct sl_worker_stats stats;

		sl_worker_stats(w, &stats);
		for (unsigned v = 0; v < SL_VERDICTS; v++)
			total[SL_GUARD_COUNTER_COUNT + v] += stats.verdicts[v];
	}
}

void sl_protection_tick(struct sl_protection *protection)
{
	const struct sl_top_source_thresholds thresholds = {
		protection->config.alarm_pps, protection->config.alarm_auth_pps};
	uint64_t total[SL_WATCHED] = {0};
	int64_t now = time(NULL);

	count(protection, total);
	see_samples(protection);
	for (unsigned i = 0; i < SL_WATCHED; i++)
		if (i != SL_GUARD_REDIRECTED && i != SL_GUARD_PASSED &&
			i != SL_GUARD_COUNTER_COUNT + SL_FORWARD)
			watch_reason(protection, i, total[i], now);
	watch_ports(protection, now);
	sl_top_sources_step(&protection->top, &thresholds, now, tell, protection);
}
