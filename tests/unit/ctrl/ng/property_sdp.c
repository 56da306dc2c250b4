/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/ctrl/ng/property_sdp.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctrl/sdp/sdes.h"
#include "tests/unit/ctrl/ng/world_keys.h"
#include "tests/unit/unit_random.h"

static const char *const kinds[MEDIA] = {"audio", "video", "audio"};

void sdp_write(char out[TEXT], const struct said *said, unsigned n)
{
	char address[SL_ADDRESS_TEXT], line[SL_SDES_TEXT_MAX];
	uint8_t ip[16];
	static unsigned version; /* so that only what is repeated on purpose is repeated */
	size_t at = (size_t)sprintf(out, "v=0\r\no=- 1 %08u IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n",
		version++ % 100000000);

	for (unsigned m = 0; m < n; m++) {
		const struct said *s = &said[m];

		world_host(s->family, s->host, ip, address);
		if (s->held)
			strcpy(address, s->family == SL_IPV4 ? "0.0.0.0" : "::");
		at += (size_t)sprintf(out + at, "m=%s %u %s 0\r\nc=IN %s %s\r\n", kinds[m],
			s->active ? s->port : 0, s->n_lines ? "RTP/SAVP" : "RTP/AVP",
			s->family == SL_IPV4 ? "IP4" : "IP6", address);
		if (s->mux)
			at += (size_t)sprintf(out + at, "a=rtcp-mux\r\n");
		if (s->quiet)
			at += (size_t)sprintf(out + at, "a=inactive\r\n");
		for (unsigned i = 0; i < s->n_lines; i++) {
			sl_sdes_format(line, sizeof(line), s->taken ? s->taken : i + 1, &s->line[i],
				false);
			at += (size_t)sprintf(out + at, "a=crypto:%s\r\n", line);
		}
	}
}

static bool crypto_read(const char *line, struct told *t)
{
	const char *reason;
	struct sl_sdes sdes;

	if (t->n_lines == LINES || sl_sdes_parse(&sdes, line, strcspn(line, "\r"), &reason) != 0)
		return false;
	t->tag[t->n_lines] = sdes.tag;
	t->line[t->n_lines++] = sdes.master;
	return true;
}

bool sdp_read(const char *sdp, struct told told[MEDIA], unsigned *n)
{
	char address[SL_ADDRESS_TEXT];
	struct told *t = NULL;
	int session = -1;
	unsigned port;

	*n = 0;
	memset(told, 0, MEDIA * sizeof(*told));
	for (const char *at = sdp; *at; at = strstr(at, "\r\n") + 2) {
		if (!strstr(at, "\r\n"))
			return false;
		if (sscanf(at, "m=%*s %u", &port) == 1) {
			if (*n == MEDIA)
				return false;
			t = &told[(*n)++];
			t->active = port != 0;
			t->port = (uint16_t)port;
			t->family = session;
		} else if (sscanf(at, "c=IN IP%*c %45s", address) == 1) {
			bool v4 = !strcmp(address, "203.0.113.10");
			int family = v4 ? SL_IPV4 : SL_IPV6;

			if (t && t->active && !v4 && strcmp(address, "2001:db8::10") != 0)
				return false;
			*(t ? &t->family : &session) = family;
		} else if (t && !strncmp(at, "a=rtcp-mux\r", 11)) {
			t->mux = true;
		} else if (t && !strncmp(at, "a=crypto:", 9) && !crypto_read(at + 9, t)) {
			return false;
		}
	}
	return true;
}

void master_new(struct sl_master *master, enum sl_suite suite)
{
	memset(master, 0, sizeof(*master));
	master->suite = suite;
	unit_fill(master->key, sl_suites[suite].key_len);
	unit_fill(master->salt, sl_suites[suite].salt_len);
}

static void addresses(struct packet *p, const struct leg *l, unsigned m, bool rtcp)
{
	const struct medium *x = &l->m[m];
	char text[SL_ADDRESS_TEXT];
	int step = rtcp && !x->mux;

	world_host(x->said.family, x->said.host, p->from, text);
	memcpy(p->to, world.config.address[x->said.family].ip, 16);
	p->from_port = (uint16_t)(x->said.port + step);
	p->to_port = (uint16_t)(x->told_port + step);
}

static void put32(uint8_t *at, uint32_t value)
{
	value = htonl(value);
	memcpy(at, &value, 4);
}

void rtp_write(struct packet *p, const struct leg *l, unsigned m, uint64_t index,
	const struct sl_master *tx)
{
	const struct medium *x = &l->m[m];

	memset(p, 0, sizeof(*p));
	addresses(p, l, m, false);
	p->payload[0] = 0x80;
	p->payload[2] = (uint8_t)(index >> 8);
	p->payload[3] = (uint8_t)index;
	put32(p->payload + 4, (uint32_t)index * 160);
	put32(p->payload + 8, x->ssrc);
	for (unsigned i = 12; i < 60; i++)
		p->payload[i] = (uint8_t)(index * 7 + i + m + x->ssrc);
	p->len = 60;
	if (tx->suite)
		keys_transform(p->payload, &p->len, tx, index, x->ssrc, false, true);
}

void rtcp_write(struct packet *p, const struct leg *l, unsigned m, uint32_t index)
{
	const struct medium *x = &l->m[m];

	memset(p, 0, sizeof(*p));
	addresses(p, l, m, true);
	p->payload[0] = 0x80;
	p->payload[1] = 200;
	p->payload[3] = 6;
	put32(p->payload + 4, x->ssrc);
	for (unsigned i = 8; i < 28; i++)
		p->payload[i] = (uint8_t)(index + i);
	p->len = 28;
	if (x->tx.suite)
		keys_transform(p->payload, &p->len, &x->tx, index, x->ssrc, true, true);
}

const char *packet_check(
	struct packet *got, const struct packet *plain, const struct leg *to, unsigned m, bool rtcp)
{
	const struct medium *y = &to->m[m];
	struct packet way;
	uint32_t ssrc;

	addresses(&way, to, m, rtcp);
	if (memcmp(got->to, way.from, 16) != 0 || got->to_port != way.from_port)
		return "goes somewhere else";
	if (memcmp(got->from, way.to, 16) != 0 || got->from_port != way.to_port)
		return "comes from another port than the party was told";
	memcpy(&ssrc, got->payload + (rtcp ? 4 : 8), 4);
	if (got->secure != (y->rx.suite != SL_SUITE_NONE))
		return "is protected, or not, against what was agreed";
	if (got->secure && !keys_transform(got->payload, &got->len, &y->rx, got->index, ntohl(ssrc),
				   rtcp, false))
		return "does not verify under the key that the party was told";
	if (got->len != plain->len)
		return "has another length";
	if (!rtcp && got->secure) /* it may have been numbered anew */
		memcpy(got->payload + 2, plain->payload + 2, 2);
	return memcmp(got->payload, plain->payload, plain->len) ? "has another content" : NULL;
}
