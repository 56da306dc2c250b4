/* SPDX-License-Identifier: BSD-3-Clause */
/* sluicectl audit verify: needs no sluiced. */
#ifndef SL_CTRL_CLI_AUDIT_H
#define SL_CTRL_CLI_AUDIT_H

/* Verifies `n` files, oldest first, and says what it found. `head` as `sluicectl audit head` told
 * it once; NULL: none. Returns the exit status: 0, 1 when something is wrong, or 2. */
int sl_audit_verify(char *const *files, int n, const char *head);

#endif
