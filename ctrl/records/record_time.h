/* SPDX-License-Identifier: BSD-3-Clause */
/* Times in records: RFC 3339, UTC, with milliseconds. */
#ifndef SL_CTRL_RECORD_TIME_H
#define SL_CTRL_RECORD_TIME_H

#include <stdint.h>

enum { SL_RECORD_TIME = 32 }; /* bytes, NUL included */

/* Now, in ns since 1970. */
int64_t sl_record_now(void);

/* "2026-11-30T17:34:13.123Z"; "" for 0. Returns `text`. */
const char *sl_record_time(int64_t ns, char text[SL_RECORD_TIME]);

#endif
