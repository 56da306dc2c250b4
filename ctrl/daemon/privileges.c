/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/daemon/privileges.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ctrl/daemon/threads.h"

static const cap_value_t kept[] = {CAP_NET_ADMIN, CAP_IPC_LOCK};

enum { KEPT = sizeof(kept) / sizeof(kept[0]) };

int sl_privileges_find(const char *user, struct sl_privileges *privileges, struct sl_error *error)
{
	const struct passwd *account = getpwnam(user);

	memset(privileges, 0, sizeof(*privileges));
	if (!account || strlen(user) >= sizeof(privileges->user))
		return sl_refuse(error, -ENOENT,
			"there is no user '%s': adduser --system --group --no-create-home %s, or "
			"set another user in [sluice]",
			user, user);
	strcpy(privileges->user, user);
	privileges->uid = account->pw_uid;
	privileges->gid = account->pw_gid;
	if (geteuid() != 0 && geteuid() != privileges->uid)
		return sl_refuse(
			error, -EPERM, "start as root (or as user %s with capabilities)", user);
	return 0;
}

static bool is_empty(int fd)
{
	const struct dirent *entry;
	unsigned entries = 0;
	DIR *directory;

	fd = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	directory = fd < 0 ? NULL : fdopendir(fd);
	if (!directory) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while ((entry = readdir(directory)))
		entries += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	closedir(directory);
	return entries == 0;
}

int sl_privileges_runtime_dir(
	const struct sl_privileges *privileges, const char *path, struct sl_error *error)
{
	bool made = mkdir(path, 0755) == 0;
	struct stat status;
	int fd, ret = 0;

	if (!made && errno != EEXIST)
		return sl_refuse(
			error, -errno, "runtime-dir %s cannot be made: %s", path, strerror(errno));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status)) {
		ret = sl_refuse(error, -errno, "runtime-dir %s: %s", path, strerror(errno));
	} else if (!made && status.st_uid != privileges->uid && !is_empty(fd)) {
		/* /run or /tmp by mistake must not become the service user's. */
		ret = sl_refuse(error, -EEXIST,
			"runtime-dir %s exists, is in use and belongs to uid %u; choose another, "
			"or "
			"chown it to %s",
			path, status.st_uid, privileges->user);
	} else if (fchmod(fd, 0755) || (status.st_uid != privileges->uid &&
					       fchown(fd, privileges->uid, privileges->gid))) {
		ret = sl_refuse(error, -errno, "runtime-dir %s cannot be given to %s: %s", path,
			privileges->user, strerror(errno));
	}
	if (fd >= 0)
		close(fd);
	return ret;
}

static int become(const struct sl_privileges *privileges)
{
	/* Changing the user clears a thread's capabilities, except where this is set. */
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
		return -errno;
	if (initgroups(privileges->user, privileges->gid) ||
		setresgid(privileges->gid, privileges->gid, privileges->gid) ||
		setresuid(privileges->uid, privileges->uid, privileges->uid))
		return -errno;
	return 0;
}

/* The kept ones, as far as we have them. */
static int limit_capabilities(void)
{
	cap_t had = cap_get_proc();
	cap_t wanted = cap_init();
	int ret = had && wanted ? 0 : -ENOMEM;

	for (unsigned i = 0; i < KEPT && !ret; i++) {
		cap_flag_value_t permitted = CAP_CLEAR;

		if (cap_get_flag(had, kept[i], CAP_PERMITTED, &permitted))
			ret = -errno;
		else if (permitted == CAP_SET &&
			 (cap_set_flag(wanted, CAP_PERMITTED, 1, &kept[i], CAP_SET) ||
				 cap_set_flag(wanted, CAP_EFFECTIVE, 1, &kept[i], CAP_SET)))
			ret = -errno;
	}
	if (!ret && cap_set_proc(wanted))
		ret = -errno;
	cap_free(had);
	cap_free(wanted);
	return ret;
}

/*
 * Drops for good what exec could give back. For the calling thread, like all that follows, and
 * safe in a signal handler.
 */
static int confine(void)
{
	/* Needs CAP_SETPCAP; without it (not started as root) no_new_privs says the same. */
	for (unsigned long cap = 0; cap < 64; cap++)
		prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return 0;
}

int sl_privileges_strip(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct had[_LINUX_CAPABILITY_U32S_3] = {0};
	struct __user_cap_data_struct left[_LINUX_CAPABILITY_U32S_3] = {0};
	struct rlimit lock;

	if (!getrlimit(RLIMIT_MEMLOCK, &lock) && lock.rlim_cur != RLIM_INFINITY &&
		!syscall(SYS_capget, &header, had))
		left[0].permitted = left[0].effective = had[0].permitted & 1u << CAP_IPC_LOCK;
	return syscall(SYS_capset, &header, left) ? -errno : 0;
}

static bool lock_memory(void)
{
	struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};

	/* Only pages that are touched: DPDK reserves address space far beyond what it uses. */
	setrlimit(RLIMIT_MEMLOCK, &unlimited);
	return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0;
}

/* After the change of user, which sets it by a system-wide policy. */
static int set_traceable(bool traceable)
{
	struct rlimit core = {0, 0};

	if (traceable && getrlimit(RLIMIT_CORE, &core))
		return -errno;
	core.rlim_cur = core.rlim_max;
	return prctl(PR_SET_DUMPABLE, traceable, 0, 0, 0) || setrlimit(RLIMIT_CORE, &core) ? -errno
											   : 0;
}

int sl_privileges_drop(struct sl_privileges *privileges, struct sl_error *error)
{
	int ret = 0;

	privileges->locked = lock_memory();
	ret = confine();
	if (!ret)
		ret = sl_threads_other(confine);
	if (ret)
		return sl_refuse(error, ret, "cannot give up privileges: %s", strerror(-ret));
	if (geteuid() == 0)
		ret = become(privileges);
	if (ret)
		return sl_refuse(
			error, ret, "cannot become user %s: %s", privileges->user, strerror(-ret));
	ret = limit_capabilities();
	if (!ret)
		ret = sl_threads_other(sl_privileges_strip);
	if (!ret)
		ret = set_traceable(privileges->traceable);
	if (ret)
		return sl_refuse(error, ret, "cannot give up privileges: %s", strerror(-ret));
	return 0;
}
