/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/cli/admin_socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "ctrl/cli/exit_status.h"

enum { PAGE = 64 }; /* calls in an answer: as many as the daemon gives */

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

static size_t read_socket(void *buffer, size_t room, void *data)
{
	ssize_t n;

	do {
		n = read(*(const int *)data, buffer, room);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? (size_t)-1 : (size_t)n;
}

int sl_admin_try(const char *path, const json_t *request, unsigned seconds, json_t **answer)
{
	const struct timeval patience = {.tv_sec = seconds};
	char *text = request ? json_dumps(request, JSON_COMPACT) : NULL;
	json_error_t error;
	int rc = 0, fd;

	if (!text)
		return -EILSEQ;
	fd = sl_admin_connect(path);
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (fd < 0 || !sl_admin_send(fd, text, strlen(text)) || !sl_admin_send(fd, "\n", 1))
		rc = -errno;
	else if (!(*answer = json_load_callback(read_socket, &fd, 0, &error)))
		rc = -EPROTO;
	if (fd >= 0)
		close(fd);
	free(text);
	return rc;
}

int sl_admin_try_page(const char *path, unsigned seconds, json_int_t *next, json_t *all)
{
	json_t *request =
		json_pack("{s:s, s:i, s:I}", "view", "calls", "limit", PAGE, "after", *next);
	json_t *page = NULL, *error;
	int rc = sl_admin_try(path, request, seconds, &page);

	*next = json_integer_value(json_object_get(page, "next"));
	json_array_extend(json_object_get(all, "calls"), json_object_get(page, "calls"));
	error = json_object_get(page, "error");
	if (error)
		json_object_set(all, "error", error);
	json_decref(page);
	json_decref(request);
	return rc;
}

int sl_admin_try_calls(const char *path, unsigned seconds, json_t **answer)
{
	json_int_t next = 0;
	int rc;

	*answer = json_pack("{s:[]}", "calls");
	do {
		rc = sl_admin_try_page(path, seconds, &next, *answer);
	} while (!rc && next);
	if (rc) {
		json_decref(*answer);
		*answer = NULL;
	}
	return rc;
}

int sl_admin_explain(const char *path, int rc)
{
	if (!rc)
		return EXIT_SUCCESS;
	if (rc == -EILSEQ) {
		fprintf(stderr, "sluicectl: an argument is no UTF-8\n");
		return SL_EXIT_USAGE;
	}
	if (rc == -EPROTO) {
		fprintf(stderr, "sluicectl: %s: no answer\n", path);
		return SL_EXIT_NO_DAEMON;
	}
	errno = -rc;
	return sl_admin_unreachable(path);
}

int sl_admin_ask(const char *path, const json_t *request, json_t **answer)
{
	return sl_admin_explain(path, sl_admin_try(path, request, 0, answer));
}
