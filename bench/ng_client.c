/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/ng_client.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MESSAGE_MAX = 65536, DEPTH_MAX = 16, UDP_TRIES = 5, UDP_TRY_MS = 1000 };

struct sl_ng_client {
	struct sockaddr_un path; /* sun_path empty: UDP */
	int udp;
	uint32_t cookie_base, cookie_next;
	char message[MESSAGE_MAX];
};

struct writer {
	char *at, *end; /* at NULL: did not fit */
};

static void put(struct writer *out, const char *bytes, size_t len)
{
	if (!out->at || (size_t)(out->end - out->at) < len) {
		out->at = NULL;
		return;
	}
	memcpy(out->at, bytes, len);
	out->at += len;
}

static void put_string(struct writer *out, const char *bytes, size_t len)
{
	char head[24];

	put(out, head, (size_t)snprintf(head, sizeof(head), "%zu:", len));
	put(out, bytes, len);
}

static void encode(struct writer *out, json_t *value)
{
	char text[32];
	const char *key;
	json_t *item;
	size_t i;

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		put(out, "d", 1);
		json_object_foreach(value, key, item)
		{
			put_string(out, key, strlen(key));
			encode(out, item);
		}
		put(out, "e", 1);
		break;
	case JSON_ARRAY:
		put(out, "l", 1);
		json_array_foreach(value, i, item) encode(out, item);
		put(out, "e", 1);
		break;
	case JSON_STRING:
		put_string(out, json_string_value(value), json_string_length(value));
		break;
	default:
		put(out, text,
			(size_t)snprintf(text, sizeof(text), "i%llde",
				(long long)json_integer_value(value)));
	}
}

struct reader {
	const char *at, *end;
	unsigned depth;
};

static json_t *decode(struct reader *in);

static json_t *decode_string(struct reader *in)
{
	size_t len = 0;

	while (in->at < in->end && *in->at >= '0' && *in->at <= '9' && len < MESSAGE_MAX)
		len = len * 10 + (size_t)(*in->at++ - '0');
	if (in->at == in->end || *in->at != ':' || (size_t)(in->end - in->at - 1) < len)
		return NULL;
	in->at += 1 + len;
	return json_stringn_nocheck(in->at - len, len);
}

static json_t *decode_integer(struct reader *in)
{
	char *stop;
	long long number = strtoll(in->at + 1, &stop, 10); /* the buffer ends in a NUL */

	if (stop == in->at + 1 || stop >= in->end || *stop != 'e')
		return NULL;
	in->at = stop + 1;
	return json_integer(number);
}

static json_t *decode_members(struct reader *in, json_t *into)
{
	for (in->at++; in->at < in->end && *in->at != 'e';) {
		json_t *key = NULL, *value;

		if (json_is_object(into) && !(key = decode_string(in)))
			break;
		value = decode(in);
		if (!value)
			json_decref(key);
		if (!value)
			break;
		if (key)
			json_object_set_new_nocheck(into, json_string_value(key), value);
		else
			json_array_append_new(into, value);
		json_decref(key);
	}
	if (in->at < in->end && *in->at == 'e') {
		in->at++;
		return into;
	}
	json_decref(into);
	return NULL;
}

static json_t *decode(struct reader *in)
{
	json_t *value = NULL;

	if (in->at == in->end || ++in->depth > DEPTH_MAX)
		return NULL;
	if (*in->at == 'd')
		value = decode_members(in, json_object());
	else if (*in->at == 'l')
		value = decode_members(in, json_array());
	else if (*in->at == 'i')
		value = decode_integer(in);
	else
		value = decode_string(in);
	in->depth--;
	return value;
}

static bool resolve_udp(struct sl_ng_client *client, const char *address)
{
	struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST}, *found;
	const char *colon = strrchr(address, ':');
	char host[64];

	if (!colon || (size_t)(colon - address) >= sizeof(host))
		return false;
	snprintf(host, sizeof(host), "%.*s", (int)(colon - address), address);
	if (getaddrinfo(host, colon + 1, &hints, &found))
		return false;
	client->udp = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ok = client->udp >= 0 && !connect(client->udp, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	return ok;
}

struct sl_ng_client *sl_ng_client_new(const char *address)
{
	struct sl_ng_client *client = calloc(1, sizeof(*client));

	if (!client)
		return NULL;
	client->udp = -1;
	if (getrandom(&client->cookie_base, sizeof(client->cookie_base), 0) < 0)
		client->cookie_base = (uint32_t)getpid();
	if (!strncmp(address, "unix:", 5) && strlen(address + 5) < sizeof(client->path.sun_path)) {
		client->path.sun_family = AF_UNIX;
		strcpy(client->path.sun_path, address + 5);
		return client;
	}
	if (!strncmp(address, "udp:", 4) && resolve_udp(client, address + 4))
		return client;
	fprintf(stderr, "NG address %s: want unix:PATH or udp:ADDRESS:PORT\n", address);
	sl_ng_client_free(client);
	return NULL;
}

void sl_ng_client_free(struct sl_ng_client *client)
{
	if (!client)
		return;
	if (client->udp >= 0)
		close(client->udp);
	free(client);
}

static ssize_t exchange_unix(struct sl_ng_client *client, size_t len)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ssize_t got = -1;

	if (fd < 0)
		return -errno;
	if (!connect(fd, (struct sockaddr *)&client->path, sizeof(client->path)) &&
		write(fd, client->message, len) == (ssize_t)len)
		got = read(fd, client->message, MESSAGE_MAX - 1);
	int error = errno;
	close(fd);
	return got < 0 ? -error : got;
}

static ssize_t exchange_udp(struct sl_ng_client *client, size_t len, size_t cookie_len)
{
	char cookie[32];
	char *reply = malloc(MESSAGE_MAX);
	ssize_t got = -ETIMEDOUT;

	if (!reply)
		return -ENOMEM;
	memcpy(cookie, client->message, cookie_len);
	for (unsigned try = 0; try < UDP_TRIES && got == -ETIMEDOUT; try++) {
		struct pollfd wait = {.fd = client->udp, .events = POLLIN};

		if (send(client->udp, client->message, len, 0) < 0)
			got = -errno;
		while (got == -ETIMEDOUT && poll(&wait, 1, UDP_TRY_MS) > 0) {
			ssize_t size = recv(client->udp, reply, MESSAGE_MAX - 1, 0);

			if (size < 0)
				got = -errno;
			else if ((size_t)size > cookie_len && !memcmp(reply, cookie, cookie_len))
				got = size - (ssize_t)cookie_len;
		}
	}
	if (got > 0)
		memcpy(client->message, reply + cookie_len, (size_t)got);
	free(reply);
	return got;
}

json_t *sl_ng_client_call(struct sl_ng_client *client, json_t *request)
{
	struct writer out = {client->message, client->message + MESSAGE_MAX};
	size_t cookie_len = 0;
	ssize_t got;

	if (client->udp >= 0)
		cookie_len = (size_t)snprintf(client->message, MESSAGE_MAX, "%08x_%u ",
			client->cookie_base, client->cookie_next++);
	out.at += cookie_len;
	encode(&out, request);
	json_decref(request);
	if (!out.at) {
		fprintf(stderr, "NG request does not fit %d bytes\n", MESSAGE_MAX);
		return NULL;
	}
	size_t len = (size_t)(out.at - client->message);
	if (client->udp >= 0)
		got = exchange_udp(client, len, cookie_len);
	else
		got = exchange_unix(client, len);
	if (got <= 0) {
		fprintf(stderr, "NG: %s\n", got ? strerror((int)-got) : "closed without a reply");
		return NULL;
	}
	client->message[got] = '\0';
	struct reader in = {client->message, client->message + got, 0};
	json_t *reply = decode(&in);
	if (!json_is_object(reply) || in.at != in.end) {
		fprintf(stderr, "NG: one read() of %zd bytes is not one dictionary\n", got);
		json_decref(reply);
		return NULL;
	}
	return reply;
}
