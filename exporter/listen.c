/* SPDX-License-Identifier: BSD-3-Clause */
#include "exporter/listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "ctrl/base/address.h"

enum { BACKLOG = 64 };

static socklen_t address_of(const uint8_t ip[16], uint16_t port, struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (sl_address_is_ipv4(ip)) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		memcpy(&v4->sin_addr, ip + 12, 4);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	memcpy(&v6->sin6_addr, ip, 16);
	return sizeof(*v6);
}

int sl_listen(const uint8_t ip[16], uint16_t port, struct sl_error *error)
{
	struct sockaddr_storage address;
	socklen_t len = address_of(ip, port, &address);
	int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char text[SL_ENDPOINT_TEXT];
	const int yes = 1;
	int rc;

	if (fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) &&
		(address.ss_family == AF_INET ||
			!setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes))) &&
		!bind(fd, (const struct sockaddr *)&address, len) && !listen(fd, BACKLOG))
		return fd;
	rc = sl_refuse(error, -errno, "listen = %s: %s", sl_endpoint_text(ip, port, text),
		strerror(errno));
	if (fd >= 0)
		close(fd);
	return rc;
}

void sl_listen_address(const struct sockaddr *from, uint8_t ip[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	if (from->sa_family == AF_INET6) {
		memcpy(ip, &((const struct sockaddr_in6 *)from)->sin6_addr, 16);
		return;
	}
	memcpy(ip, mapped, sizeof(mapped));
	memcpy(ip + 12, &((const struct sockaddr_in *)from)->sin_addr, 4);
}
