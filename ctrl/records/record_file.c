/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/records/record_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MODE = 0640, PIECE = 4096 };

void sl_record_file_init(struct sl_record_file *file, const char *directory, const char *name)
{
	*file = (struct sl_record_file){.fd = -1};
	snprintf(file->path, sizeof(file->path), "%s/%s", directory, name);
}

int sl_record_file_open(struct sl_record_file *file)
{
	struct stat status;
	int fd = open(file->path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, MODE);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) || !S_ISREG(status.st_mode)) {
		close(fd);
		return -EINVAL;
	}
	file->fd = fd;
	file->device = status.st_dev;
	file->inode = status.st_ino;
	file->size = status.st_size;
	file->torn = file->unsynced = false;
	return 0;
}

void sl_record_file_close(struct sl_record_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}

bool sl_record_file_moved(const struct sl_record_file *file)
{
	struct stat status;

	return stat(file->path, &status) || status.st_dev != file->device ||
	       status.st_ino != file->inode;
}

/* Somebody else may have shortened it: logrotate does, with `copytruncate`. */
static int settle(struct sl_record_file *file)
{
	struct stat status;

	if (file->torn && ftruncate(file->fd, file->size))
		return -errno;
	file->torn = false;
	if (fstat(file->fd, &status))
		return -errno;
	file->size = status.st_size;
	return 0;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

int sl_record_file_append(struct sl_record_file *file, const char *data, size_t len)
{
	int rc;

	if (file->fd < 0)
		return -EBADF;
	rc = settle(file);
	if (rc)
		return rc;
	rc = write_all(file->fd, data, len);
	if (!rc) {
		file->size += (off_t)len;
		file->unsynced = true;
		return 0;
	}
	file->torn = ftruncate(file->fd, file->size) != 0;
	return rc;
}

ssize_t sl_record_file_tail(const struct sl_record_file *file, char *data, size_t room)
{
	off_t from = file->size > (off_t)room ? file->size - (off_t)room : 0;
	ssize_t n = pread(file->fd, data, room, from);

	return n < 0 ? -errno : n;
}

int sl_record_file_trim(struct sl_record_file *file)
{
	char piece[PIECE];
	off_t end = file->size;

	while (end) {
		off_t from = end > PIECE ? end - PIECE : 0;
		ssize_t n = pread(file->fd, piece, (size_t)(end - from), from);
		const char *newline = n > 0 ? memrchr(piece, '\n', (size_t)n) : NULL;

		if (n <= 0)
			return n ? -errno : -EIO;
		if (newline) {
			end = from + (newline - piece) + 1;
			break;
		}
		end = from;
	}
	if (end == file->size)
		return 0;
	if (ftruncate(file->fd, end))
		return -errno;
	file->size = end;
	return 0;
}

int sl_record_file_sync(struct sl_record_file *file)
{
	if (file->fd < 0 || !file->unsynced)
		return 0;
	file->unsynced = false;
	return fdatasync(file->fd) ? -errno : 0;
}
