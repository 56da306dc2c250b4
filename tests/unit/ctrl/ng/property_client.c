/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/ctrl/ng/property_client.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctrl/ipc/datagram.h"

static struct {
	struct sl_work *work;
	struct sl_datagram *datagram;
	int fd;
	char request[TEXT]; /* that was sent last */
	size_t request_len;
	unsigned cookie;
} client;

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

void client_open(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	static const struct sl_net nets[1] = {
		{.ip = {[10] = 0xff, 0xff, 127, 0, 0, 1}, .bits = 128}};
	struct sl_datagram_listen how = {.ip = {[10] = 0xff, 0xff, 127, 0, 0, 1},
		.protocol = &sl_ng_protocol,
		.context = &world.ng,
		.nets = nets,
		.n_nets = 1};
	socklen_t len = sizeof(in);
	struct sl_error error = {0};
	int probe = socket(AF_INET, SOCK_DGRAM, 0);

	/* A port that is free. */
	must(probe >= 0 && !bind(probe, (struct sockaddr *)&in, len) &&
			!getsockname(probe, (struct sockaddr *)&in, &len),
		"socket");
	close(probe);
	how.port = ntohs(in.sin_port);
	client.work = sl_work_new(&world.loop);
	must(client.work, "work");
	client.datagram = sl_datagram_new(&world.loop, client.work);
	must(client.datagram && !sl_datagram_listen(client.datagram, &how, &error), "NG by UDP");
	client.fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	must(client.fd >= 0 && !connect(client.fd, (struct sockaddr *)&in, len), "client");
}

void client_close(void)
{
	close(client.fd);
	sl_datagram_stop(client.datagram);
	sl_work_stop(client.work);
}

/* The string of a key, or NULL. */
static const char *string_of(const char *text, const char *key, size_t *len)
{
	const char *at = strstr(text, key);

	if (!at)
		return NULL;
	*len = strtoul(at + strlen(key), (char **)&at, 10);
	return *at == ':' ? at + 1 : NULL;
}

static bool copy_string(const char *text, const char *key, char *out, size_t room)
{
	size_t len = 0;
	const char *at = string_of(text, key, &len);

	out[0] = '\0';
	if (!at || len >= room)
		return false;
	memcpy(out, at, len);
	out[len] = '\0';
	return true;
}

bool client_ask_again(struct reply *reply)
{
	struct pollfd fd = {.fd = client.fd, .events = POLLIN};
	size_t cookie = strcspn(client.request, " ") + 1;
	char result[32];
	ssize_t n;

	memset(reply, 0, sizeof(*reply));
	if (send(client.fd, client.request, client.request_len, 0) < 0)
		return false;
	for (int tries = 0; tries < 1000; tries++) {
		uv_run(&world.loop, UV_RUN_NOWAIT);
		if (poll(&fd, 1, tries > 10) == 1)
			break;
	}
	n = recv(client.fd, reply->text, sizeof(reply->text) - 1, 0);
	if (n <= (ssize_t)cookie || memcmp(reply->text, client.request, cookie) != 0)
		return false;
	memmove(reply->text, reply->text + cookie, (size_t)n + 1 - cookie);
	if (!copy_string(reply->text, "6:result", result, sizeof(result)))
		return false;
	reply->ok = !strcmp(result, "ok");
	reply->warned = strstr(reply->text, "7:warning") != NULL;
	copy_string(reply->text, "3:sdp", reply->sdp, sizeof(reply->sdp));
	return copy_string(reply->text, "12:error-reason", reply->why, sizeof(reply->why)) ||
	       reply->ok;
}

bool client_ask(const char *dictionary, struct reply *reply)
{
	client.request_len = (size_t)snprintf(
		client.request, sizeof(client.request), "c%u %s", ++client.cookie, dictionary);
	must(client.request_len < sizeof(client.request), "the request is too long");
	return client_ask_again(reply);
}
