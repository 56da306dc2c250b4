/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ipc/peer.h"

#include <errno.h>
#include <sys/socket.h>

enum { GROUPS_MAX = 256 };

int sl_peer_of(int fd, struct sl_peer *peer)
{
	struct ucred credentials;
	socklen_t len = sizeof(credentials);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &len) < 0)
		return -errno;
	peer->kind = SL_PEER_UNIX;
	peer->pid = credentials.pid;
	peer->uid = credentials.uid;
	peer->gid = credentials.gid;
	return 0;
}

/* A peer in more groups than we look at is judged by its primary group alone. */
static unsigned groups_of(int fd, const struct sl_peer *peer, gid_t groups[GROUPS_MAX])
{
	socklen_t len = (GROUPS_MAX - 1) * sizeof(gid_t);
	unsigned n = 0;

	if (!getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len))
		n = len / sizeof(gid_t);
	groups[n++] = peer->gid;
	return n;
}

static bool is_among(const gid_t *groups, unsigned n, gid_t group)
{
	for (unsigned i = 0; i < n; i++)
		if (groups[i] == group)
			return true;
	return false;
}

bool sl_peer_allowed(int fd, struct sl_peer *peer, const struct sl_config_allow *allow, unsigned n)
{
	gid_t groups[GROUPS_MAX];
	unsigned n_groups = 0;

	for (unsigned i = 0; i < n; i++) {
		if (allow[i].kind == SL_ALLOW_GID && !n_groups)
			n_groups = groups_of(fd, peer, groups);
		if (allow[i].kind == SL_ALLOW_GID ? !is_among(groups, n_groups, allow[i].id)
						  : allow[i].id != peer->uid)
			continue;
		peer->read_only = allow[i].read_only;
		return true;
	}
	return false;
}
