/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration that runs: as the file said at the start or at the last reload, but for the
 * guard's limits, which `sluicectl guard set` changes. A reload reads the file anew and applies all
 * that differs, or nothing: a file with a mistake, or with a change that takes a restart
 * (ctrl/config/config_diff.h), is refused whole. Calls that are up are not touched; what is judged
 * from then on is judged by the new values. The control thread's.
 */
#ifndef SL_CTRL_RELOAD_H
#define SL_CTRL_RELOAD_H

#include <jansson.h>
#include <sys/stat.h>

#include "ctrl/config/config_diff.h"
#include "ctrl/guard/protection.h"
#include "ctrl/ipc/datagram.h"
#include "ctrl/ipc/websocket.h"
#include "ctrl/records/records.h"
#include "ctrl/reload/access.h"

enum {
	SL_RELOAD_FILE = 1 << 20, /* bytes of the largest file that is read again */
	SL_RELOAD_TOLD = 64,      /* differences that are named; further ones are counted */
	SL_RELOAD_BELIEVED = 60,  /* s */
};

/* How far the file is from what runs. */
struct sl_drift {
	const char *unread; /* why the file cannot be read; NULL: it can */
	unsigned mistakes;  /* in it; then nothing is compared */
	unsigned live;      /* differences that a reload would apply, */
	unsigned restart;   /* and that only a restart does */
};

struct sl_running {
	const char *path;         /* of the file */
	struct sl_config *config; /* its guard is the protection's */
	struct sl_protection *protection;
	struct sl_sessions *sessions;
	struct sl_records *records;
	struct sl_server *server;
	struct sl_datagram *datagram;              /* NULL: no ng = udp: */
	struct sl_websocket *websocket;            /* NULL: no ng = ws: */
	const struct sl_server_protocol *ng, *ctl; /* of the server's listeners */

	struct sl_access access[2]; /* the one in force, and room for the next */
	unsigned which;
	uint64_t done, refused; /* reloads */
	int64_t last;           /* s, wall clock: when the last one was done; 0: none was */
	struct {
		uint64_t until; /* sl_clock: how long it is believed if the file looks the same */
		struct sl_drift drift;
		struct stat file; /* all zero: it could not be looked at */
		uint64_t policies, reloads;
	} seen;
};

/*
 * Reloads for `peer`, NULL: by a signal; the log and the audit trail tell of it, and the service
 * manager. Returns the answer for who asked: "changed", a list of differences; or "error", with
 * "mistakes" or "restart", the lists of what is in the way, or "unrestored", what could not be put
 * back; and "more", that the list has not.
 */
json_t *sl_reload(struct sl_running *running, const struct sl_peer *peer);

/* Reads the file and returns "differences", and how many "more" there are; or "error" with
 * "mistakes" if it cannot be used. */
json_t *sl_reload_diff(struct sl_running *running);

/* Cheap: the file is read when it looks another than it did; and again after a second while it
 * cannot be used, after SL_RELOAD_BELIEVED else, since names may have come and gone. */
struct sl_drift sl_reload_drift(struct sl_running *running);

/* The configuration that runs as a file that reads back to it; from malloc. NULL: out of memory. */
char *sl_reload_text(const struct sl_running *running, size_t *len);

#endif
