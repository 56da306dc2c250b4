/* SPDX-License-Identifier: BSD-3-Clause */
/* The commands of NG. Private to ctrl/ng. */
#ifndef SL_CTRL_NG_COMMANDS_H
#define SL_CTRL_NG_COMMANDS_H

#include "ctrl/ng/ng.h"
#include "ctrl/ng/ng_options.h"
#include "ctrl/ng/reply.h"

struct sl_ng_request {
	struct sl_ng *ng;
	const struct sl_peer *peer;
	const struct sl_node *root;
	struct sl_request options;
	struct sl_reply reply; /* a dictionary is open */
	struct sl_error error;
	bool unchanged; /* there was nothing to do */
};

/* By enum sl_ng_command: 0 with the members of the reply written, or a negative code with `error`.
 */
extern int (*const sl_ng_commands[SL_NG_COMMAND_COUNT])(struct sl_ng_request *r);

#endif
