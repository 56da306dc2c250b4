/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is at the other end of a Unix socket, as the kernel vouches for it, and whether they may talk
 * to us. */
#ifndef SL_CTRL_PEER_H
#define SL_CTRL_PEER_H

#include <stdbool.h>
#include <sys/types.h>

#include "ctrl/config.h"

struct sl_peer {
	pid_t pid;
	uid_t uid;
	gid_t gid;
};

/* Who connected `fd` (SO_PEERCRED). 0 or -errno. */
int sl_peer_of(int fd, struct sl_peer *peer);

/*
 * True when one of the `n` lines of `allow` names the peer: by its user, or by a group that it is
 * in (SO_PEERGROUPS). Nothing else is asked: root has no place of its own here.
 */
bool sl_peer_allowed(
	int fd, const struct sl_peer *peer, const struct sl_config_allow *allow, unsigned n);

#endif
