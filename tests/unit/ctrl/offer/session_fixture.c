/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/ctrl/offer/session_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/neigh/neigh.h"
#include "ctrl/offer/ending.h"
#include "ctrl/offer/hangup.h"
#include "ctrl/sdp/sdes.h"
#include "dataplane/base/nexthop.h"
#include "dataplane/path/pinhole.h"
#include "dataplane/path/worker.h"
#include "dataplane/port/port.h"

struct relay relay;
const struct command from_a = {.call_id = "call", .from_tag = "A"};
const struct command to_b = {.call_id = "call", .from_tag = "A", .to_tag = "B"};
const struct command from_b = {.call_id = "call", .from_tag = "B", .to_tag = "A"};
char sdp_out[4096];
struct sl_error last_error;
const char *const why = last_error.text;

static void must(int rc, const char *what, const char *reason)
{
	if (rc)
		fail_msg("%s: %s", what, reason);
}

void relay_start(void)
{
	static const unsigned cores[1] = {0};
	const struct sl_eal_config eal = {.memory_mib = 128};
	const struct sl_port_config port = {
		.name = "wan", .device = "vdev:net_null0,no-rx=1", .cores = cores, .n_cores = 1};
	struct sl_config_interface *config = &relay.config;
	struct sl_error error = {0};
	bool huge;
	uint8_t index;

	must(sl_eal_init(&eal, &huge, &error), "EAL", error.text);
	must(sl_ports_reserve(1, SL_NUMA_ANY, &error), "buffers", error.text);
	must(sl_port_open(&port, &index, &error), "port", error.text);
	strcpy(config->name, "public");
	config->n_addresses = SL_FAMILIES;
	config->port_min = FIRST_PORT;
	config->port_max = FIRST_PORT + 2 * PAIRS - 1;
	for (int f = 0; f < SL_FAMILIES; f++) {
		struct sl_config_address *address = &config->address[f];
		struct sl_address_config where;

		address->prefix = f == SL_IPV4 ? 24 : 64;
		must(sl_address_parse(f == SL_IPV4 ? RELAY4 : RELAY6, address->ip), "address", "");
		memcpy(address->advertise, address->ip, 16);
		where = (struct sl_address_config){
			.port_min = config->port_min, .port_max = config->port_max};
		memcpy(where.ip, address->ip, 16);
		must(sl_address_add(index, &where, &relay.interface.local[f].slot, &error),
			"address", error.text);
	}
}

int relay_set_up(void **state)
{
	relay_start();
	return 0;
}

void relay_open(unsigned max_sessions)
{
	uint8_t slots[SL_FAMILIES] = {
		relay.interface.local[SL_IPV4].slot, relay.interface.local[SL_IPV6].slot};
	struct sl_session_env env = {.interfaces = &relay.interface,
		.n_interfaces = 1,
		.limits = {.sessions = max_sessions},
		.timers = {.offer = 600, .kept = 60}};
	struct sl_error prepare = {0};
	const char *reason = "";

	env.crypto = sl_crypto_select("auto", &reason);
	must(!env.crypto, "crypto", reason);
	if (!sl_n_workers)
		must(sl_workers_prepare(env.crypto, &prepare), "workers", prepare.text);
	uv_loop_init(&relay.loop);
	must(sl_neigh_open(&relay.neigh, &relay.loop, sl_nexthops, SL_MAX_NEXTHOPS, NULL, NULL),
		"next hops", "");
	must(sl_interface_init(&relay.interface, &relay.config), "interface", "");
	relay.interface.neigh = relay.neigh;
	for (int f = 0; f < SL_FAMILIES; f++)
		relay.interface.local[f].slot = slots[f];
	sl_sessions_init(&relay.sessions, &env);
}

void relay_close(void)
{
	sl_sessions_fini(&relay.sessions);
	assert_int_equal(relay.sessions.n, 0);
	assert_int_equal(sl_neigh_counts(relay.neigh).destinations, 0);
	for (int f = 0; f < SL_FAMILIES; f++) {
		assert_int_equal(sl_interface_ports(&relay.interface, f).taken, 0);
		for (unsigned p = FIRST_PORT; p < FIRST_PORT + 2 * PAIRS; p++)
			assert_null(*sl_pinhole(relay.interface.local[f].slot, (uint16_t)p));
	}
	sl_neigh_close(relay.neigh);
	uv_run(&relay.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&relay.loop), 0);
	sl_interface_fini(&relay.interface);
}

static struct sl_text text(const char *string)
{
	return (struct sl_text){string, string ? (uint32_t)strlen(string) : 0};
}

static void write_sdp(const struct party *p, char *out, size_t room)
{
	const char *family = strchr(p->address, ':') ? "IP6" : "IP4";
	size_t at = (size_t)snprintf(out, room,
		"v=0\r\no=- 1 1 IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\nm=%s %u %s 0\r\n", family,
		p->address, family, p->address, p->kind ? p->kind : "audio", p->port, p->proto);

	for (int i = 0; i < 4 && p->crypto[i]; i++)
		at += (size_t)snprintf(out + at, room - at, "a=crypto:%s\r\n", p->crypto[i]);
	snprintf(out + at, room - at, "%s", p->extra ? p->extra : "");
}

static const char *act(const struct command *c, const struct party *p, bool is_offer)
{
	static char sdp[4096];
	struct sl_request o = {
		.call_id = text(c->call_id),
		.from_tag = text(c->from_tag),
		.to_tag = text(c->to_tag),
		.via_branch = text(c->via_branch),
		.proto = c->proto,
		.rtcp_mux = c->rtcp_mux,
		.family = c->family - 1,
		.sdes = {.only = c->sdes_only},
		.replace_origin = c->replace_origin,
		.source = c->source,
		.delete_delay = -1,
		.tos = c->tos - 1,
		.media_address = c->media_address,
		.emergency = c->emergency,
		.load_limit = c->load_limit,
	};
	ssize_t len;

	write_sdp(p, sdp, sizeof(sdp));
	o.sdp = text(sdp);
	last_error = (struct sl_error){0};
	len = (is_offer ? sl_offer : sl_answer)(
		&relay.sessions, &o, sdp_out, sizeof(sdp_out), &last_error);
	if (len >= 0)
		return sdp_out;
	assert_string_not_equal(why, "");
	assert_int_equal(last_error.code, len);
	return NULL;
}

const char *offer(const struct command *command, const struct party *party)
{
	return act(command, party, true);
}

const char *answer(const struct command *command, const struct party *party)
{
	return act(command, party, false);
}

void must_offer(struct command command, struct party party)
{
	if (!offer(&command, &party))
		fail_msg("offer: %s", why);
}

void must_answer(struct command command, struct party party)
{
	if (!answer(&command, &party))
		fail_msg("answer: %s", why);
}

const char *hangup(const struct command *c)
{
	struct sl_request o = {
		.from_tag = text(c->from_tag),
		.to_tag = text(c->to_tag),
		.via_branch = text(c->via_branch),
	};

	return sl_hangup(&relay.sessions, find_call(c->call_id), &o);
}

const char *crypto_line(const char *sdp, unsigned n)
{
	static char lines[8][SL_SDES_TEXT_MAX];
	const char *at = sdp;

	for (unsigned i = 0; at; i++) {
		at = strstr(at, "a=crypto:");
		if (!at || i == n)
			break;
		at++;
	}
	if (!at)
		return NULL;
	at += strlen("a=crypto:");
	snprintf(lines[n], sizeof(lines[n]), "%.*s", (int)strcspn(at, "\r"), at);
	return lines[n];
}

unsigned media_port(const char *sdp, unsigned n)
{
	const char *at = sdp;
	unsigned port = 0;

	for (unsigned i = 0; i <= n; i++) {
		at = strstr(at + (i > 0), "\nm=");
		assert_non_null(at);
	}
	assert_int_equal(sscanf(at, "\nm=%*s %u", &port), 1);
	return port;
}

const char *key_line(unsigned tag, enum sl_suite suite, unsigned char seed)
{
	static char lines[8][SL_SDES_TEXT_MAX];
	static unsigned n;
	struct sl_master master = {.suite = suite};
	char *line = lines[n++ % 8];

	memset(master.key, seed, sl_suites[suite].key_len);
	memset(master.salt, seed + 1, sl_suites[suite].salt_len);
	assert_true(sl_sdes_format(line, SL_SDES_TEXT_MAX, tag, &master, false) > 0);
	return line;
}

struct sl_call *find_call(const char *call_id)
{
	return sl_session_find(&relay.sessions, text(call_id));
}

struct sl_flow *flow_of(const struct sl_call *call, int leg, unsigned medium)
{
	return call->leg[leg]->media[medium].path.flow;
}

void hears(struct sl_flow *flow, enum sl_component component, const char *ip, uint16_t port)
{
	struct sl_endpoint from = {.port = port};
	struct sl_latch *l = &flow->latch[component];
	uint32_t moves = l->moves;

	must(sl_address_parse(ip, from.ip), "address", ip);
	for (int n = 0; n < SL_LATCH_STREAK; n++) {
		uint64_t now = l->moved + SL_LATCH_HOLD_NS;

		if (sl_latch_try(l, &from, now))
			sl_latch_commit(l, &from, true, now);
	}
	sl_flow_sources(flow);
	if (l->moves != moves) {
		const struct sl_event event = {.cookie = flow->cookie, .component = component};

		sl_event_post(&sl_workers[0], &event);
	}
}

bool published(const struct sl_flow *flow)
{
	return *sl_pinhole(flow->local[SL_RTP].slot, flow->local[SL_RTP].port) == flow &&
	       *sl_pinhole(flow->local[SL_RTCP].slot, flow->local[SL_RTCP].port) == flow;
}

struct party alice(const char *crypto)
{
	return (struct party){.address = "192.0.2.1",
		.port = 5004,
		.proto = crypto ? "RTP/SAVP" : "RTP/AVP",
		.crypto = {crypto}};
}

struct party bob(const char *crypto)
{
	struct party p = alice(crypto);

	p.address = "198.51.100.2";
	p.port = 6004;
	return p;
}

struct sl_call *call_up(enum sl_suite a, enum sl_suite b)
{
	struct command c = from_a;

	c.proto = b ? SL_SDP_SAVP : SL_SDP_AVP;
	c.sdes_only = b ? (uint16_t)(1u << b) : 0;
	must_offer(c, alice(a ? key_line(7, a, 1) : NULL));
	assert_true(!b || strstr(crypto_line(sdp_out, 0), sl_suites[b].name));
	must_answer(to_b, bob(b ? key_line(1, b, 2) : NULL));
	return find_call("call");
}

void use(struct sl_flow *flow, uint64_t in, uint64_t out)
{
	const struct sl_stream_keys keys = sl_flow_keys(flow, NULL);

	assert_int_equal(sl_streams_admit(&flow->streams, &keys, 0x1234, 0), 0);
	if (keys.in)
		flow->streams.first.in = (struct sl_replay){.top = in, .seen = {1}};
	flow->streams.first.out = (struct sl_replay){.top = out, .seen = {1}};
	if (keys.out)
		keys.out->rtcp_sent = (uint32_t)out;
}
