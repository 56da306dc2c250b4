/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ebpf/guard_user.h"
#include "ebpf/placeholder.skel.h"

int sl_guard_placeholder(void)
{
	size_t size;
	const char *bytes = sl_placeholder_bpf__elf_bytes(&size);
	int fd = memfd_create("sluice-placeholder", MFD_CLOEXEC);
	size_t written = 0;

	if (fd < 0)
		return -errno;
	while (written < size) {
		ssize_t n = write(fd, bytes + written, size - written);

		if (n < 0) {
			int error = -errno;

			close(fd);
			return error;
		}
		written += (size_t)n;
	}
	return fd;
}
