/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/load_calls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER_BYTES = 4 << 20 };

static int enter_netns(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s%s", strchr(name, '/') ? "" : "/run/netns/", name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET)) {
		int error = -errno;

		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return error;
	}
	close(fd);
	return 0;
}

static int open_socket(const char *address, unsigned port)
{
	struct sockaddr_in6 local = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
	char mapped[64];
	int one = 1, zero = 0, size = BUFFER_BYTES;

	snprintf(mapped, sizeof(mapped), "%s%s", strchr(address, ':') ? "" : "::ffff:", address);
	if (inet_pton(AF_INET6, mapped, &local.sin6_addr) != 1)
		return -EINVAL;
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one)) ||
		bind(fd, (struct sockaddr *)&local, sizeof(local))) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}

/* Sockets 2i and 2i + 1 carry RTP and RTCP of `share` calls; the last port is the rogue's. */
static int open_leg(struct sl_load *load, unsigned leg)
{
	const struct sl_load_options *opt = &load->opt;
	const struct sl_leg_options *own = &opt->leg[leg];
	unsigned pairs = (opt->calls + opt->share - 1) / opt->share;

	for (unsigned i = 0; i <= 2 * pairs; i++) {
		int fd = open_socket(own->address, own->port + i);

		if (fd < 0) {
			fprintf(stderr, "leg %c: UDP %s port %u: %s\n", "AB"[leg], own -> address,
				own -> port + i, strerror(-fd));
			return fd;
		}
		if (i == 2 * pairs) {
			load->rogue[leg] = fd;
			break;
		}
		load->sockets[load->socket_count++] =
			(struct sl_load_socket){.fd = fd, .leg = (uint8_t)leg};
	}
	for (unsigned i = 0; i < opt->calls; i++) {
		unsigned first = leg * 2 * pairs + i / opt->share * 2;

		load->calls[i].leg[leg].socket = first;
		load->calls[i].leg[leg].rtcp_socket = first + !own->mux;
	}
	return 0;
}

int sl_sockets_open(struct sl_load *load)
{
	const struct sl_load_options *opt = &load->opt;
	unsigned pairs = (opt->calls + opt->share - 1) / opt->share;
	struct rlimit files = {4 * pairs + 64, 4 * pairs + 64};
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), error = 0;

	load->sockets = calloc(4 * pairs, sizeof(*load->sockets));
	load->rogue[0] = load->rogue[1] = -1;
	if (home < 0 || !load->sockets)
		return -ENOMEM;
	setrlimit(RLIMIT_NOFILE, &files);
	for (unsigned leg = 0; leg < 2 && !error; leg++) {
		if (opt->leg[leg].netns)
			error = enter_netns(opt->leg[leg].netns);
		if (!error)
			error = open_leg(load, leg);
		if (setns(home, CLONE_NEWNET) && opt->leg[leg].netns && !error)
			error = -errno;
	}
	close(home);
	return error;
}

void sl_sockets_close(struct sl_load *load)
{
	for (unsigned i = 0; i < load->socket_count; i++)
		close(load->sockets[i].fd);
	for (unsigned leg = 0; leg < 2; leg++)
		if (load->rogue[leg] >= 0)
			close(load->rogue[leg]);
	free(load->sockets);
}
