/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The audit trail has a record of each request that changed something, and of each peer that was
 * refused. Each record is chained to the one before (ctrl/records/chain.h). The control thread
 * makes its text here; the writer's thread adds numbers and hashes.
 */
#ifndef SL_CTRL_AUDIT_H
#define SL_CTRL_AUDIT_H

#include "ctrl/ipc/peer.h"
#include "ctrl/records/chain.h"
#include "ctrl/records/writer.h"
#include "ctrl/sdp/sdp.h"

enum {
	SL_AUDIT_REASON = 320,   /* bytes of a reason that are told */
	SL_AUDIT_STRANGERS = 10, /* records a second of those who may ask for nothing; further ones
				    are counted in the next */
};

/* A request. Texts with `at` NULL, and NULL, are left out. */
struct sl_audit_entry {
	const struct sl_peer *peer; /* NULL: the daemon itself */
	const char *via;            /* "ng", "ctl" */
	const char *command;        /* "offer", "set-guard" */
	struct sl_text call, from_tag, to_tag;
	const char *key, *value; /* what was set to what */
	const char *refused;     /* why; NULL: it was done */
	uint64_t unrecorded;     /* so many more like it have no record; 0: none */
};

struct sl_audit;

/* Adds the trail to a writer that is not started yet, and goes on where the directory's last file
 * ended. NULL, with `error`: out of memory, or it cannot be written. */
struct sl_audit *sl_audit_new(
	struct sl_writer *writer, const char *directory, struct sl_error *error);

/* After the writer has stopped. */
void sl_audit_free(struct sl_audit *audit);

/* Records a request. `audit` NULL: nothing happens. */
void sl_audit(struct sl_audit *audit, const struct sl_audit_entry *entry);

/* Records, SL_AUDIT_STRANGERS times a second at most, somebody who may not use the listener `via`.
 */
void sl_audit_stranger(struct sl_audit *audit, const struct sl_peer *peer, const char *via);

/* Number and hash of the last record that was written, by any thread. */
struct sl_chain sl_audit_head(struct sl_audit *audit);

#endif
