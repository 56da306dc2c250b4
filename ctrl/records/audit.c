/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/records/audit.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctrl/call/request.h"
#include "ctrl/records/audit_file.h"
#include "ctrl/records/json_text.h"
#include "ctrl/records/record_time.h"

struct sl_audit {
	struct sl_audit_file file;
	struct sl_writer *writer;
	int64_t second;      /* of the last stranger's record, */
	unsigned strangers;  /* records of that second, */
	uint64_t unrecorded; /* and strangers without one */
};

struct sl_audit *sl_audit_new(
	struct sl_writer *writer, const char *directory, struct sl_error *error)
{
	struct sl_audit *audit = calloc(1, sizeof(*audit));

	if (!audit) {
		sl_refuse(error, -ENOMEM, "out of memory");
		return NULL;
	}
	audit->writer = writer;
	sl_audit_file_init(&audit->file, directory);
	if (sl_writer_add(writer, SL_BOOK_AUDIT, &sl_audit_format, &audit->file, error)) {
		sl_audit_free(audit);
		return NULL;
	}
	return audit;
}

void sl_audit_free(struct sl_audit *audit)
{
	if (audit)
		sl_audit_file_fini(&audit->file);
	free(audit);
}

struct sl_chain sl_audit_head(struct sl_audit *audit)
{
	return sl_audit_file_head(&audit->file);
}

static json_t *who_json(const struct sl_peer *peer)
{
	char text[SL_ENDPOINT_TEXT];

	if (!peer)
		return json_pack("{s:i, s:i}", "uid", (int)getuid(), "pid", (int)getpid());
	if (peer->kind == SL_PEER_UNIX)
		return json_pack("{s:I, s:i}", "uid", (json_int_t)peer->uid, "pid", (int)peer->pid);
	return json_pack("{s:s}", "address", sl_endpoint_text(peer->ip, peer->port, text));
}

static void set_text(json_t *json, const char *key, struct sl_text text)
{
	char copy[SL_CALL_NAME + 1];
	size_t len = text.len < SL_CALL_NAME ? text.len : SL_CALL_NAME;

	if (!text.at)
		return;
	memcpy(copy, text.at, len);
	copy[len] = '\0';
	json_object_set_new(json, key, sl_json_text(copy));
}

static void set_string(json_t *json, const char *key, const char *text)
{
	char copy[SL_AUDIT_REASON];

	if (!text)
		return;
	snprintf(copy, sizeof(copy), "%s", text);
	json_object_set_new(json, key, sl_json_text(copy));
}

static json_t *entry_json(const struct sl_audit_entry *e)
{
	char time[SL_RECORD_TIME];
	json_t *json =
		json_pack("{s:s, s:o, s:s*, s:s}", "time", sl_record_time(sl_record_now(), time),
			"who", who_json(e->peer), "via", e->via, "command", e->command);

	if (!json)
		return NULL;
	set_text(json, "call", e->call);
	set_text(json, "from_tag", e->from_tag);
	set_text(json, "to_tag", e->to_tag);
	set_string(json, "key", e->key);
	set_string(json, "value", e->value);
	if (e->unrecorded)
		json_object_set_new(json, "unrecorded", json_integer((json_int_t)e->unrecorded));
	json_object_set_new(json, "result", json_string(e->refused ? "refused" : "ok"));
	set_string(json, "reason", e->refused);
	return json;
}

void sl_audit(struct sl_audit *audit, const struct sl_audit_entry *entry)
{
	json_t *json = audit ? entry_json(entry) : NULL;
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;

	json_decref(json);
	if (audit)
		sl_writer_put(audit->writer, SL_BOOK_AUDIT, text, text ? strlen(text) : 0);
}

/* Anybody on the machine can knock: it must not be a way to fill the disk. */
void sl_audit_stranger(struct sl_audit *audit, const struct sl_peer *peer, const char *via)
{
	const struct sl_audit_entry entry = {.peer = peer,
		.via = via,
		.command = "connect",
		.refused = "not allowed to use this",
		.unrecorded = audit ? audit->unrecorded : 0};
	int64_t second = sl_record_now() / 1000000000;

	if (!audit)
		return;
	if (second != audit->second) {
		audit->second = second;
		audit->strangers = 0;
	}
	if (audit->strangers++ >= SL_AUDIT_STRANGERS) {
		audit->unrecorded++;
		return;
	}
	audit->unrecorded = 0;
	sl_audit(audit, &entry);
}
