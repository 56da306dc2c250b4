/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/reload/access.h"

#include <string.h>
#include <unistd.h>

void sl_access_of(struct sl_access *access, const struct sl_config *config)
{
	access->ctl[0] = (struct sl_config_allow){.kind = SL_ALLOW_UID, .id = 0};
	access->ctl[1] = (struct sl_config_allow){.kind = SL_ALLOW_UID, .id = getuid()};
	/* Who may do all comes first: a line of admin-read takes nothing away. */
	memcpy(access->ctl + 2, config->admin_read, sizeof(config->admin_read));
	access->n_ctl = 2 + config->n_admin_read;
	access->n_ng = config->n_ng_allow;
	memcpy(access->ng, config->ng_allow, sizeof(access->ng));
	if (!access->n_ng) {
		memcpy(access->ng, access->ctl, 2 * sizeof(access->ctl[0]));
		access->n_ng = 2;
	}
}
