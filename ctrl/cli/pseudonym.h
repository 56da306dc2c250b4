/* SPDX-License-Identifier: BSD-3-Clause */
/* sluicectl pseudonym: needs no sluiced, but the key. */
#ifndef SL_CTRL_CLI_PSEUDONYM_H
#define SL_CTRL_CLI_PSEUDONYM_H

/* Shows the pseudonyms of `n` addresses under the key in the file `key`. Returns the exit status.
 */
int sl_show_pseudonyms(const char *key, char *const *addresses, int n);

#endif
