/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/daemon/relay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "ctrl/base/log.h"
#include "ctrl/base/pseudonym.h"
#include "ctrl/call/admit.h"
#include "ctrl/media/follow.h"
#include "ctrl/observe/quality.h"
#include "ctrl/offer/ending.h"
#include "dataplane/base/clock.h"
#include "dataplane/path/pool.h"
#include "dataplane/path/workers.h"

enum { TICK_MS = 1000, NICE = -10 };

/*
 * A proxy waits for each answer: whoever keeps a core busy with connecting must not decide when
 * that comes. On Linux this is the calling thread's alone; workers, made later, give it up if
 * they never sleep (dataplane/path/workers.c). A client on the same core is interrupted as soon as
 * it connects, which costs it a fifth of the calls it can set up; with SCHED_BATCH it is not, and
 * offers beside a flood take 6 ms instead of 4.
 */
static void take_precedence(void)
{
	if (setpriority(PRIO_PROCESS, 0, NICE))
		sl_log(SL_LOG_NOTICE,
			"the control thread has no precedence over busy processes (%s); with "
			"LimitNICE=%d in its unit it has",
			strerror(errno), NICE);
}

/* Everything that takes root is open by now; workers, which inherit what is left, are not running
 * yet. */
static int drop_privileges(struct sl_relay *r, struct sl_error *error)
{
	int rc = sl_privileges_runtime_dir(&r->privileges, r->config->runtime_dir, error);

	take_precedence();
	r->privileges.traceable = r->config->debug;
	if (r->config->debug)
		sl_log_warning("--debug: core dumps and debuggers are allowed, and both see keys");
	if (!rc)
		rc = sl_privileges_drop(&r->privileges, error);
	if (!rc && !r->privileges.locked)
		sl_log_warning(
			"memory cannot be locked, keys may be swapped out; raise the memlock "
			"limit or start as root");
	return rc;
}

static void tick(uv_timer_t *timer)
{
	struct sl_relay *r = timer->data;

	sl_port_watch_tick(&r->port_watch);
	sl_sessions_tick(&r->sessions);
	sl_load_measure(&r->sessions, r->config->n_ports);
	sl_protection_tick(&r->protection);
	sl_core_wait_tick(&r->core_wait, sl_clock());
	sl_quality_tick(&r->sessions);
	sl_records_tick(&r->records);
	sl_hep_tick(r->hep);
	sl_watchdog_tick(&r->watchdog);
	sl_log_tick();
}

static void sweep(uv_timer_t *timer)
{
	struct sl_relay *r = timer->data;

	sl_sessions_sweep(&r->sessions);
}

static void follow(uv_timer_t *timer)
{
	struct sl_relay *r = timer->data;

	sl_follow_poll(&r->sessions);
	sl_core_wait_turn(&r->core_wait, sl_clock());
	sl_hep_turn(r->hep, &r->sessions);
	sl_pools_fill(); /* what workers took for new SSRCs */
}

static void start_timer(struct sl_relay *r, uv_timer_t *timer, uv_timer_cb act, uint64_t ms)
{
	uv_timer_init(r->loop, timer);
	timer->data = r;
	uv_timer_start(timer, act, ms, ms);
}

static void look(void *relay, struct sl_call *call)
{
	sl_hep_look(((struct sl_relay *)relay)->hep, call);
}

static void on_notice(void *relay, const struct sl_notice *notice)
{
	struct sl_relay *r = relay;

	sl_ng_notify(&r->ng, notice);
	sl_events_notify(r->events, notice);
	sl_records_notify(&r->records, &r->sessions, notice);
	if (notice->type == SL_NOTICE_ENDED)
		sl_hep_ended(r->hep, notice->call);
}

static void start_sessions(struct sl_relay *r)
{
	const struct sl_session_env env = {
		.crypto = r->crypto,
		.interfaces = r->network.interfaces,
		.n_interfaces = r->network.n_interfaces,
		.guard = &r->protection.config,
		.limits = r->config->limits,
		.timers = r->config->timers,
		.notify = on_notice,
		.look = look,
		.notify_context = r,
		.delete_delay = r->config->delete_delay,
	};

	sl_core_wait_start(&r->core_wait, "", &r->protection.config.alarm_core_wait_ms);
	r->core_wait.notify = sl_events_notify;
	r->core_wait.notify_context = r->events;
	r->port_watch = (struct sl_port_watch){
		.n = r->config->n_ports, .notify = sl_events_notify, .notify_context = r->events};
	r->protection.notify = sl_events_notify;
	r->protection.notify_context = r->events;
	r->records.notify = sl_events_notify;
	r->records.notify_context = r->events;
	sl_sessions_init(&r->sessions, &env);
	r->sessions_open = true;
	sl_heap_start(&r->heap, r->loop);
	start_timer(r, &r->tick, tick, TICK_MS);
	start_timer(r, &r->sweep, sweep, SL_SWEEP_MS);
	start_timer(r, &r->follow, follow, SL_FOLLOW_MS);
	r->ticking = true;
}

static int listen_udp(struct sl_relay *r, const struct sl_config_ng *ng, struct sl_error *error)
{
	struct sl_datagram_listen how = {
		.port = ng->port,
		.protocol = &sl_ng_protocol,
		.context = &r->ng,
		.nets = r->config->ng_nets,
		.n_nets = r->config->n_ng_nets,
	};

	memcpy(how.ip, ng->ip, sizeof(how.ip));
	if (!r->datagram)
		r->datagram = r->admin.datagram = sl_datagram_new(r->loop, r->work);
	if (!r->datagram)
		return sl_refuse(error, -ENOMEM, "out of memory");
	return sl_datagram_listen(r->datagram, &how, error);
}

static int listen_websocket(
	struct sl_relay *r, const struct sl_config_ng *ng, struct sl_error *error)
{
	const struct sl_websocket_config how = {
		.protocol = &sl_ng_protocol,
		.context = &r->ng,
		.nets = r->config->ng_nets,
		.n_nets = r->config->n_ng_nets,
	};

	if (!r->websocket)
		r->websocket = r->admin.websocket = sl_websocket_new(r->loop, r->work, &how, error);
	if (!r->websocket)
		return -ENOMEM;
	return sl_websocket_listen(r->websocket, ng, error);
}

static int start_sockets(struct sl_relay *r, struct sl_error *error)
{
	const struct sl_config *config = r->config;
	const struct sl_access *access = &r->running.access[0];
	struct sl_server_listen how = {0};
	int rc;

	sl_access_of(&r->running.access[0], config);
	r->work = sl_work_new(r->loop);
	r->server = r->work ? sl_server_new(r->loop, r->work) : NULL;
	if (!r->server)
		return sl_refuse(error, -ENOMEM, "out of memory");
	r->ng.sessions = &r->sessions;
	r->ng.audit = r->records.audit;
	r->admin = (struct sl_admin){
		.sessions = &r->sessions,
		.ng = &r->ng,
		.server = r->server,
		.work = r->work,
		.protection = &r->protection,
		.neigh = r->network.neigh,
		.interfaces = r->network.interfaces,
		.n_interfaces = r->network.n_interfaces,
		.n_ports = config->n_ports,
		.events = r->events,
		.taps = r->taps,
		.records = &r->records,
		.hep = r->hep,
		.core_wait = &r->core_wait,
		.running = &r->running,
		.started = time(NULL),
		.hugepages = r->network.hugepages,
	};
	how.protocol = &sl_admin_protocol;
	how.context = &r->admin;
	how.allow = access->ctl;
	how.n_allow = access->n_ctl;
	how.path = config->ctl;
	rc = sl_server_listen(r->server, &how, error);
	how.protocol = &sl_ng_protocol;
	how.context = &r->ng;
	how.allow = access->ng;
	how.n_allow = access->n_ng;
	for (unsigned i = 0; i < config->n_ng && !rc; i++) {
		how.path = config->ng[i].path;
		if (config->ng[i].kind == SL_NG_UNIX)
			rc = sl_server_listen(r->server, &how, error);
		else if (config->ng[i].kind == SL_NG_UDP)
			rc = listen_udp(r, &config->ng[i], error);
		else
			rc = listen_websocket(r, &config->ng[i], error);
	}
	r->running.server = r->server;
	r->running.datagram = r->datagram;
	r->running.websocket = r->websocket;
	return rc;
}

/* From here on the file is read as the service user. */
static void start_running(struct sl_relay *r, const char *path, struct sl_config *config)
{
	r->running = (struct sl_running){
		.path = path,
		.config = config,
		.protection = &r->protection,
		.sessions = &r->sessions,
		.records = &r->records,
		.ng = &sl_ng_protocol,
		.ctl = &sl_admin_protocol,
	};
	if (access(path, R_OK))
		sl_log_warning("%s cannot be read by uid %u (%s): a reload will be refused", path,
			getuid(), strerror(errno));
}

void sl_relay_reload(struct sl_relay *r)
{
	json_decref(sl_reload(&r->running, NULL));
}

/* The effective configuration by its hash: whether it is the same as before can be seen from that.
 */
static void record_start(struct sl_relay *r)
{
	char hash[SL_CHAIN_HASH], *text;
	size_t len = 0;

	text = sl_reload_text(&r->running, &len);
	if (!text)
		return;
	sl_chain_hash(text, len, hash);
	free(text);
	sl_log_info("configuration %s", hash);
	sl_audit(r->records.audit,
		&(struct sl_audit_entry){.command = "start", .key = "config", .value = hash});
}

/* The relay's own addresses tell of no party. */
static int start_pseudonyms(const struct sl_config *config, struct sl_error *error)
{
	uint8_t key[SL_PSEUDONYM_KEY];
	int rc;

	if (!config->log_pseudonyms && !config->records.pseudonyms)
		return 0;
	rc = sl_pseudonym_key_read(config->pseudonym_key, key, error);
	if (rc)
		return rc;
	sl_pseudonyms_start(key);
	explicit_bzero(key, sizeof(key));
	for (unsigned i = 0; i < config->n_interfaces; i++)
		for (unsigned a = 0; a < config->interfaces[i].n_addresses; a++) {
			sl_pseudonyms_keep(config->interfaces[i].address[a].ip);
			sl_pseudonyms_keep(config->interfaces[i].address[a].advertise);
		}
	sl_log_set_hiding(config->log_pseudonyms);
	return 0;
}

int sl_relay_start(struct sl_relay *r, const char *path, struct sl_config *config, uv_loop_t *loop,
	struct sl_error *error)
{
	const char *reason = "";
	int rc;

	memset(r, 0, sizeof(*r));
	r->config = config;
	r->loop = loop;
	rc = start_pseudonyms(config, error);
	if (!rc)
		rc = sl_privileges_find(config->user, &r->privileges, error);
	if (!rc)
		rc = sl_network_reserve(&r->network, config, error);
	if (rc)
		return rc;
	r->crypto = sl_crypto_select(config->crypto, &reason);
	if (!r->crypto)
		return sl_refuse(error, -ENOTSUP, "crypto backend %s: %s", config->crypto, reason);
	rc = sl_network_open(&r->network, error);
	if (!rc)
		rc = sl_protection_start(
			&r->protection, &config->guard, r->network.guards, config->n_ports, error);
	if (!rc)
		rc = sl_network_attach(&r->network, loop, error);
	r->protection.neigh = r->network.neigh;
	if (!rc)
		rc = drop_privileges(r, error);
	if (!rc)
		rc = sl_records_start(&r->records, &config->records, sl_privileges_strip, error);
	if (!rc)
		rc = sl_hep_start(&r->hep, config, error);
	if (!rc) {
		start_running(r, path, config);
		record_start(r);
		rc = sl_workers_start(r->crypto, error);
	}
	if (rc)
		return rc;
	r->events = sl_events_new(loop);
	r->taps = sl_taps_new(loop, &r->sessions);
	if (!r->events || !r->taps)
		return sl_refuse(error, -ENOMEM, "out of memory");
	start_sessions(r);
	return start_sockets(r, error);
}

void sl_relay_stop(struct sl_relay *r)
{
	sl_server_stop(r->server);
	sl_datagram_stop(r->datagram);
	sl_websocket_stop(r->websocket);
	sl_taps_stop(r->taps); /* the workers answer yet */
	if (r->ticking) {
		sl_heap_stop(&r->heap);
		uv_close((uv_handle_t *)&r->tick, NULL);
		uv_close((uv_handle_t *)&r->follow, NULL);
		uv_close((uv_handle_t *)&r->sweep, NULL);
	}
	/* At once and before the calls end: with 100,000 up, telling the guard and a worker of each
	 * would take seconds. */
	sl_network_detach(&r->network);
	sl_core_wait_stop(&r->core_wait);
	sl_workers_stop();
	sl_records_ending(&r->records);
	sl_hep_stop(r->hep); /* it is not told how every call was when the relay ended them */
	r->hep = NULL;
	if (r->sessions_open)
		sl_sessions_fini(&r->sessions);
	sl_audit(r->records.audit, &(struct sl_audit_entry){.command = "stop"});
	sl_records_stop(&r->records);
	sl_ng_fini(&r->ng);
	sl_events_stop(r->events);
	sl_neigh_close(r->network.neigh);
	uv_run(r->loop, UV_RUN_DEFAULT);
	sl_websocket_free(r->websocket);
	sl_work_stop(r->work); /* nobody has an item any more */
	uv_run(r->loop, UV_RUN_DEFAULT);
	sl_network_close(&r->network);
	explicit_bzero(r, sizeof(*r));
}
