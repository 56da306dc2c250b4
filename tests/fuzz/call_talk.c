/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <string.h>

#include "call_judge.h"
#include "call_life.h"
#include "tests/unit/ctrl/ng/world_keys.h"

/* A TALK step, decoded. */
struct speaker {
	const struct step *s;
	struct party *party;
	unsigned tag, m;
	bool rtcp;
	struct stream *stream;
	uint32_t ssrc;
	const struct medium *said, *told;
	struct sl_master master; /* suite SL_SUITE_NONE: plain */
};

static const struct medium *medium_of(const struct view *v, unsigned m)
{
	static const struct medium none;

	return m < v->n ? &v->m[m] : &none;
}

/* The line whose suite the relay answered with; else the first. */
static void choose_key(struct speaker *w)
{
	const uint8_t *a = w->s->a;
	const struct medium *said = w->said, *told = w->told;
	unsigned line = 0;

	w->master.suite = SL_SUITE_NONE;
	if ((a[5] & 7) == 5 || !told->n_lines)
		return;
	if ((a[5] & 7) == 4) {
		w->master = told->line[0];
		return;
	}
	if ((a[5] & 7) == 1)
		said = medium_of(&w->party->before, w->m);
	else if ((a[5] & 7) == 2)
		said = medium_of(&w->party->next, w->m);
	for (unsigned i = 0; i < said->n_lines; i++)
		if (said->line[i].suite == told->line[0].suite)
			line = i;
	if (said->n_lines && (a[5] & 7) != 3)
		w->master = said->line[line];
	else
		key_master(a[6] % KEYS, told->line[0].suite, &w->master);
}

static bool understand(const struct step *s, struct speaker *w)
{
	struct call *c = &calls[s->call % CALLS];
	const uint8_t *a = s->a;

	*w = (struct speaker){.s = s, .tag = a[0] % TAGS, .m = a[0] >> 3 & (MEDIA - 1)};
	w->party = &c->party[w->tag];
	w->rtcp = a[0] & 0x20;
	w->stream = &w->party->stream[w->m][a[1] % STREAMS];
	w->ssrc = 0x1000u * (w->tag + 1) + 16 * w->m + a[1] % STREAMS;
	if (a[1] % STREAMS == 3)
		w->ssrc += (uint32_t)a[2] << 8;
	w->said = medium_of(&w->party->said, w->m);
	w->told = medium_of(a[11] & 2 ? &w->party->offered : &w->party->told, w->m);
	if (a[11] & 4)
		w->told = medium_of(&c->party[a[11] >> 4 & (TAGS - 1)].told, w->m);
	choose_key(w);
	return w->told->port;
}

static void address(const struct speaker *w, struct packet *p)
{
	const uint8_t *a = w->s->a;
	const struct medium *other;
	char text[SL_ADDRESS_TEXT];
	int family = sl_address_family(w->told->ip);

	p->queue = (a[11] >> 3 & 1) % world.workers;
	memcpy(p->to, w->told->ip, 16);
	p->to_port = w->rtcp ? w->told->rtcp : w->told->port;
	if (a[11] & 1)
		p->to_port ^= 1;
	memcpy(p->from, w->said->ip, 16);
	p->from_port = w->rtcp ? w->said->rtcp : w->said->port;
	other = medium_of(&calls[w->s->call % CALLS].party[a[6] % TAGS].said, w->m);
	switch (a[7] & 7) {
	case 1: /* as behind a NAT that moved */
		p->from_port = (uint16_t)(50000 + a[6]);
		break;
	case 2:
		world_host(family, a[6] % HOSTS, p->from, text);
		break;
	case 3:
		memcpy(p->from, other->ip, 16);
		p->from_port = other->port;
		break;
	case 4: /* as if from the relay */
		memcpy(p->from, p->to, 16);
		p->from_port = (uint16_t)(FIRST_PORT + a[6] % (2 * PAIRS));
		break;
	default:
		break;
	}
	if (!p->from_port || sl_address_family(p->from) != family) {
		world_host(family, w->tag, p->from, text);
		p->from_port = PARTY_PORT;
	}
}

/* The index of the next packet of the stream. */
static uint64_t next_index(struct speaker *w)
{
	const uint8_t *a = w->s->a;
	uint64_t *next = &w->stream->index;

	switch (a[3] >> 3 & 7) {
	case 1: /* once more */
		return *next ? *next - 1 : 0;
	case 2: /* late */
		return *next > a[4] ? *next - a[4] : 0;
	case 3:
		*next += a[4];
		break;
	case 4:
		*next += a[4] * 256u;
		break;
	case 5: /* another counter */
		*next += (uint64_t)(a[4] & 3) << 16;
		break;
	case 6: /* begins anew */
		*next = a[4] * 256u;
		break;
	default:
		break;
	}
	return (*next)++;
}

static void write_rtp(struct speaker *w, uint64_t index, struct packet *p)
{
	const uint8_t *a = w->s->a;
	uint16_t seq = htons((uint16_t)index);
	uint32_t stamp = htonl((uint32_t)index * 160), ssrc = htonl(w->ssrc);
	static const uint8_t types[4] = {0, 8, 101, 96};

	p->payload[0] = 0x80;
	p->payload[1] = types[a[10] >> 6];
	memcpy(p->payload + 2, &seq, 2);
	memcpy(p->payload + 4, &stamp, 4);
	memcpy(p->payload + 8, &ssrc, 4);
	p->len = (uint16_t)(12 + (a[10] & 0x3f) * 4);
	memset(p->payload + 12, (int)(uint8_t)index, p->len - 12u);
	if ((a[8] & 7) == 4)
		p->payload[1] = a[9];
	else if ((a[8] & 7) == 5)
		p->payload[0] = (uint8_t)(0x80 | a[9]); /* padding, extension, CSRCs */
	if (w->master.suite)
		keys_transform(p->payload, &p->len, &w->master, index & 0xffffffffffff, w->ssrc,
			false, true);
}

static void write_rtcp(struct speaker *w, struct packet *p)
{
	const uint8_t *a = w->s->a;
	uint32_t ssrc = htonl(w->ssrc);

	p->len = (uint16_t)(28 + 24 * (a[10] & 1));
	p->payload[0] = (uint8_t)(0x80 | (a[10] & 1));
	p->payload[1] = (a[8] & 7) == 4 ? (uint8_t)(192 + a[9] % 32) : 200;
	p->payload[3] = (uint8_t)(p->len / 4 - 1);
	memcpy(p->payload + 4, &ssrc, 4);
	memset(p->payload + 8, a[9], p->len - 8u);
	if (!w->master.suite)
		return;
	if ((a[3] >> 3 & 7) == 1 && w->stream->rtcp_index)
		w->stream->rtcp_index--;
	else if ((a[3] >> 3 & 7) == 3)
		w->stream->rtcp_index += a[4];
	keys_transform(p->payload, &p->len, &w->master, ++w->stream->rtcp_index & 0x7fffffff,
		w->ssrc, true, true);
}

static void damage(const struct speaker *w, struct packet *p)
{
	const uint8_t *a = w->s->a;

	switch (a[8] & 7) {
	case 1:
		p->payload[a[9] % p->len] ^= (uint8_t)(1 + (a[8] >> 3));
		break;
	case 2:
		p->len = a[9] % p->len;
		break;
	case 3:
		p->len = (uint16_t)(p->len + a[9] % 64u);
		break;
	case 6:
		p->payload[0] = a[9];
		break;
	default:
		break;
	}
}

static void hear(void)
{
	struct packet got = {0};

	world_poll();
	for (; world_take(&got); got = (struct packet){0})
		judge_packet(&got);
	if (keys_reused())
		violated("an index was sent twice under one key");
}

static void send_one(struct speaker *w)
{
	uint64_t index = w->rtcp ? 0 : next_index(w);
	struct packet p = {0};

	address(w, &p);
	if (w->rtcp)
		write_rtcp(w, &p);
	else
		write_rtp(w, index, &p);
	damage(w, &p);
	note("%s medium %u sends from %u to %u, SSRC %x, index %llx%s", tag_name(w->tag), w->m,
		p.from_port, p.to_port, w->ssrc, (unsigned long long)index,
		w->rtcp ? ", RTCP" : "");
	for (int copies = w->s->a[12] & 1; copies >= 0; copies--)
		world_give(&p);
}

void talk(const struct step *s)
{
	unsigned n = 1 + (s->a[3] & 7);
	struct speaker w;

	if (!understand(s, &w))
		return;
	for (unsigned i = 0; i < n; i++) {
		send_one(&w);
		if (!(s->a[12] & 2) || i + 1 == n) /* else one burst */
			hear();
		if (s->a[13])
			world_wait(s->a[13] * (SECOND / 1000));
	}
	hear();
}
