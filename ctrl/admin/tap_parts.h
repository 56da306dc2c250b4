/* SPDX-License-Identifier: BSD-3-Clause */
/* The parts of admin_tap.c. Private to ctrl/admin. */
#ifndef SL_CTRL_TAP_PARTS_H
#define SL_CTRL_TAP_PARTS_H

#include <jansson.h>

#include "ctrl/call/session.h"
#include "dataplane/path/tap.h"

/* The local ports of all legs of a call, at most SL_TAP_PORTS. Returns how many. */
unsigned sl_tap_call_ports(const struct sl_call *call, struct sl_tap_port ports[SL_TAP_PORTS]);

/* The line of `trace` for a record. `offset`: ns from sl_clock to 1970. NULL: out of memory. */
json_t *sl_tap_line(const struct sl_call *call, const struct sl_tap_record *record, int64_t offset);

/* A record as blocks of a capture file: at most so many bytes. */
enum { SL_TAP_BLOCKS = SL_TAP_SIDES * (SL_TAP_FRAME + 256 + 64) };

/* The interfaces of the file: received, sent and, if `clear`, in clear. Returns the bytes. */
size_t sl_tap_header(uint8_t out[SL_TAP_BLOCKS], bool clear);
size_t sl_tap_blocks(
	uint8_t out[SL_TAP_BLOCKS], const struct sl_tap_record *record, int64_t offset);

/* The end of the file: so many packets arrived, and so many of them are not in it. */
size_t sl_tap_footer(uint8_t out[SL_TAP_BLOCKS], uint64_t at, uint64_t received, uint64_t lost);

/* The name of a verdict: "forwarded", or the reason of a drop. */
const char *sl_tap_verdict(const struct sl_tap_record *record);
const char *sl_tap_stage_name(const struct sl_tap_record *record);

#endif
