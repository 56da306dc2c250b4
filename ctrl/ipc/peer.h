/* SPDX-License-Identifier: BSD-3-Clause */
/* The peer of a control connection; for a Unix socket, as the kernel vouches for it,
 * and whether they may talk to us. */
#ifndef SL_CTRL_PEER_H
#define SL_CTRL_PEER_H

#include <stdbool.h>
#include <sys/types.h>

#include "ctrl/config/config.h"

enum sl_peer_kind { SL_PEER_UNIX, SL_PEER_UDP, SL_PEER_WEBSOCKET };

struct sl_peer {
	enum sl_peer_kind kind;
	bool read_only; /* may look, and change nothing */
	pid_t pid;      /* SL_PEER_UNIX */
	uid_t uid;
	gid_t gid;
	uint8_t ip[16]; /* the others */
	uint16_t port;
};

/* Fills in the process that connected `fd` (SO_PEERCRED). Returns 0 or -errno. */
int sl_peer_of(int fd, struct sl_peer *peer);

/*
 * True when one of the `n` lines of `allow` names the peer: by its user, or by a group that it is
 * in (SO_PEERGROUPS). The first that does says whether it may only read. Nothing else is asked:
 * root has no place of its own here.
 */
bool sl_peer_allowed(int fd, struct sl_peer *peer, const struct sl_config_allow *allow, unsigned n);

#endif
