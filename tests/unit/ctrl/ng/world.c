/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/ctrl/ng/world.h"

#include <rte_eth_ring.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctrl/media/follow.h"
#include "ctrl/neigh/neigh.h"
#include "ctrl/observe/quality.h"
#include "ctrl/offer/ending.h"
#include "dataplane/path/event.h"
#include "dataplane/path/pinhole.h"
#include "dataplane/path/rewrite.h"
#include "dataplane/path/worker.h"
#include "dataplane/port/ethdev.h"
#include "tests/unit/ctrl/ng/world_keys.h"

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

/* As many queues as workers, on cores of their own. */
static void open_port(uint8_t *index)
{
	static const unsigned cores[WORKERS_MAX] = {0, 1};
	const struct sl_port_config port = {.name = "wan",
		.device = "vdev:net_ring_wan",
		.cores = cores,
		.n_cores = world.workers,
		.mac = own_mac};
	char name[16];
	struct sl_error error = {0};

	for (unsigned q = 0; q < world.workers; q++) {
		snprintf(name, sizeof(name), "rx%u", q);
		world.rx[q] = rte_ring_create(name, 256, SOCKET_ID_ANY, 0);
		snprintf(name, sizeof(name), "tx%u", q);
		world.tx[q] = rte_ring_create(name, 256, SOCKET_ID_ANY, 0);
		must(world.rx[q] && world.tx[q], "rings");
	}
	must(rte_eth_from_rings(
		     "wan", world.rx, world.workers, world.tx, world.workers, SOCKET_ID_ANY) >= 0,
		"device");
	must(!sl_port_open(&port, index, &error), error.text);
}

static void add_addresses(uint8_t port)
{
	struct sl_config_interface *config = &world.config;
	struct sl_error error = {0};
	uint8_t slot;

	strcpy(config->name, "public");
	config->n_addresses = SL_FAMILIES;
	config->port_min = FIRST_PORT;
	config->port_max = FIRST_PORT + 2 * PAIRS - 1;
	for (int f = 0; f < SL_FAMILIES; f++) {
		struct sl_config_address *a = &config->address[f];
		struct sl_address_config where = {
			.port_min = config->port_min, .port_max = config->port_max};

		sl_address_parse(f == SL_IPV4 ? WORLD_IP4 : WORLD_IP6, a->ip);
		memcpy(a->advertise, a->ip, 16);
		memcpy(where.ip, a->ip, 16);
		must(!sl_address_add(port, &where, &slot, &error), error.text);
		must(slot == f, "slots");
	}
}

/* A next hop for each host, which the kernel is never asked for. */
static void add_hosts(void)
{
	char text[SL_ADDRESS_TEXT];
	uint8_t ip[16];

	must(!sl_neigh_open(&world.neigh, &world.loop, sl_nexthops, SL_MAX_NEXTHOPS, NULL, NULL),
		"next hops");
	for (int f = 0; f < SL_FAMILIES; f++)
		for (unsigned host = 0; host < HOSTS; host++) {
			world_host(f, host, ip, text);
			must(!sl_neigh_fix(world.neigh, sl_interface_netdev(&world.interface), ip,
				     next_mac),
				"a next hop");
		}
}

void world_start(unsigned workers)
{
	const struct sl_eal_config eal = {.memory_mib = 256};
	const char *reason = "";
	struct sl_error error = {0};
	bool huge;
	uint8_t index;

	world.workers = workers;
	must(!sl_eal_init(&eal, &huge, &error) && !sl_ports_reserve(workers, SL_NUMA_ANY, &error),
		error.text);
	open_port(&index);
	add_addresses(index);
	backend = sl_crypto_select("auto", &reason);
	must(backend != NULL, reason);
	backend = keys_watch(backend);
	must(!sl_workers_prepare(backend, &error), error.text);
	for (unsigned w = 0; w < workers; w++) {
		sl_workers[w].crypto = backend->open();
		must(sl_workers[w].crypto != NULL, "crypto");
	}
	buffers = rte_mempool_in_use_count(sl_mbufs);
	uv_loop_init(&world.loop);
	add_hosts();
}

void world_end(void)
{
	sl_neigh_close(world.neigh);
	uv_run(&world.loop, UV_RUN_DEFAULT);
	must(!uv_loop_close(&world.loop), "loop");
	for (unsigned w = 0; w < world.workers; w++)
		backend->close(sl_workers[w].crypto);
}

void world_open(const struct sl_timers *timers, const struct sl_limits *limits)
{
	const struct sl_session_env env = {.crypto = backend,
		.interfaces = &world.interface,
		.n_interfaces = 1,
		.limits = *limits,
		.timers = *timers,
		.notify = sl_ng_notify,
		.notify_context = &world.ng};

	world.now = 1000 * SECOND;
	keys_forget();
	must(!sl_interface_init(&world.interface, &world.config), "interface");
	world.interface.neigh = world.neigh;
	for (int f = 0; f < SL_FAMILIES; f++)
		world.interface.local[f].slot = (uint8_t)f;
	for (unsigned w = 0; w < world.workers; w++) {
		memset(&sl_workers[w].stats, 0, sizeof(sl_workers[w].stats));
		sl_workers[w].events_lost = 0;
		sl_workers[w].turns = 0;
	}
	sl_sessions_init(&world.sessions, &env);
	world.ng = (struct sl_ng){.sessions = &world.sessions};
}

static void drain(void)
{
	struct sl_event events[16];
	struct packet ignored;

	world_poll();
	while (world_take(&ignored))
		;
	while (sl_events_take(events, 16))
		;
}

const char *world_close(void)
{
	const char *left = NULL;

	sl_sessions_fini(&world.sessions);
	sl_ng_fini(&world.ng);
	drain();
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
		for (int i = 0; i < 1000 / SL_SWEEP_MS; i++)
			sl_sessions_sweep(&world.sessions);
		sl_sessions_tick(&world.sessions);
		sl_quality_tick(&world.sessions);
	}
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
	keys_leave(payload);
	sl_rewrite(&header, payload, p->len);
	must(!rte_ring_enqueue(world.rx[p->queue], m), "ring");
}

void world_poll(void)
{
	unsigned moved;

	do {
		moved = 0;
		for (unsigned w = 0; w < world.workers; w++)
			moved += sl_worker_poll(&sl_workers[w]);
	} while (moved);
}

bool world_take(struct packet *p)
{
	struct rte_mbuf *m = NULL;
	struct sl_view view;
	const uint8_t *frame;
	unsigned q = 0;

	while (q < world.workers && rte_ring_dequeue(world.tx[q], (void **)&m) != 0)
		q++;
	if (q == world.workers)
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
