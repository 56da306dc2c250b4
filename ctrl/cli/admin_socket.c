/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/cli/admin_socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctrl/cli/exit_status.h"

int sl_admin_connect(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int sl_admin_unreachable(const char *path)
{
	if (errno == EACCES) {
		fprintf(stderr, "sluicectl: %s: %s; ask as root, or as the service user\n", path,
			strerror(errno));
		return EXIT_FAILURE;
	}
	if (errno == ENAMETOOLONG) {
		fprintf(stderr, "sluicectl: %s: longer than a socket's path can be\n", path);
		return SL_EXIT_USAGE;
	}
	fprintf(stderr, "sluicectl: %s: %s; does sluiced run?\n", path, strerror(errno));
	return SL_EXIT_NO_DAEMON;
}

bool sl_admin_send(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return true;
}
