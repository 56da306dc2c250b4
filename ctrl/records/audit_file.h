/* SPDX-License-Identifier: BSD-3-Clause */
/* The file of the audit trail: goes on with the chain where it ended. Private to ctrl/records. */
#ifndef SL_CTRL_AUDIT_FILE_H
#define SL_CTRL_AUDIT_FILE_H

#include <pthread.h>

#include "ctrl/records/chain.h"
#include "ctrl/records/writer.h"

struct sl_audit_file {
	char directory[SL_CONFIG_PATH];
	bool known;           /* where the chain ended */
	pthread_mutex_t lock; /* of the head, which others read */
	struct sl_chain head;
};

void sl_audit_file_init(struct sl_audit_file *file, const char *directory);
void sl_audit_file_fini(struct sl_audit_file *file);
struct sl_chain sl_audit_file_head(struct sl_audit_file *file);

/* audit.jsonl; its context is a struct sl_audit_file. A body is a JSON object. */
extern const struct sl_book_format sl_audit_format;

#endif
