/* SPDX-License-Identifier: BSD-3-Clause */
#include "worker_world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/base/media_address.h"
#include "dataplane/handoff/flow_new.h"
#include "dataplane/handoff/mailbox.h"

struct fuzz_call world[CALLS];
struct relay relay;

void demand(bool condition, const char *what, const char *file, int line)
{
	if (condition)
		return;
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
	abort();
}

static void line_open(struct line *line, enum sl_suite suite, bool inbound)
{
	static unsigned serial;

	line->master.suite = suite;
	line->serial = ++serial;
	if (!suite)
		return;
	for (unsigned i = 0; i < SL_MASTER_KEY_MAX; i++)
		line->master.key[i] = (uint8_t)random();
	for (unsigned i = 0; i < SL_MASTER_SALT_MAX; i++)
		line->master.salt[i] = (uint8_t)random();
	line->srtp = endpoint_session(&line->master, inbound);
	DEMAND(relay.backend->key_new(&line->key, &line->master) == 0);
}

static void line_close(struct line *line)
{
	relay.backend->key_free(line->key);
	if (line->srtp)
		srtp_dealloc(line->srtp);
	*line = (struct line){0};
}

static struct line *in_now(struct party *p)
{
	return &p->in[p->in_now];
}

static struct line *out_now(struct party *p)
{
	return &p->out[p->out_now];
}

struct line *fuzz_line_of(const struct sl_key *key)
{
	for (unsigned k = 0; k < CALLS; k++)
		for (int i = 0; i < 2; i++)
			for (unsigned n = 0; key && n < LINES; n++)
				if (world[k].party[i].out[n].key == key)
					return &world[k].party[i].out[n];
	return NULL;
}

static struct sl_flow *flow_of(struct fuzz_call *c, int i)
{
	struct party *from = &c->party[i], *to = &c->party[!i];
	struct sl_flow_spec spec = {
		.in_key = in_now(from)->key,
		.out_key = out_now(to)->key,
		.in_suite = in_now(from)->master.suite,
		.out_suite = out_now(to)->master.suite,
		.in_slot = from->at.slot,
		.out_slot = to->at.slot,
		.nexthop = {1, 1},
		.tos = c->tos[i],
		.policy = c->policy[i],
		.cookie = (uint64_t)(c - world) << 1 | (unsigned)i,
		.actions = c->actions,
		.rates = c->rates,
		.nowhere = c->nowhere,
		.payloads = {{.hz = 8000, .type = 8}, {.hz = 48000, .type = 96}},
	};

	for (uint16_t comp = 0; comp < SL_COMPONENTS; comp++) {
		uint16_t step = c->mux ? 0 : comp;

		spec.in_port[comp] = from->at.port + step;
		spec.out_port[comp] = to->at.port + step;
		spec.source[comp] = from->at.address;
		spec.source[comp].port += step;
		spec.destination[comp] = to->at.address;
		spec.destination[comp].port += step;
	}
	return sl_flow_new(&spec);
}

void fuzz_publish(unsigned k, unsigned which)
{
	struct fuzz_call *c = &world[k];
	struct sl_flow_update x[2];
	unsigned n = 0;

	for (int i = 0; i < 2; i++) {
		if (!(which >> i & 1))
			continue;
		x[n] = (struct sl_flow_update){.flow = flow_of(c, i)};
		DEMAND(x[n].flow);
		*(c->published[i] ? (const struct sl_flow **)&x[n].old : &x[n].parked) = c->flow[i];
		n++;
	}
	DEMAND(sl_flows_update(x, n) == 0);
	n = 0;
	for (int i = 0; i < 2; i++) {
		if (!(which >> i & 1))
			continue;
		sl_flow_free(c->flow[i]);
		c->flow[i] = x[n++].flow;
		c->published[i] = true;
	}
}

void fuzz_hold(unsigned k, int i)
{
	struct fuzz_call *c = &world[k];
	struct sl_flow_update x = {.old = c->flow[i]};

	if (!c->published[i])
		return;
	DEMAND(sl_flows_update(&x, 1) == 0);
	c->published[i] = false;
}

/* Whoever waits for a flow at an open pinhole must not be free: another call's flow is not taken.
 */
void fuzz_refused(unsigned k, unsigned other)
{
	struct fuzz_call *c = &world[k], *o = &world[other];
	struct sl_flow_update x = {0};
	struct sl_key *mine = in_now(&c->party[0])->key;

	if (!c->published[0] || !o->published[0] || k == other)
		return;
	x.flow = flow_of(c, 0); /* beside itself */
	DEMAND(x.flow && sl_flows_update(&x, 1) == -EEXIST);
	sl_flow_free(x.flow);
	if (!mine || in_now(&o->party[0])->master.suite != in_now(&c->party[0])->master.suite)
		return;

	/* With the key of another one, in place of its own flow. */
	struct sl_key *theirs = in_now(&o->party[0])->key;

	in_now(&c->party[0])->key = theirs;
	x = (struct sl_flow_update){.flow = flow_of(c, 0), .old = c->flow[0]};
	in_now(&c->party[0])->key = mine;
	DEMAND(x.flow && sl_flows_update(&x, 1) == -EBUSY);
	sl_flow_free(x.flow);
}

/* libsrtp2 before 2.8 derives the keys of AES-192 wrongly. */
static enum sl_suite suite_of(unsigned code)
{
	static const enum sl_suite suites[] = {SL_SUITE_NONE, SL_SUITE_AES_CM_128_HMAC_SHA1_80,
		SL_SUITE_AES_CM_128_HMAC_SHA1_32, SL_SUITE_AES_256_CM_HMAC_SHA1_80,
		SL_SUITE_AES_256_CM_HMAC_SHA1_32, SL_SUITE_AEAD_AES_128_GCM,
		SL_SUITE_AEAD_AES_256_GCM, SL_SUITE_NONE};

	return suites[code % 8];
}

static uint8_t slot_of(unsigned code)
{
	return (uint8_t)(code % SLOTS);
}

static void party_open(struct party *p, unsigned number, uint8_t slot, enum sl_suite suite)
{
	memset(p, 0, sizeof(*p));
	p->at.slot = slot;
	p->at.port = (uint16_t)(FIRST_PORT + 2 * number);
	memcpy(p->at.address.ip, sl_addresses[slot].ip, 16);
	p->at.address.ip[15] = 2;
	p->at.address.port = (uint16_t)(40000 + 2 * number);
	p->at.suite = suite;
	p->at.ssrc = 0x1000 * (number + 1);
	line_open(&p->in[0], suite, false);
	line_open(&p->out[0], suite, true);
}

void fuzz_call_open(unsigned k, const struct fuzz_config *config)
{
	struct fuzz_call *c = &world[k];

	memset(c, 0, sizeof(*c));
	party_open(&c->party[0], 3 * k, slot_of(config->slots & 0xf), suite_of(config->suites));
	party_open(&c->party[1], 3 * k + 1, slot_of(config->slots >> 4),
		suite_of(config->suites >> 4));
	c->mux = config->flags & 1;
	c->nowhere = false;
	for (int i = 0; i < 2; i++) {
		c->tos[i] = 0xb8;
		c->policy[i].mode = (config->flags >> (1 + 2 * i) & 3) % 3;
		c->policy[i].any_ip = config->flags >> 5 & 1;
	}
	if (config->flags & 0x40)
		c->rates = (struct sl_police_rates){50, 20000, 15, 20};
	c->open = true;
	fuzz_publish(k, 3);
}

void fuzz_call_close(unsigned k)
{
	struct fuzz_call *c = &world[k];

	if (!c->open)
		return;
	for (int i = 0; i < 2; i++) {
		fuzz_hold(k, i);
		sl_flow_free(c->flow[i]);
	}
	for (int i = 0; i < 2; i++)
		for (unsigned n = 0; n < LINES; n++) {
			line_close(&c->party[i].in[n]);
			line_close(&c->party[i].out[n]);
		}
	memset(c, 0, sizeof(*c));
}

/* The flow that uses it is replaced at once, so that nothing is sent that nobody can read. */
void fuzz_rekey(unsigned k, int i, bool out, unsigned line, bool fresh)
{
	struct party *p = &world[k].party[i];
	struct line *l = out ? &p->out[line] : &p->in[line];
	unsigned *now = out ? &p->out_now : &p->in_now;

	if (line == *now)
		return;
	if (fresh)
		line_close(l);
	if (!l->serial)
		line_open(l, p->at.suite, out);
	*now = line;
	fuzz_publish(k, 1u << (out ? !i : i));
}

/* One leg sends under the key that the other expects. */
static void mirror(struct line *in, const struct line *out)
{
	line_close(in);
	line_open(in, SL_SUITE_NONE, false);
	in->master = out->master;
	if (out->master.suite)
		DEMAND(relay.backend->key_new(&in->key, &in->master) == 0);
}

static void leads_to(struct party *from, const struct party *to)
{
	from->at.address.port = to->at.port;
	memcpy(from->at.address.ip, sl_addresses[to->at.slot].ip, 16);
}

static bool same_family(const struct party *a, const struct party *b)
{
	return (a->at.slot == WAN6 || a->at.slot == LAN6) ==
	       (b->at.slot == WAN6 || b->at.slot == LAN6);
}

void fuzz_join(unsigned a, unsigned b)
{
	struct party *x = &world[a].party[1], *y = &world[b].party[0];

	if (a == b || !same_family(x, y) || world[a].mux != world[b].mux)
		return;
	fuzz_hold(a, 1);
	fuzz_hold(b, 0);
	x->in_now = (x->in_now + 1) % LINES;
	y->in_now = (y->in_now + 1) % LINES;
	mirror(in_now(x), out_now(y));
	mirror(in_now(y), out_now(x));
	leads_to(x, y);
	leads_to(y, x);
	fuzz_publish(a, 3);
	fuzz_publish(b, 3);
}
