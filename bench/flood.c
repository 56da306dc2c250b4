/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sends as an attacker would, as fast as this kernel makes frames or at --pps: UDP with RTP in it,
 * fragments, nonsense, TCP SYN, ICMP echo; from one source or from random ones; by IPv4 or IPv6, as
 * --to is. Bounded in packets and in time; to be run inside a namespace of its own. The frames come
 * from a program in the kernel (flood.bpf.c), so the other end of the interface must have NAPI.
 * Prints {"sent": N, "pps": N}.
 *
 * --forward PORT --interface IF, in a switch's namespace: from now on what floods send in by PORT
 * leaves by IF at once, and only the rest is the bridge's.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include "flood.h"

enum {
	LOOPBACK = 1,
	PACED = 64,
	RTP = 172,
	ECHO = 64,
	TCP = 20,
	MAX_FRAME = 320,
	MAX_SECONDS = 300
};

struct options {
	unsigned interface, forward;
	uint8_t mac[6];
	bool v6;
	uint8_t to[16], from[16]; /* IPv4: the first four bytes; from all zero: random sources */
	uint16_t port_min, port_max, source_port;
	enum flood_kind kind;
	uint32_t ssrc; /* 0: random ones */
	unsigned long count, pps;
	double seconds;
};

static const char usage[] =
	"usage: flood --interface IF --mac MAC --to IP [--from IP|random] [--ports MIN-MAX]\n"
	"             [--source-port PORT] [--kind udp|fragment|malformed|syn|icmp]\n"
	"             [--ssrc NUMBER] [--count PACKETS] [--seconds SECONDS] [--pps RATE]\n"
	"       flood --forward PORT --interface IF\n";

static void die(const char *what)
{
	fprintf(stderr, "flood: %s: %s\n%s", what, strerror(errno), usage);
	exit(1);
}

static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static uint32_t sum(const uint8_t *data, unsigned len, uint32_t start)
{
	for (unsigned i = 0; i + 1 < len; i += 2)
		start += (uint32_t)(data[i] << 8 | data[i + 1]);
	return start;
}

/* The bytes behind the IP header, but for what the program writes in each frame. */
static void fill_udp(const struct options *o, uint8_t *udp)
{
	put16(udp, o->source_port);
	put16(udp + 4, 8 + RTP);
	put16(udp + 6, o->v6); /* IPv6 wants one, right or wrong */
	udp[8] = 0x80;
}

static void fill_syn(const struct options *o, uint8_t *tcp)
{
	put16(tcp + 2, o->port_min);
	tcp[12] = 0x50;
	tcp[13] = 2; /* SYN */
	put16(tcp + 14, 64240);
}

static void fill_echo(const struct options *o, uint8_t *icmp)
{
	icmp[0] = o->v6 ? 128 : 8; /* echo request */
	if (!o->v6)
		put16(icmp + 2, ~(8u << 8));
}

/* The header of a packet with `len` bytes behind it. Where they begin. */
static uint8_t *fill_ipv4(const struct options *o, uint8_t *ip, uint8_t protocol, unsigned len)
{
	ip[0] = 0x45;
	put16(ip + 2, 20 + len);
	if (o->kind == FRAGMENT)
		put16(ip + 6, 0x2000);
	ip[8] = 64;
	ip[9] = protocol;
	memcpy(ip + 12, o->from, 4);
	memcpy(ip + 16, o->to, 4);
	return ip + 20;
}

static uint8_t *fill_ipv6(const struct options *o, uint8_t *ip, uint8_t protocol, unsigned len)
{
	unsigned extension = o->kind == FRAGMENT ? 8 : 0;

	ip[0] = 0x60;
	put16(ip + 4, extension + len);
	ip[6] = extension ? 44 : protocol;
	ip[7] = 64;
	memcpy(ip + 8, o->from, 16);
	if (!ip[8])
		memcpy(ip + 8, "\x20\x01\x0d\xb8", 4); /* the rest is random */
	memcpy(ip + 24, o->to, 16);
	if (extension) {
		ip[40] = protocol;
		put16(ip + 42, 1); /* the first, more follow */
	}
	return ip + 40 + extension;
}

/* The length of each frame. */
static unsigned make_plan(const struct options *o, struct flood_plan *plan)
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
	uint8_t *frame = plan->headers, *ip = frame + FLOOD_IP, *l4;
	unsigned len = of[o->kind].len,
		 protocol = o->v6 ? of[o->kind].protocol6 : of[o->kind].protocol;

	*plan = (struct flood_plan){.interface = o->interface,
		.kind = o->kind,
		.v6 = o->v6,
		.random_source = !o->from[0],
		.port_min = o->port_min,
		.ports = o->port_max - o->port_min + 1u,
		.ssrc = o->ssrc};
	memcpy(frame, o->mac, 6);
	memcpy(frame + 6, FLOOD_MAC, 6);
	put16(frame + 12, o->v6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP);
	l4 = o->v6 ? fill_ipv6(o, ip, (uint8_t)protocol, len)
		   : fill_ipv4(o, ip, (uint8_t)protocol, len);
	if (o->kind == SYN)
		fill_syn(o, l4);
	else if (o->kind == ICMP)
		fill_echo(o, l4);
	else
		fill_udp(o, l4);
	plan->l4 = (uint32_t)(l4 - frame);
	plan->ip_sum = sum(ip, 20, 0);
	/* Payload that counts is zero. */
	plan->l4_sum = sum(ip + (o->v6 ? 8 : 12), o->v6 ? 32 : 8, protocol + len) +
		       sum(l4, (unsigned)(frame + FLOOD_HEADERS - l4), 0);
	return plan->l4 + len > FLOOD_HEADERS ? plan->l4 + len : FLOOD_HEADERS;
}

static struct bpf_object *load(const struct flood_plan *plan)
{
	struct bpf_object *object = bpf_object__open_file(FLOOD_OBJECT, NULL);
	struct bpf_map *rodata = object ? bpf_object__find_map_by_name(object, ".rodata") : NULL;

	if (!rodata || bpf_map__set_initial_value(rodata, plan, sizeof(*plan)) != 0 ||
		bpf_object__load(object) != 0)
		die(FLOOD_OBJECT);
	return object;
}

static void forward(const struct options *o)
{
	struct flood_plan plan = {.interface = o->interface};
	struct bpf_object *object;
	int program;

	memcpy(plan.headers + 6, FLOOD_MAC, 6);
	object = load(&plan);
	program = bpf_program__fd(bpf_object__find_program_by_name(object, "flood_switch"));
	if (bpf_xdp_attach((int)o->forward, program, XDP_FLAGS_DRV_MODE, NULL) != 0)
		die("--forward");
	bpf_object__close(object);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void on_alarm(int number)
{
	(void)number;
}

/* Ends a run in the kernel when the time is over; again and again, lest it came between two. */
static void set_alarm(double seconds)
{
	struct sigaction action = {.sa_handler = on_alarm};
	long us = (long)(seconds * 1e6) + 1;
	struct itimerval when = {
		.it_interval.tv_usec = 1000, .it_value = {us / 1000000, us % 1000000}};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &when, NULL);
}

static unsigned long send_all(const struct options *o, double *seconds)
{
	static uint8_t frame[MAX_FRAME];
	struct flood_plan plan;
	struct bpf_test_run_opts run = {.sz = sizeof(run),
		.data_in = frame,
		.data_size_in = make_plan(o, &plan),
		.batch_size = PACED,
		.flags = BPF_F_TEST_XDP_LIVE_FRAMES};
	struct bpf_object *object = load(&plan);
	struct bpf_program *program = bpf_object__find_program_by_name(object, "flood");
	int counter = bpf_object__find_map_fd_by_name(object, ".bss");
	struct bpf_link *link = NULL;
	uint64_t sent = 0;
	double start;

	memcpy(frame, plan.headers, sizeof(plan.headers));
	/* A program that is attached nowhere the kernel prepares anew for each run: 30 ms. */
	if (o->pps)
		link = bpf_program__attach_xdp(program, LOOPBACK);
	start = now();
	set_alarm(o->seconds);
	while (sent < o->count && (*seconds = now() - start) < o->seconds) {
		uint64_t due = o->pps ? (uint64_t)(*seconds * (double)o->pps) : o->count;

		if (due > o->count)
			due = o->count;
		if (due < sent + PACED && due < o->count) {
			nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
			continue;
		}
		run.repeat = (int)(due - sent);
		if (bpf_prog_test_run_opts(bpf_program__fd(program), &run) != 0 && errno != EINTR)
			die("no live frames from the kernel");
		bpf_map_lookup_elem(counter, &(uint32_t){0}, &sent);
	}
	*seconds = now() - start;
	bpf_link__destroy(link);
	bpf_object__close(object);
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
		{"count", 1, NULL, 'c'}, {"seconds", 1, NULL, 'n'}, {"pps", 1, NULL, 'r'},
		{"forward", 1, NULL, 'w'}, {0}};
	const char *from = "random";
	uint8_t *m = o->mac;
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == 'i' && !(o->interface = if_nametoindex(optarg)))
			die("--interface");
		if (c == 'w' && !(o->forward = if_nametoindex(optarg)))
			die("--forward");
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
	if (!o->interface || (!o->to[0] && !o->forward) || optind < argc ||
		o->seconds > MAX_SECONDS)
		die("what to send where");
}

int main(int argc, char **argv)
{
	struct options o = {.port_min = 20000,
		.port_max = 29999,
		.source_port = 40000,
		.count = 100000000,
		.seconds = 5};
	unsigned long sent;
	double seconds;

	read_options(argc, argv, &o);
	if (o.forward) {
		forward(&o);
		return 0;
	}
	sent = send_all(&o, &seconds);
	printf("{\"sent\": %lu, \"pps\": %.0f}\n", sent, (double)sent / seconds);
	return 0;
}
