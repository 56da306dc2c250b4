/* SPDX-License-Identifier: BSD-3-Clause */
/* Who may use the Unix sockets: what the configuration says, and whom it need not name. */
#ifndef SL_CTRL_ACCESS_H
#define SL_CTRL_ACCESS_H

#include "ctrl/config/config.h"

struct sl_access {
	struct sl_config_allow ng[SL_CONFIG_NG_ALLOW], ctl[2 + SL_CONFIG_NG_ALLOW];
	unsigned n_ng, n_ctl;
};

/* As the user that the process is from here on. */
void sl_access_of(struct sl_access *access, const struct sl_config *config);

#endif
