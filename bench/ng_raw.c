/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/ng_raw.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "bench/srtp_keys.h"

enum { SDP_MAX = 1024 };

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Not random: only different for each leg of each call. */
static void make_key(struct sl_load_key *key, unsigned number, unsigned leg)
{
	uint64_t state = (uint64_t)number << 1 | leg;

	for (unsigned i = 0; i < sizeof(key->bytes); i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		key->bytes[i] = (uint8_t)(state >> 56);
	}
}

static size_t print_sdp(char *out, const struct sl_ng_raw_call *call, unsigned leg)
{
	const struct sl_load_suite *suite = sl_load_suite_find(call->suite[leg]);
	unsigned port = 10000 + call->number * 2 % 50000;
	char crypto[192] = "", text[96];
	struct sl_load_key key;

	if (suite->key_len) {
		make_key(&key, call->number, leg);
		sl_load_key_print(&key, suite, text);
		snprintf(crypto, sizeof(crypto), "a=crypto:1 %s inline:%s\r\n", suite->name, text);
	}
	return (size_t)snprintf(out, SDP_MAX,
		"v=0\r\no=- 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\n"
		"m=audio %u RTP/%s 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
		"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n%sa=rtcp:%u\r\n"
		"a=sendrecv\r\n",
		call->address, call->address, port, suite->key_len ? "SAVP" : "AVP", crypto,
		port + 1);
}

struct text {
	char *at;
};

static void put(struct text *t, const char *value)
{
	t->at += sprintf(t->at, "%zu:%s", strlen(value), value);
}

static void put_pair(struct text *t, const char *key, const char *value)
{
	put(t, key);
	put(t, value);
}

static void put_list(struct text *t, const char *key, const char *first, const char *second)
{
	put(t, key);
	*t->at++ = 'l';
	put(t, first);
	if (second)
		put(t, second);
	*t->at++ = 'e';
}

static void put_head(struct text *t, const char *command, const struct sl_ng_raw_call *call)
{
	char name[32];

	*t->at++ = 'd';
	put_pair(t, "command", command);
	snprintf(name, sizeof(name), "bench-%08x@example", call->number);
	put_pair(t, "call-id", name);
	snprintf(name, sizeof(name), "from-%u", call->number);
	put_pair(t, "from-tag", name);
}

size_t sl_ng_raw_offer(const struct sl_ng_raw_call *call, char *out)
{
	const struct sl_load_suite *suite = sl_load_suite_find(call->suite[1]);
	struct text t = {out};
	char sdp[SDP_MAX], only[64];

	put_head(&t, "offer", call);
	print_sdp(sdp, call, 0);
	put_pair(&t, "sdp", sdp);
	put_pair(&t, "transport-protocol", suite->key_len ? "RTP/SAVP" : "RTP/AVP");
	put_pair(&t, "ICE", "remove");
	put_list(&t, "replace", "origin", "session-connection");
	put_list(&t, "direction", call->direction[0], call->direction[1]);
	if (suite->key_len) {
		snprintf(only, sizeof(only), "only-%s", suite->name);
		put_list(&t, "SDES", only, NULL);
	}
	*t.at++ = 'e';
	return (size_t)(t.at - out);
}

size_t sl_ng_raw_answer(const struct sl_ng_raw_call *call, char *out)
{
	struct text t = {out};
	char sdp[SDP_MAX], tag[32];

	put_head(&t, "answer", call);
	snprintf(tag, sizeof(tag), "to-%u", call->number);
	put_pair(&t, "to-tag", tag);
	print_sdp(sdp, call, 1);
	put_pair(&t, "sdp", sdp);
	put_pair(&t, "ICE", "remove");
	put_list(&t, "replace", "origin", "session-connection");
	*t.at++ = 'e';
	return (size_t)(t.at - out);
}

size_t sl_ng_raw_delete(const struct sl_ng_raw_call *call, char *out)
{
	struct text t = {out};

	put_head(&t, "delete", call);
	put(&t, "delete-delay");
	t.at += sprintf(t.at, "i0ee");
	return (size_t)(t.at - out);
}

static ssize_t talk(const char *path, const char *request, size_t len, char *reply)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ssize_t got = -1;

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	if (fd >= 0 && !connect(fd, (struct sockaddr *)&to, sizeof(to)) &&
		write(fd, request, len) == (ssize_t)len)
		got = read(fd, reply, SL_NG_RAW_MAX - 1);
	int error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
	return got;
}

bool sl_ng_raw_exchange(
	const char *path, const char *request, size_t len, char *reply, uint64_t *spent)
{
	uint64_t start = now_ns();
	ssize_t got = talk(path, request, len, reply);

	*spent = now_ns() - start;
	if (got <= 0) {
		fprintf(stderr, "%s: %s\n", path, got ? strerror(errno) : "closed without a reply");
		return false;
	}
	reply[got] = '\0';
	if (memmem(reply, (size_t)got, "6:result2:ok", 12))
		return true;
	fprintf(stderr, "%s: %.300s\n", path, reply);
	return false;
}
