/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes flows, for the control thread. */
#ifndef SL_DATAPLANE_FLOW_NEW_H
#define SL_DATAPLANE_FLOW_NEW_H

#include "dataplane/flow/flow.h"

/*
 * A flow from hugepage memory, not yet published. NULL: out of memory, or the destination's address
 * family is not that of the out slot (errno EINVAL, EAFNOSUPPORT or ENOMEM).
 */
struct sl_flow *sl_flow_new(const struct sl_flow_spec *spec);

#endif
