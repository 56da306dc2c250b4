/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ng/ng_audit.h"

#include "ctrl/records/audit.h"

static bool changes(enum sl_ng_command command)
{
	switch (command) {
	case SL_NG_ping:
	case SL_NG_query:
	case SL_NG_list:
	case SL_NG_statistics:
	case SL_NG_COMMAND_COUNT:
		return false;
	default:
		return true;
	}
}

void sl_ng_audit(const struct sl_ng_request *r, enum sl_ng_command command, int rc)
{
	struct sl_audit_entry entry = {.peer = r->peer, .via = "ng"};

	if (!r->ng->audit || !changes(command) || r->unchanged)
		return;
	entry.command = sl_ng_command_names[command];
	entry.call = r->options.call_id;
	entry.from_tag = r->options.from_tag;
	entry.to_tag = r->options.to_tag;
	entry.refused = rc ? r->error.text : NULL;
	sl_audit(r->ng->audit, &entry);
}
