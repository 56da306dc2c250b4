/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an attacker sends, as fast as a packet socket takes it: UDP with RTP in it, fragments,
 * nonsense, TCP SYN, ICMP echo; from one source or from random ones. IPv4. Bounded in packets and
 * in time; to be run inside a namespace of its own. usage: flood --interface IF --mac MAC --to IP
 * [OPTION...]; prints {"sent": N, "pps": N}
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 64, ROOM = 256, PAYLOAD = 172, IP = 14, L4 = 34, MAX_SECONDS = 60 };

enum kind { UDP, FRAGMENT, MALFORMED, SYN, ICMP, KINDS };

struct options {
	unsigned interface;
	uint8_t mac[6];
	struct in_addr to, from; /* from 0.0.0.0: random sources */
	uint16_t port_min, port_max, source_port;
	enum kind kind;
	uint32_t ssrc; /* 0: random ones */
	unsigned long count, pps;
	double seconds;
};

static const char usage[] =
	"usage: flood --interface IF --mac MAC --to IP [--from IP|random] [--ports MIN-MAX]\n"
	"             [--source-port PORT] [--kind udp|fragment|malformed|syn|icmp]\n"
	"             [--ssrc NUMBER] [--count PACKETS] [--seconds SECONDS] [--pps RATE]\n";

static void die(const char *what)
{
	fprintf(stderr, "flood: %s: %s\n%s", what, strerror(errno), usage);
	exit(1);
}

static uint64_t random_state = 88172645463325252u;

static uint32_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 16);
}

static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

static uint32_t sum(const uint8_t *data, unsigned len, uint32_t start)
{
	for (unsigned i = 0; i + 1 < len; i += 2)
		start += (uint32_t)(data[i] << 8 | data[i + 1]);
	return start;
}

static uint16_t fold(uint32_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint16_t)~total;
}

/* Addresses that could be anybody's: 11.0.0.0 to 99.255.255.255. */
static uint32_t random_source(void)
{
	return (11u + next_random() % 89) << 24 | (next_random() & 0xffffff);
}

static unsigned fill_udp(const struct options *o, uint8_t *frame)
{
	uint8_t *udp = frame + L4, *rtp = udp + 8;

	put16(udp, o->source_port);
	put16(udp + 2, o->port_min + next_random() % (unsigned)(o->port_max - o->port_min + 1));
	put16(udp + 4, 8 + PAYLOAD);
	rtp[0] = 0x80;
	rtp[1] = 0;
	put16(rtp + 2, next_random() & 0xffff);
	put32(rtp + 8, o->ssrc ? o->ssrc : next_random());
	if (o->kind == FRAGMENT)
		put16(frame + IP + 6, 0x2000);
	if (o->kind == MALFORMED)
		frame[IP + next_random() % (20 + 8 + 12)] ^= (uint8_t)(1 << next_random() % 8);
	return L4 + 8 + PAYLOAD;
}

static unsigned fill_syn(const struct options *o, uint8_t *frame)
{
	uint8_t *tcp = frame + L4;

	put16(tcp, 1024 + next_random() % 60000);
	put16(tcp + 2, o->port_min);
	put32(tcp + 4, next_random());
	tcp[12] = 0x50;
	tcp[13] = 2; /* SYN */
	put16(tcp + 14, 64240);
	put16(tcp + 16, 0);
	put16(tcp + 16, fold(sum(tcp, 20, sum(frame + IP + 12, 8, 6 + 20))));
	return L4 + 20;
}

static unsigned fill_icmp(uint8_t *frame)
{
	uint8_t *icmp = frame + L4;

	icmp[0] = 8; /* echo request */
	put16(icmp + 2, 0);
	put16(icmp + 2, fold(sum(icmp, 64, 0)));
	return L4 + 64;
}

static unsigned fill(const struct options *o, uint8_t *frame)
{
	static const uint8_t protocols[KINDS] = {
		[UDP] = 17, [FRAGMENT] = 17, [MALFORMED] = 17, [SYN] = 6, [ICMP] = 1};
	static const uint16_t lengths[KINDS] = {[UDP] = 28 + PAYLOAD,
		[FRAGMENT] = 28 + PAYLOAD,
		[MALFORMED] = 28 + PAYLOAD,
		[SYN] = 40,
		[ICMP] = 84};
	uint8_t *ip = frame + IP;

	memset(ip, 0, 20);
	ip[0] = 0x45;
	put16(ip + 2, lengths[o->kind]);
	ip[8] = 64;
	ip[9] = protocols[o->kind];
	put32(ip + 12, o->from.s_addr ? ntohl(o->from.s_addr) : random_source());
	memcpy(ip + 16, &o->to, 4);
	if (o->kind == FRAGMENT)
		put16(ip + 6, 0x2000);
	put16(ip + 10, fold(sum(ip, 20, 0)));
	if (o->kind == SYN)
		return fill_syn(o, frame);
	return o->kind == ICMP ? fill_icmp(frame) : fill_udp(o, frame);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static unsigned long send_all(const struct options *o, int fd, double *seconds)
{
	static uint8_t frames[BATCH][ROOM];
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)o->interface};
	struct iovec iov[BATCH];
	struct mmsghdr messages[BATCH] = {0};
	unsigned long sent = 0;
	double start = now();

	for (int i = 0; i < BATCH; i++) {
		memcpy(frames[i], o->mac, 6);
		memcpy(frames[i] + 6, "\2\0\0\0\0\x66\x08\0", 8);
		iov[i].iov_base = frames[i];
		messages[i].msg_hdr = (struct msghdr){.msg_iov = &iov[i],
			.msg_iovlen = 1,
			.msg_name = &to,
			.msg_namelen = sizeof(to)};
	}
	while (sent < o->count && (*seconds = now() - start) < o->seconds) {
		unsigned batch = o->count - sent < BATCH ? (unsigned)(o->count - sent) : BATCH;
		int n;

		if (o->pps && (double)sent > *seconds * (double)o->pps) {
			nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
			continue;
		}
		for (unsigned i = 0; i < batch; i++)
			iov[i].iov_len = fill(o, frames[i]);
		n = sendmmsg(fd, messages, batch, 0);
		if (n > 0)
			sent += (unsigned long)n;
		else if (errno != ENOBUFS && errno != EAGAIN)
			die("sendmmsg");
	}
	*seconds = now() - start;
	return sent;
}

static void read_kind(struct options *o, const char *text)
{
	static const char *const names[KINDS] = {"udp", "fragment", "malformed", "syn", "icmp"};

	for (o->kind = 0; o->kind < KINDS && strcmp(names[o->kind], text) != 0;)
		o->kind++;
	if (o->kind == KINDS)
		die("--kind");
}

static void read_ports(struct options *o, const char *text)
{
	int n = sscanf(text, "%hu-%hu", &o->port_min, &o->port_max);

	if (n == 1)
		o->port_max = o->port_min;
	if (n < 1 || o->port_min > o->port_max)
		die("--ports");
}

static void read_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {{"interface", 1, NULL, 'i'}, {"mac", 1, NULL, 'm'},
		{"to", 1, NULL, 't'}, {"from", 1, NULL, 'f'}, {"ports", 1, NULL, 'p'},
		{"source-port", 1, NULL, 'o'}, {"kind", 1, NULL, 'k'}, {"ssrc", 1, NULL, 's'},
		{"count", 1, NULL, 'c'}, {"seconds", 1, NULL, 'n'}, {"pps", 1, NULL, 'r'}, {0}};
	uint8_t *m = o->mac;
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'i' && !(o->interface = if_nametoindex(optarg)))
			die("--interface");
		if (c == 'm' && sscanf(optarg, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", m, m + 1, m + 2,
					m + 3, m + 4, m + 5) != 6)
			die("--mac");
		if (c == 't' && inet_pton(AF_INET, optarg, &o->to) != 1)
			die("--to");
		if (c == 'f' && strcmp(optarg, "random") != 0 &&
			inet_pton(AF_INET, optarg, &o->from) != 1)
			die("--from");
		if (c == 'p')
			read_ports(o, optarg);
		if (c == 'o')
			o->source_port = (uint16_t)atoi(optarg);
		if (c == 'k')
			read_kind(o, optarg);
		if (c == 's')
			o->ssrc = (uint32_t)strtoul(optarg, NULL, 0);
		if (c == 'c')
			o->count = strtoul(optarg, NULL, 10);
		if (c == 'n')
			o->seconds = atof(optarg);
		if (c == 'r')
			o->pps = strtoul(optarg, NULL, 10);
		if (c == '?')
			exit(2);
	}
	if (!o->interface || !o->to.s_addr || optind < argc || o->seconds > MAX_SECONDS)
		die("what to send where");
}

int main(int argc, char **argv)
{
	struct options o = {.port_min = 20000,
		.port_max = 29999,
		.source_port = 40000,
		.count = 100000000,
		.seconds = 5};
	int fd, one = 1;
	unsigned long sent;
	double seconds;

	read_options(argc, argv, &o);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0)
		die("socket");
	/* Straight to the driver: what leaves is what was counted. */
	setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one));
	sent = send_all(&o, fd, &seconds);
	printf("{\"sent\": %lu, \"pps\": %.0f}\n", sent, (double)sent / seconds);
	return 0;
}
