/* SPDX-License-Identifier: BSD-3-Clause */
/* Records in the audit trail what proxies change. Private to ctrl/ng. */
#ifndef SL_CTRL_NG_AUDIT_H
#define SL_CTRL_NG_AUDIT_H

#include "ctrl/ng/ng_commands.h"

/* Records a request that was worked on, if its command is one that changes calls; `rc` is how it
 * ended, 0 or a negative code. */
void sl_ng_audit(const struct sl_ng_request *r, enum sl_ng_command command, int rc);

#endif
