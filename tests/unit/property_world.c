/* SPDX-License-Identifier: BSD-3-Clause */
#include "property_world.h"

#include <arpa/inet.h>
#include <poll.h>
#include <rte_eth_ring.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "ctrl/follow.h"
#include "ctrl/neigh.h"
#include "ctrl/watch.h"
#include "dataplane/ethdev.h"
#include "dataplane/pinhole.h"
#include "dataplane/rewrite.h"
#include "dataplane/worker.h"
#include "property_keys.h"

struct world world = {.now = 1000 * SECOND};

static const struct sl_crypto_backend *backend;
static const uint8_t own_mac[6] = {2, 0, 0, 0, 0, 1}, next_mac[6] = {2, 0, 0, 0, 0, 2};
static unsigned buffers;

uint64_t __wrap_sl_clock(void);

uint64_t __wrap_sl_clock(void)
{
	return world.now;
}

time_t __wrap_time(time_t *out);

time_t __wrap_time(time_t *out)
{
	time_t now = (time_t)(world.now / SECOND);

	if (out)
		*out = now;
	return now;
}

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

static void open_port(uint8_t *index)
{
	static const unsigned cores[1] = {0};
	const struct sl_port_config port = {.name = "wan",
		.device = "vdev:net_ring_wan",
		.cores = cores,
		.n_cores = 1,
		.mac = own_mac};
	char why[SL_WHY] = "";

	world.rx = rte_ring_create("rx", 256, SOCKET_ID_ANY, 0);
	world.tx = rte_ring_create("tx", 256, SOCKET_ID_ANY, 0);
	must(world.rx && world.tx &&
			rte_eth_from_rings("wan", &world.rx, 1, &world.tx, 1, SOCKET_ID_ANY) >= 0,
		"rings");
	must(!sl_port_open(&port, index, why), why);
}

void world_start(void)
{
	const struct sl_eal_config eal = {.memory_mib = 128};
	struct sl_config_interface *config = &world.config;
	const char *reason = "";
	char why[SL_WHY] = "";
	bool huge;
	uint8_t index;

	must(!sl_eal_init(&eal, &huge, why) && !sl_ports_reserve(1, why), why);
	open_port(&index);
	strcpy(config->name, "public");
	config->n_addresses = SL_FAMILIES;
	config->port_min = FIRST_PORT;
	config->port_max = FIRST_PORT + 2 * PAIRS - 1;
	for (int f = 0; f < SL_FAMILIES; f++) {
		struct sl_config_address *a = &config->address[f];
		struct sl_address_config where;
		uint8_t slot;

		sl_address_parse(f == SL_IPV4 ? "203.0.113.10" : "2001:db8::10", a->ip);
		memcpy(a->advertise, a->ip, 16);
		where = (struct sl_address_config){
			.port_min = config->port_min, .port_max = config->port_max};
		memcpy(where.ip, a->ip, 16);
		must(!sl_address_add(index, &where, &slot, why), why);
		must(slot == f, "slots");
	}
	backend = sl_crypto_select("ipsec-mb", &reason);
	must(backend != NULL, reason);
	backend = keys_watch(backend);
	must(!sl_workers_prepare(backend, why), why);
	sl_workers[0].crypto = backend->open();
	must(sl_workers[0].crypto != NULL, "crypto");
	buffers = rte_mempool_in_use_count(sl_mbufs);
}

void world_end(void)
{
	backend->close(sl_workers[0].crypto);
}

static void listen_udp(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	static const struct sl_config_net nets[1] = {
		{.ip = {[10] = 0xff, 0xff, 127, 0, 0, 1}, .bits = 128}};
	struct sl_datagram_listen how = {.ip = {[10] = 0xff, 0xff, 127, 0, 0, 1},
		.protocol = &sl_ng_protocol,
		.context = &world.ng,
		.nets = nets,
		.n_nets = 1};
	socklen_t len = sizeof(in);
	char why[SL_SERVER_WHY];
	int probe = socket(AF_INET, SOCK_DGRAM, 0);

	/* A port that is free. */
	must(probe >= 0 && !bind(probe, (struct sockaddr *)&in, len) &&
			!getsockname(probe, (struct sockaddr *)&in, &len),
		"socket");
	close(probe);
	how.port = ntohs(in.sin_port);
	world.work = sl_work_new(&world.loop);
	must(world.work, "work");
	world.datagram = sl_datagram_new(&world.loop, world.work);
	must(world.datagram && !sl_datagram_listen(world.datagram, &how, why), "NG by UDP");
	world.client = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	must(world.client >= 0 && !connect(world.client, (struct sockaddr *)&in, len), "client");
}

void world_open(void)
{
	const struct sl_session_env env = {.crypto = backend,
		.interfaces = &world.interface,
		.n_interfaces = 1,
		.timers = {.media = 60, .silent = 600, .offer = 120, .notice = 10, .kept = 60}};
	char text[SL_ADDRESS_TEXT];
	uint8_t ip[16];

	keys_forget();
	uv_loop_init(&world.loop);
	must(!sl_neigh_open(&world.neigh, &world.loop, sl_nexthops, SL_MAX_NEXTHOPS, NULL, NULL),
		"next hops");
	must(!sl_interface_init(&world.interface, &world.config), "interface");
	world.interface.neigh = world.neigh;
	for (int f = 0; f < SL_FAMILIES; f++) {
		world.interface.local[f].slot = (uint8_t)f;
		for (unsigned host = 0; host < HOSTS; host++) {
			world_host(f, host, ip, text);
			sl_neigh_fix(
				world.neigh, sl_interface_netdev(&world.interface), ip, next_mac);
		}
	}
	sl_sessions_init(&world.sessions, &env);
	world.ng = (struct sl_ng){.sessions = &world.sessions};
	listen_udp();
}

const char *world_close(void)
{
	const char *left = NULL;
	struct packet ignored;

	sl_sessions_fini(&world.sessions);
	world_poll();
	while (world_take(&ignored))
		;
	if (world.sessions.n || world.sessions.tree || world.sessions.by_serial)
		left = "a call";
	if (!TAILQ_EMPTY(&world.sessions.due) || !TAILQ_EMPTY(&world.sessions.sweep))
		left = "a deadline";
	if (sl_neigh_counts(world.neigh).destinations)
		left = "a next hop";
	if (keys_alive())
		left = "a key";
	if (world_pinholes())
		left = "a pinhole";
	for (int f = 0; f < SL_FAMILIES; f++)
		if (sl_interface_ports(&world.interface, f).taken)
			left = "a port";
	if (rte_mempool_in_use_count(sl_mbufs) != buffers)
		left = "a packet buffer";
	close(world.client);
	sl_datagram_stop(world.datagram);
	sl_work_stop(world.work);
	sl_neigh_close(world.neigh);
	uv_run(&world.loop, UV_RUN_DEFAULT);
	must(!uv_loop_close(&world.loop), "loop");
	sl_interface_fini(&world.interface);
	return left;
}

void world_wait(uint64_t ns)
{
	uint64_t end = world.now + ns;

	while (world.now < end) {
		uint64_t step = SECOND - world.now % SECOND;

		world.now = end - world.now < step ? end : world.now + step;
		world_poll();
		sl_follow_poll(&world.sessions);
		if (world.now % SECOND)
			continue;
		for (int i = 0; i < 1000 / SL_WATCH_MS; i++)
			sl_watch_sweep(&world.sessions);
		sl_sessions_tick(&world.sessions);
		sl_quality_tick(&world.sessions);
	}
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

bool world_ask_again(struct reply *reply)
{
	struct pollfd fd = {.fd = world.client, .events = POLLIN};
	size_t cookie = strcspn(world.request, " ") + 1;
	char result[32];
	ssize_t n;

	memset(reply, 0, sizeof(*reply));
	if (send(world.client, world.request, world.request_len, 0) < 0)
		return false;
	for (int tries = 0; tries < 1000; tries++) {
		uv_run(&world.loop, UV_RUN_NOWAIT);
		if (poll(&fd, 1, tries > 10) == 1)
			break;
	}
	n = recv(world.client, reply->text, sizeof(reply->text) - 1, 0);
	if (n <= (ssize_t)cookie || memcmp(reply->text, world.request, cookie) != 0)
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

bool world_ask(const char *dictionary, struct reply *reply)
{
	world.request_len = (size_t)snprintf(
		world.request, sizeof(world.request), "c%u %s", ++world.cookie, dictionary);
	must(world.request_len < sizeof(world.request), "the request is too long");
	return world_ask_again(reply);
}

void world_host(int family, unsigned host, uint8_t ip[16], char text[SL_ADDRESS_TEXT])
{
	snprintf(text, SL_ADDRESS_TEXT, family == SL_IPV4 ? "192.0.2.%u" : "2001:db8:1::%x",
		host + 1);
	sl_address_parse(text, ip);
}

void world_give(const struct packet *p)
{
	struct sl_endpoint from = {.port = p->from_port}, to = {.port = p->to_port};
	struct rte_mbuf *m = rte_pktmbuf_alloc(sl_mbufs);
	bool v6 = !sl_address_is_ipv4(p->to);
	struct sl_egress header;
	uint8_t *frame, *payload;

	must(m != NULL, "packet buffers");
	memcpy(from.ip, p->from, 16);
	memcpy(to.ip, p->to, 16);
	sl_egress_build(&header, &from, &to, 0);
	frame = (uint8_t *)rte_pktmbuf_append(m, SL_ETHER_LEN + header.header_len + p->len);
	payload = frame + SL_ETHER_LEN + header.header_len;
	memcpy(frame, own_mac, 6);
	memcpy(frame + 6, next_mac, 6);
	frame[12] = v6 ? 0x86 : 0x08;
	frame[13] = v6 ? 0xdd : 0x00;
	memcpy(payload, p->payload, p->len);
	sl_rewrite(&header, payload, p->len);
	must(!rte_ring_enqueue(world.rx, m), "ring");
}

void world_poll(void)
{
	while (sl_worker_poll(&sl_workers[0]))
		;
}

bool world_take(struct packet *p)
{
	struct rte_mbuf *m;
	struct sl_view view;
	const uint8_t *frame;

	if (rte_ring_dequeue(world.tx, (void **)&m) != 0)
		return false;
	frame = rte_pktmbuf_mtod(m, const uint8_t *);
	must(sl_parse_frame(frame, m->data_len, &view) == SL_FORWARD, "a frame that is none");
	must(view.payload_len <= sizeof(p->payload), "a long packet");
	memcpy(p->from, view.source, 16);
	memcpy(p->to, view.destination, 16);
	p->from_port = view.source_port;
	p->to_port = view.destination_port;
	p->len = view.payload_len;
	memcpy(p->payload, frame + view.payload, p->len);
	p->secure = keys_taken(frame + view.payload, &p->index, &p->master);
	rte_pktmbuf_free(m);
	return true;
}

unsigned world_pinholes(void)
{
	const struct sl_flow *flows[2 * PAIRS * SL_FAMILIES];
	unsigned n = 0;

	for (int f = 0; f < SL_FAMILIES; f++)
		for (unsigned port = 0; port < 2 * PAIRS; port++) {
			const struct sl_flow *flow =
				*sl_pinhole((uint8_t)f, (uint16_t)(FIRST_PORT + port));

			if (!flow)
				continue;
			/* RTP and RTCP lead to the same flow. */
			if (!n || flows[n - 1] != flow)
				flows[n++] = flow;
		}
	return n;
}
