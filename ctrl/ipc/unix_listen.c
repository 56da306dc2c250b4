/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/ipc/unix_listen.h"

#include <endian.h>
#include <errno.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <linux/xattr.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "ctrl/base/log.h"

/* 0: nothing is there any more; -EADDRINUSE: somebody answers; -ENOTSOCK: not ours to remove. */
static int clear_stale(const struct sockaddr_un *address)
{
	struct stat st;
	int fd, rc;

	if (lstat(address->sun_path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -ENOTSOCK;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	rc = connect(fd, (const struct sockaddr *)address, sizeof(*address)) ? -errno : 0;
	close(fd);
	if (rc != -ECONNREFUSED)
		return -EADDRINUSE;
	return unlink(address->sun_path) ? -errno : 0;
}

/* An access control list as the kernel takes it: linux/posix_acl_xattr.h, little endian. */
struct acl {
	struct posix_acl_xattr_header header;
	struct posix_acl_xattr_entry entry[SL_CONFIG_NG_ALLOW + 5];
	unsigned n;
};

static void acl_add(struct acl *acl, unsigned tag, unsigned permissions, uint32_t id)
{
	acl->entry[acl->n++] = (struct posix_acl_xattr_entry){
		.e_tag = htole16(tag), .e_perm = htole16(permissions), .e_id = htole32(id)};
}

/* The entries that allow[] comes to, of one kind. The owner has one of its own, root needs none. */
static void acl_add_named(
	struct acl *acl, const struct sl_config_allow *allow, unsigned n, int kind)
{
	for (unsigned i = 0; i < n; i++) {
		if ((int)allow[i].kind != kind)
			continue;
		if (kind == SL_ALLOW_UID && (allow[i].id == 0 || allow[i].id == geteuid()))
			continue;
		acl_add(acl, kind == SL_ALLOW_UID ? ACL_USER : ACL_GROUP, ACL_READ | ACL_WRITE,
			allow[i].id);
	}
}

/* A mode says that it is for nobody but the owner and root. */
static int owner_only(const char *path)
{
	if (chmod(path, 0600) < 0)
		return -errno;
	if (removexattr(path, XATTR_NAME_POSIX_ACL_ACCESS) < 0 && errno != ENODATA &&
		errno != EOPNOTSUPP)
		return -errno;
	return 0;
}

/* acl(5): the order of tags is prescribed. */
static int let_in(const char *path, const struct sl_config_allow *allow, unsigned n)
{
	struct acl acl = {.header.a_version = htole32(POSIX_ACL_XATTR_VERSION)};
	unsigned users;

	acl_add(&acl, ACL_USER_OBJ, ACL_READ | ACL_WRITE, (uint32_t)ACL_UNDEFINED_ID);
	acl_add_named(&acl, allow, n, SL_ALLOW_UID);
	users = acl.n;
	acl_add(&acl, ACL_GROUP_OBJ, 0, (uint32_t)ACL_UNDEFINED_ID);
	acl_add_named(&acl, allow, n, SL_ALLOW_GID);
	if (users == 1 && acl.n == users + 1)
		return owner_only(path);
	acl_add(&acl, ACL_MASK, ACL_READ | ACL_WRITE, (uint32_t)ACL_UNDEFINED_ID);
	acl_add(&acl, ACL_OTHER, 0, (uint32_t)ACL_UNDEFINED_ID);
	if (!setxattr(path, XATTR_NAME_POSIX_ACL_ACCESS, &acl.header,
		    sizeof(acl.header) + acl.n * sizeof(acl.entry[0]), 0))
		return 0;
	if (errno != EOPNOTSUPP)
		return -errno;
	sl_log_warning("%s: this file system has no access control lists, so anybody may connect, "
		       "to be refused afterwards; put it on one that has (tmpfs, ext4, xfs)",
		path);
	return chmod(path, 0666) ? -errno : 0;
}

static int bind_at(
	const struct sockaddr_un *address, const struct sl_config_allow *allow, unsigned n)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int rc;

	if (fd < 0)
		return -errno;
	/* bind() gives the file the mode that the socket has: it is never open to more. */
	if (fchmod(fd, 0600) < 0 ||
		bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	rc = let_in(address->sun_path, allow, n);
	if (rc < 0) {
		close(fd);
		unlink(address->sun_path);
		return rc;
	}
	return fd;
}

int sl_unix_bind(const char *path, const struct sl_config_allow *allow, unsigned n,
	struct stat *file, struct sl_error *error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int rc;

	if (strlen(path) >= sizeof(address.sun_path))
		return sl_refuse(error, -ENAMETOOLONG, "%s: longer than 107 bytes", path);
	strcpy(address.sun_path, path);
	rc = clear_stale(&address);
	if (!rc)
		rc = bind_at(&address, allow, n);
	if (rc == -EADDRINUSE)
		sl_refuse(error, rc, "%s: another process answers there; stop it first", path);
	else if (rc == -ENOTSOCK)
		sl_refuse(error, rc, "%s: there is something that is no socket; remove it", path);
	else if (rc < 0)
		sl_refuse(error, rc, "%s: %s", path, strerror(-rc));
	else if (lstat(path, file) < 0)
		memset(file, 0, sizeof(*file));
	return rc;
}

static bool is_ours(const char *path, const struct stat *file)
{
	struct stat now;

	return !lstat(path, &now) && now.st_dev == file->st_dev && now.st_ino == file->st_ino;
}

int sl_unix_allow(const char *path, const struct stat *file, const struct sl_config_allow *allow,
	unsigned n, struct sl_error *error)
{
	int rc = is_ours(path, file) ? let_in(path, allow, n) : 0;

	return rc ? sl_refuse(error, rc, "%s: who may connect: %s", path, strerror(-rc)) : 0;
}

void sl_unix_unlink(const char *path, const struct stat *file)
{
	if (is_ours(path, file))
		unlink(path);
}
