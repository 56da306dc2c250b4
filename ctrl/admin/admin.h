/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The admin protocol, which sluicectl speaks: one JSON object and a newline per request, one JSON
 * object and a newline back, with "error" in it when it could not be served. A view shows
 * something,
 * {"view": "calls"}; a verb changes something, {"do": "set-guard", "key": ..., "value": ...}. JSON
 * keys are in snake_case; drop reasons and limits go by their labels. Keys of SRTP never leave,
 * only their fingerprints. Peers that may only read (admin-read) have the views of counters, which
 * name no call, and nothing else.
 */
#ifndef SL_CTRL_ADMIN_H
#define SL_CTRL_ADMIN_H

#include "ctrl/admin/admin_tap.h"
#include "ctrl/admin/events.h"
#include "ctrl/call/session.h"
#include "ctrl/guard/protection.h"
#include "ctrl/hep/hep.h"
#include "ctrl/ipc/datagram.h"
#include "ctrl/ipc/server.h"
#include "ctrl/ipc/websocket.h"
#include "ctrl/ng/ng.h"
#include "ctrl/observe/core_wait.h"
#include "ctrl/records/records.h"
#include "ctrl/reload/reload.h"

struct sl_admin {
	const struct sl_sessions *sessions;
	const struct sl_ng *ng;
	struct sl_server *server;
	const struct sl_work *work;
	struct sl_datagram *datagram;   /* NULL: no NG by UDP */
	struct sl_websocket *websocket; /* NULL: no NG by WebSocket */
	struct sl_protection *protection;
	const struct sl_neigh *neigh;
	const struct sl_interface *interfaces;
	unsigned n_interfaces;
	unsigned n_ports; /* of the dataplane */
	struct sl_events *events;
	struct sl_taps *taps;
	struct sl_records *records;
	const struct sl_hep *hep; /* NULL: no [homer] */
	const struct sl_core_wait *core_wait;
	struct sl_running *running;
	int64_t started; /* s, wall clock */
	bool hugepages;
};

/* For a listener; its context is a struct sl_admin. */
extern const struct sl_server_protocol sl_admin_protocol;

#endif
