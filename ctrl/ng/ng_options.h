/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reads what an NG request asks for besides its command: keys and flags in all their spellings. A
 * pure leaf. docs/ng.md lists them all.
 */
#ifndef SL_CTRL_NG_OPTIONS_H
#define SL_CTRL_NG_OPTIONS_H

#include "ctrl/call/request.h"
#include "ctrl/ng/node.h"
#include "sluice/error.h"

/* Called for each key value or flag that nothing is done about. */
typedef void (*sl_ng_unknown)(const char *where, const char *text, uint32_t len);

/*
 * 0; -SL_E_REQUEST with `error` when a value is of the wrong type or cannot be understood;
 * -SL_E_UNSUPPORTED when it can, and is not done here. `unknown` may be NULL.
 */
int sl_ng_options_read(const struct sl_node *request, struct sl_request *options,
	sl_ng_unknown unknown, struct sl_error *error);

#endif
