/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an attacker sends, as fast as a packet socket takes it: UDP with RTP in it, fragments,
 * nonsense, TCP SYN, ICMP echo; from one source or from random ones; by IPv4 or IPv6, as --to is.
 * Bounded in packets and in time; to be run inside a namespace of its own. usage: flood --interface
 * IF --mac MAC --to IP [OPTION...]; prints {"sent": N, "pps": N}
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

enum { BATCH = 64, ROOM = 320, RTP = 172, ECHO = 64, TCP = 20, IP = 14, MAX_SECONDS = 60 };

enum kind { UDP, FRAGMENT, MALFORMED, SYN, ICMP, KINDS };

struct options {
	unsigned interface;
	uint8_t mac[6];
	bool v6;
	uint8_t to[16], from[16]; /* IPv4: the first four bytes; from all zero: random sources */
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

/* Addresses that could be anybody's: 11.0.0.0 to 99.255.255.255, and of 2001:db8::/32. */
static void random_source(const struct options *o, uint8_t *at)
{
	if (!o->v6) {
		put32(at, (11u + next_random() % 89) << 24 | (next_random() & 0xffffff));
		return;
	}
	put32(at, 0x20010db8);
	for (int i = 4; i < 16; i += 4)
		put32(at + i, next_random());
}

static uint16_t checksum(const struct options *o, const uint8_t *frame, const uint8_t *l4,
	unsigned len, uint8_t protocol)
{
	unsigned addresses = o->v6 ? 8 : 12, size = o->v6 ? 32 : 8;

	return fold(sum(l4, len, sum(frame + IP + addresses, size, protocol + len)));
}

static void fill_udp(const struct options *o, uint8_t *frame, uint8_t *udp)
{
	uint8_t *rtp = udp + 8;

	put16(udp, o->source_port);
	put16(udp + 2, o->port_min + next_random() % (unsigned)(o->port_max - o->port_min + 1));
	put16(udp + 4, 8 + RTP);
	put16(udp + 6, o->v6); /* IPv6 wants one, right or wrong */
	rtp[0] = 0x80;
	rtp[1] = 0;
	put16(rtp + 2, next_random() & 0xffff);
	put32(rtp + 8, o->ssrc ? o->ssrc : next_random());
	if (o->kind == MALFORMED)
		frame[IP + next_random() % (unsigned)(rtp + 12 - (frame + IP))] ^=
			(uint8_t)(1 << next_random() % 8);
}

static void fill_syn(const struct options *o, const uint8_t *frame, uint8_t *tcp)
{
	put16(tcp, 1024 + next_random() % 60000);
	put16(tcp + 2, o->port_min);
	put32(tcp + 4, next_random());
	tcp[12] = 0x50;
	tcp[13] = 2; /* SYN */
	put16(tcp + 14, 64240);
	put16(tcp + 16, 0);
	put16(tcp + 16, checksum(o, frame, tcp, TCP, 6));
}

static void fill_echo(const struct options *o, const uint8_t *frame, uint8_t *icmp)
{
	icmp[0] = o->v6 ? 128 : 8; /* echo request */
	put16(icmp + 2, 0);
	put16(icmp + 2, o->v6 ? checksum(o, frame, icmp, ECHO, 58) : fold(sum(icmp, ECHO, 0)));
}

/* The header of a packet with `len` bytes behind it. Where they begin. */
static uint8_t *fill_ipv4(const struct options *o, uint8_t *ip, uint8_t protocol, unsigned len)
{
	memset(ip, 0, 20);
	ip[0] = 0x45;
	put16(ip + 2, 20 + len);
	if (o->kind == FRAGMENT)
		put16(ip + 6, 0x2000);
	ip[8] = 64;
	ip[9] = protocol;
	memcpy(ip + 12, o->from, 4);
	if (!ip[12])
		random_source(o, ip + 12);
	memcpy(ip + 16, o->to, 4);
	put16(ip + 10, fold(sum(ip, 20, 0)));
	return ip + 20;
}

static uint8_t *fill_ipv6(const struct options *o, uint8_t *ip, uint8_t protocol, unsigned len)
{
	unsigned extension = o->kind == FRAGMENT ? 8 : 0;

	memset(ip, 0, 48);
	ip[0] = 0x60;
	put16(ip + 4, extension + len);
	ip[6] = extension ? 44 : protocol;
	ip[7] = 64;
	memcpy(ip + 8, o->from, 16);
	if (!ip[8])
		random_source(o, ip + 8);
	memcpy(ip + 24, o->to, 16);
	if (extension) {
		ip[40] = protocol;
		put16(ip + 42, 1); /* the first, more follow */
		put32(ip + 44, next_random());
	}
	return ip + 40 + extension;
}

static unsigned fill(const struct options *o, uint8_t *frame)
{
	static const struct {
		uint8_t protocol, protocol6;
		uint16_t len;
	} of[KINDS] = {
		[UDP] = {17, 17, 8 + RTP},
		[FRAGMENT] = {17, 17, 8 + RTP},
		[MALFORMED] = {17, 17, 8 + RTP},
		[SYN] = {6, 6, TCP},
		[ICMP] = {1, 58, ECHO},
	};
	unsigned len = of[o->kind].len;
	uint8_t *l4 = o->v6 ? fill_ipv6(o, frame + IP, of[o->kind].protocol6, len)
			    : fill_ipv4(o, frame + IP, of[o->kind].protocol, len);

	if (o->kind == SYN)
		fill_syn(o, frame, l4);
	else if (o->kind == ICMP)
		fill_echo(o, frame, l4);
	else
		fill_udp(o, frame, l4);
	return (unsigned)(l4 - frame) + len;
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
		memcpy(frames[i] + 6, "\2\0\0\0\0\x66", 6);
		put16(frames[i] + 12, o->v6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP);
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

static bool read_address(const struct options *o, const char *text, uint8_t ip[16])
{
	return inet_pton(o->v6 ? AF_INET6 : AF_INET, text, ip) == 1;
}

static void read_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {{"interface", 1, NULL, 'i'}, {"mac", 1, NULL, 'm'},
		{"to", 1, NULL, 't'}, {"from", 1, NULL, 'f'}, {"ports", 1, NULL, 'p'},
		{"source-port", 1, NULL, 'o'}, {"kind", 1, NULL, 'k'}, {"ssrc", 1, NULL, 's'},
		{"count", 1, NULL, 'c'}, {"seconds", 1, NULL, 'n'}, {"pps", 1, NULL, 'r'}, {0}};
	const char *from = "random";
	uint8_t *m = o->mac;
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'i' && !(o->interface = if_nametoindex(optarg)))
			die("--interface");
		if (c == 'm' && sscanf(optarg, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", m, m + 1, m + 2,
					m + 3, m + 4, m + 5) != 6)
			die("--mac");
		if (c == 't') {
			o->v6 = strchr(optarg, ':');
			if (!read_address(o, optarg, o->to))
				die("--to");
		}
		if (c == 'f')
			from = optarg;
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
	if (strcmp(from, "random") != 0 && !read_address(o, from, o->from))
		die("--from");
	if (!o->interface || !o->to[0] || optind < argc || o->seconds > MAX_SECONDS)
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
