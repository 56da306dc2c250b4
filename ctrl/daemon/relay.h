/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The whole relay, put together in the order that each part needs of the one before, and taken
 * apart in the reverse: network, privileges, workers, sessions, sockets.
 */
#ifndef SL_CTRL_RELAY_H
#define SL_CTRL_RELAY_H

#include <uv.h>

#include "ctrl/admin/admin.h"
#include "ctrl/admin/events.h"
#include "ctrl/call/session.h"
#include "ctrl/config/config.h"
#include "ctrl/daemon/heap.h"
#include "ctrl/daemon/network.h"
#include "ctrl/daemon/privileges.h"
#include "ctrl/daemon/watchdog.h"
#include "ctrl/guard/protection.h"
#include "ctrl/hep/hep.h"
#include "ctrl/ipc/datagram.h"
#include "ctrl/ipc/server.h"
#include "ctrl/ipc/websocket.h"
#include "ctrl/ng/ng.h"
#include "ctrl/observe/core_wait.h"
#include "ctrl/observe/port_watch.h"
#include "ctrl/records/records.h"
#include "ctrl/reload/reload.h"
#include "sluice/error.h"

struct sl_relay {
	const struct sl_config *config;
	uv_loop_t *loop;
	struct sl_heap heap;
	const struct sl_crypto_backend *crypto;
	struct sl_network network;
	struct sl_protection protection;
	struct sl_privileges privileges;
	struct sl_watchdog watchdog;
	struct sl_running running;
	struct sl_sessions sessions;
	bool sessions_open;
	uv_timer_t tick, follow, sweep;
	struct sl_events *events;
	struct sl_taps *taps;
	bool ticking;
	struct sl_records records;
	struct sl_hep *hep; /* NULL: no [homer] */
	struct sl_core_wait core_wait;
	struct sl_port_watch port_watch;
	struct sl_work *work;
	struct sl_server *server;
	struct sl_datagram *datagram;   /* NULL: no ng = udp: */
	struct sl_websocket *websocket; /* NULL: no ng = ws: */
	struct sl_ng ng;
	struct sl_admin admin;
};

/*
 * Starts everything that `config` says, which was read from `path`; both must outlive the relay,
 * which changes `config` as that file is reloaded. 0; or -errno with `error`, after which
 * sl_relay_stop is to be called all the same.
 */
int sl_relay_start(struct sl_relay *relay, const char *path, struct sl_config *config,
	uv_loop_t *loop, struct sl_error *error);

/* Reloads the file; the log says what became of it. */
void sl_relay_reload(struct sl_relay *relay);

/*
 * Takes apart what was started, in reverse: sockets, calls, workers, guards, ports. Runs the loop
 * until its handles are closed.
 */
void sl_relay_stop(struct sl_relay *relay);

#endif
