/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/unix_listen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

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

static int bind_at(const struct sockaddr_un *address, mode_t mode)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int rc;

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	if (chmod(address->sun_path, mode) < 0) {
		rc = -errno;
		close(fd);
		unlink(address->sun_path);
		return rc;
	}
	return fd;
}

int sl_unix_bind(const char *path, mode_t mode, struct stat *file, char *why, size_t room)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int rc;

	if (strlen(path) >= sizeof(address.sun_path)) {
		snprintf(why, room, "%s: longer than 107 bytes", path);
		return -ENAMETOOLONG;
	}
	strcpy(address.sun_path, path);
	rc = clear_stale(&address);
	if (!rc)
		rc = bind_at(&address, mode);
	if (rc == -EADDRINUSE)
		snprintf(why, room, "%s: another process answers there; stop it first", path);
	else if (rc == -ENOTSOCK)
		snprintf(why, room, "%s: there is something that is no socket; remove it", path);
	else if (rc < 0)
		snprintf(why, room, "%s: %s", path, strerror(-rc));
	else if (lstat(path, file) < 0)
		memset(file, 0, sizeof(*file));
	return rc;
}

void sl_unix_unlink(const char *path, const struct stat *file)
{
	struct stat now;

	if (!lstat(path, &now) && now.st_dev == file->st_dev && now.st_ino == file->st_ino)
		unlink(path);
}
