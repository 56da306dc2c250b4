/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/reload/reload.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctrl/base/log.h"
#include "ctrl/records/json_text.h"
#include "ctrl/reload/reload_parts.h"
#include "dataplane/port/port.h"

/* Large, and the control thread is one. */
static struct sl_config next, in_force;
static struct sl_config_errors mistakes;

struct sorted {
	struct sl_differences live, restart;
};

static void sort(void *context, const struct sl_config_difference *difference)
{
	struct sorted *d = context;

	sl_differences_add(difference->when == SL_WHEN_LIVE ? &d->live : &d->restart, difference);
}

/* The part that cannot fail. Keys that take a restart are the same in both configurations.
 * Interfaces and networks are referred to where they stand. */
static void take(struct sl_running *r)
{
	r->which = !r->which;
	*r->config = next;
	sl_datagram_allow(r->datagram, r->config->ng_nets, r->config->n_ng_nets);
	sl_websocket_allow(r->websocket, r->config->ng_nets, r->config->n_ng_nets);
	r->sessions->env.limits = r->config->limits;
	r->sessions->env.timers = r->config->timers;
	r->sessions->env.delete_delay = r->config->delete_delay;
	sl_records_sync(r->records, r->config->records.sync);
	sl_eal_verbose(r->config->log_level == SL_LOG_DEBUG);
}

/* All of next, or nothing but what `left` names: what can fail comes first. */
static int apply(struct sl_running *r, struct sl_unrestored *left, struct sl_error *error)
{
	struct sl_access *access = &r->access[!r->which];
	const struct sl_access *before = &r->access[r->which];
	int rc;

	sl_access_of(access, &next);
	rc = sl_server_allow(r->server, r->ng, access->ng, access->n_ng, left, error);
	if (rc)
		return rc;
	rc = sl_server_allow(r->server, r->ctl, access->ctl, access->n_ctl, left, error);
	if (rc)
		goto undo_ng;
	rc = sl_protection_replace(r->protection, &next.guard, left, error);
	if (rc)
		goto undo_ctl;
	take(r);
	return 0;
undo_ctl:
	sl_server_allow_again(r->server, r->ctl, before->ctl, before->n_ctl, left);
undo_ng:
	sl_server_allow_again(r->server, r->ng, before->ng, before->n_ng, left);
	return rc;
}

/* Both configurations are there: what becomes of the difference? */
static json_t *take_over(struct sl_running *r, const struct sorted *d)
{
	unsigned obstacles = d->restart.more + (unsigned)json_array_size(d->restart.list);
	struct sl_unrestored left = {.n = 0};
	struct sl_error error = {0};
	json_t *answer;

	if (obstacles) {
		answer = json_pack("{s:o}", "error",
			sl_json_format("%s: %u change(s) take a restart", r->path, obstacles));
		sl_differences_put(&d->restart, "restart", answer);
		return answer;
	}
	if (apply(r, &left, &error)) {
		sl_unrestored_log(&left, "reload");
		return sl_json_refused(&error, &left);
	}
	answer = json_object();
	sl_differences_put(&d->live, "changed", answer);
	return answer;
}

static json_t *try_to(struct sl_running *r)
{
	struct sorted d = {.live.more = 0};
	struct stat file;
	const char *unread = sl_reload_read(r, &next, &mistakes, &file);
	json_t *answer;

	if (unread || mistakes.count)
		return sl_reload_mistakes(r, unread, &mistakes);
	d.live.list = json_array();
	d.restart.list = json_array();
	sl_reload_running(r, &in_force);
	if (sl_config_diff(&in_force, &next, sort, &d) < 0)
		answer = sl_json_error("out of memory");
	else
		answer = take_over(r, &d);
	json_decref(d.live.list);
	json_decref(d.restart.list);
	return answer;
}

/* Calls tell() for the texts of the answer's list `name`, and for the number of the others. */
static void each(const struct sl_running *r, const struct sl_peer *peer, const json_t *answer,
	const char *name,
	void (*tell)(const struct sl_running *r, const struct sl_peer *peer, const char *text))
{
	json_int_t left_out = json_integer_value(json_object_get(answer, "more"));
	const json_t *entry;
	char more[40];
	size_t i;

	json_array_foreach(json_object_get(answer, name), i, entry) tell(r, peer,
		json_string_value(json_is_object(entry) ? json_object_get(entry, "text") : entry));
	snprintf(more, sizeof(more), "and %" JSON_INTEGER_FORMAT " more", left_out);
	if (left_out)
		tell(r, peer, more);
}

static void tell_change(const struct sl_running *r, const struct sl_peer *peer, const char *text)
{
	const char *value = strstr(text, ": ");
	char key[SL_CONFIG_DIFFERENCE_TEXT];

	sl_log_notice("reload: %s", text);
	snprintf(key, sizeof(key), "%.*s", (int)(value ? value - text : 0), text);
	sl_audit(r->records->audit, &(struct sl_audit_entry){
					    .peer = peer,
					    .via = peer ? "ctl" : "signal",
					    .command = "reload",
					    .key = key,
					    .value = value ? value + 2 : text,
				    });
}

static void tell_obstacle(const struct sl_running *r, const struct sl_peer *peer, const char *text)
{
	sl_log(SL_LOG_ERROR, "reload: %s", text);
}

static void tell_by(const struct sl_peer *peer, char by[48])
{
	if (peer)
		snprintf(by, 48, "uid %u, pid %d", peer->uid, (int)peer->pid);
	else
		strcpy(by, "SIGHUP");
}

static void tell_done(struct sl_running *r, const struct sl_peer *peer, const json_t *answer)
{
	json_int_t n = json_integer_value(json_object_get(answer, "more")) +
		       (json_int_t)json_array_size(json_object_get(answer, "changed"));
	char hash[SL_CHAIN_HASH] = "", by[48];
	size_t len = 0;
	char *text = sl_reload_text(r, &len);

	tell_by(peer, by);
	each(r, peer, answer, "changed", tell_change);
	if (text)
		sl_chain_hash(text, len, hash);
	free(text);
	sl_log_notice("reload (%s): %" JSON_INTEGER_FORMAT " change(s) applied; configuration %s",
		by, n, hash);
	sl_audit(r->records->audit, &(struct sl_audit_entry){
					    .peer = peer,
					    .via = peer ? "ctl" : "signal",
					    .command = "reload",
					    .key = "config",
					    .value = hash,
				    });
}

static void tell_refused(struct sl_running *r, const struct sl_peer *peer, const json_t *answer)
{
	const char *error = json_string_value(json_object_get(answer, "error"));
	char by[48];

	tell_by(peer, by);
	each(r, peer, answer, json_object_get(answer, "mistakes") ? "mistakes" : "restart",
		tell_obstacle);
	sl_log(SL_LOG_ERROR, "reload (%s) refused, %s: %s", by,
		json_object_get(answer, "unrestored") ? "and not all of it was put back"
						      : "nothing is changed",
		error);
	sl_audit(r->records->audit, &(struct sl_audit_entry){
					    .peer = peer,
					    .via = peer ? "ctl" : "signal",
					    .command = "reload",
					    .refused = error,
				    });
}

json_t *sl_reload(struct sl_running *r, const struct sl_peer *peer)
{
	enum sl_log_level before = r->config->log_level, after;
	json_t *answer;
	bool done;

	sl_notify_reloading();
	answer = try_to(r);
	done = json_object_get(answer, "changed");
	if (done) {
		r->done++;
		r->last = time(NULL);
		/* Who asks for silence is told that it begins. */
		after = r->config->log_level;
		sl_log_set_level(after > before ? after : before);
		tell_done(r, peer, answer);
		sl_log_set_level(after);
	} else {
		r->refused++;
		tell_refused(r, peer, answer);
	}
	sl_notify_ready(done ? "serving" : "serving; the last reload was refused");
	return answer;
}
