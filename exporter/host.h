/* SPDX-License-Identifier: BSD-3-Clause */
/* The name that an HTTP client asked for (RFC 9110 7.2). Pure. */
#ifndef SL_EXPORTER_HOST_H
#define SL_EXPORTER_HOST_H

#include <stdbool.h>

#include "exporter/settings.h"

/*
 * Is it a name of the exporter's: localhost, a literal of a loopback address or of `listen`, a
 * `host` of the settings? Any port is, for tunnels have their own. Without this check a page of
 * anybody's, whose name its DNS turns into 127.0.0.1, reads everything here by its reader's
 * browser. NULL, no Host at all, is as well: old probes send none, and browsers always do.
 */
bool sl_host_is_ours(const struct sl_settings *settings, const char *host);

#endif
