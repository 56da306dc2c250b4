/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From root, or from the service user with the capabilities of its unit, to the service user with
 * the two that running takes:
 *
 *   CAP_NET_ADMIN   report neighbours as used (ctrl/neigh/neigh.h), detach XDP at the end
 *   CAP_IPC_LOCK    lock memory, so that keys are never swapped out
 *
 * All else that takes privileges (CAP_BPF and CAP_NET_RAW for the guard and its AF_XDP sockets,
 * /dev/net/tun, vfio, ethtool) is done and held open by then.
 *
 * Errors are -errno, with `error` saying what the operator can do; on success it is untouched.
 */
#ifndef SL_CTRL_PRIVILEGES_H
#define SL_CTRL_PRIVILEGES_H

#include <stdbool.h>
#include <sys/types.h>

#include "sluice/error.h"

struct sl_privileges {
	char user[32];
	uid_t uid;
	gid_t gid;
	bool traceable; /* before the drop: core dumps and debuggers are allowed */
	bool locked;    /* after the drop: memory is locked */
};

/* Looks up the service user. 0; -ENOENT: no such user; -EPERM: we are neither root nor that user.
 */
int sl_privileges_find(const char *user, struct sl_privileges *privileges, struct sl_error *error);

/*
 * Makes the runtime directory, owned by the service user, mode 0755 (the sockets in it check
 * credentials). One that exists is taken when it is that user's already, or empty. 0 or -errno.
 */
int sl_privileges_runtime_dir(
	const struct sl_privileges *privileges, const char *path, struct sl_error *error);

/*
 * Becomes the service user. Call it before the first worker starts: capabilities belong to threads.
 * Threads that run already (DPDK's) become that user too, without any capability. Also, for each
 * thread: no new privileges by exec, an empty bounding set; and no core dumps, no tracing by the
 * same user (unless privileges->traceable), and memory locked as it is touched; if that fails, 0 is
 * returned all the same, with privileges->locked false. Other errors are -errno, after which the
 * process must end.
 */
int sl_privileges_drop(struct sl_privileges *privileges, struct sl_error *error);

/*
 * Leaves the calling thread without capabilities, also where the user stays the same and the kernel
 * takes none. But where the limit of locked memory could not be lifted, it keeps CAP_IPC_LOCK: a
 * thread without it can allocate nothing. Safe in a signal handler. 0 or -errno.
 */
int sl_privileges_strip(void);

#endif
