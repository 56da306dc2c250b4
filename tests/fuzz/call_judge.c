/* SPDX-License-Identifier: BSD-3-Clause */
#include "call_judge.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "ctrl/call/port_pair.h"
#include "dataplane/base/media_address.h"
#include "dataplane/path/pinhole.h"
#include "tests/unit/ctrl/ng/world_keys.h"
#include "tests/unit/ctrl/ng/world_trace.h"

enum { TOLD = 32 /* keys that are told with a pair of ports */ };

/* Keys that parties were told with a pair of ports, for as long as it is taken. */
static struct told {
	bool plain;
	unsigned n;
	struct sl_master line[TOLD];
} told[SL_FAMILIES][PAIRS];

static struct trace trace;

void judge_begin(void)
{
	memset(told, 0, sizeof(told));
}

static struct told *told_of(int family, uint16_t port)
{
	if (port < FIRST_PORT || port >= FIRST_PORT + 2 * PAIRS)
		return NULL;
	return &told[family][(port - FIRST_PORT) / 2];
}

/* A pair that was given back is nobody's. */
static void forget_told(void)
{
	bool live[SL_FAMILIES][PAIRS] = {0};

	for (unsigned i = 0; i < trace.pairs; i++)
		live[trace.pair[i]->family][(trace.pair[i]->rtp - FIRST_PORT) / 2] = true;
	for (int f = 0; f < SL_FAMILIES; f++)
		for (unsigned i = 0; i < PAIRS; i++)
			if (!live[f][i])
				memset(&told[f][i], 0, offsetof(struct told, line));
}

static bool is_published(const struct sl_flow *flow)
{
	return *sl_pinhole(flow->local[SL_RTP].slot, flow->local[SL_RTP].port) == flow;
}

/* Keys are told apart by their bytes: two objects with one master key are one key. */
static void judge_flows(void)
{
	unsigned owned[RTE_DIM(trace.flow)], n = 0;

	for (unsigned i = 0; i < trace.flows; i++) {
		const struct sl_flow *flow = trace.flow[i];
		unsigned number = keys_number(flow->out_key);

		if (!is_published(flow))
			continue;
		if (!number != !flow->out_key)
			violated("a flow that is published with a key that is not there");
		for (unsigned k = 0; k < n; k++)
			if (number && owned[k] == number)
				violated("two flows are published under one key");
		owned[n++] = number;
	}
}

static void judge_keys_of(const struct sl_port_pair *a, const struct sl_port_pair *b)
{
	for (int i = 0; i < SL_SUITE_COUNT; i++)
		for (int k = 0; k < SL_SUITE_COUNT; k++) {
			bool itself = a == b && i == k;

			if (!itself && a->ours[i] && b->ours[k] &&
				a->ours[i]->master.suite == b->ours[k]->master.suite &&
				!memcmp(a->ours[i]->master.key, b->ours[k]->master.key,
					sizeof(a->ours[i]->master.key)))
				violated("two pairs of ports have one key of ours");
		}
}

static void judge_locals(void)
{
	unsigned taken = 0;

	for (int f = 0; f < SL_FAMILIES; f++)
		taken += sl_interface_ports(&world.interface, f).taken;
	if (taken != trace.pairs)
		violated("%u pairs of ports are taken, and %u known", taken, trace.pairs);
	for (unsigned i = 0; i < trace.pairs; i++)
		for (unsigned k = 0; k <= i; k++) {
			const struct sl_port_pair *a = trace.pair[i], *b = trace.pair[k];

			if (a != b && a->family == b->family && a->rtp == b->rtp)
				violated("a port that two parties have");
			judge_keys_of(a, b);
		}
}

void judge_state(void)
{
	world_trace(&trace);
	if (keys_alive() != trace.keys)
		violated("%u keys are alive, and %u known", keys_alive(), trace.keys);
	if (world_pinholes() != trace.live)
		violated("%u flows are published, and %u known", world_pinholes(), trace.live);
	if (keys_reused())
		violated("an index was sent twice under one key");
	judge_flows();
	judge_locals();
	forget_told();
}

static void judge_bytes(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!text[i] || (text[i] == '\r') != (i + 1 < len && text[i + 1] == '\n'))
			violated("a line that does not end in CRLF, or a NUL");
	if (len < 2 || text[len - 1] != '\n')
		violated("the last line has no end");
}

static bool is_ours(const struct sl_sdp_address *a, const char *shown)
{
	static const char *const ours[] = {WORLD_IP4, WORLD_IP6};
	char text[INET6_ADDRSTRLEN] = "";

	if (a->family)
		inet_ntop(a->family, a->ip, text, sizeof(text));
	if (shown && !strcmp(text, shown))
		return true;
	return !strcmp(text, ours[0]) || !strcmp(text, ours[1]);
}

/* In a medium that is refused nothing but m=, c= and a=mid stands. */
static void judge_lines(const struct sl_sdp *sdp)
{
	for (unsigned i = 0; i < sdp->n_lines; i++) {
		const struct sl_sdp_line *line = &sdp->lines[i];

		if (line->kind == SL_SDP_LINE_STAYS || line->kind == SL_SDP_LINE_ICE)
			violated("a line that should not pass: %.*s", (int)line->text.len,
				line->text.at);
		if (line->media == SL_SDP_SESSION || sdp->media[line->media].port)
			continue;
		if (line->kind != SL_SDP_LINE_MEDIA && line->kind != SL_SDP_LINE_CONNECTION &&
			line->kind != SL_SDP_LINE_MID)
			violated("a line of a medium that is refused: %.*s", (int)line->text.len,
				line->text.at);
	}
}

static const struct sl_port_pair *local_at(int family, uint16_t port)
{
	for (unsigned i = 0; i < trace.pairs; i++)
		if (trace.pair[i]->family == family && trace.pair[i]->rtp == port)
			return trace.pair[i];
	return NULL;
}

static bool has_key(const struct sl_port_pair *ports, const struct sl_master *key)
{
	const struct sl_session_key *ours = ports->ours[key->suite];

	return ours && sl_master_equal(&ours->master, key);
}

/* The local ports of an m-line; with media-address their family is not to be seen, and without keys
 * it may be those of either. */
static const struct sl_port_pair *owner(
	const struct sl_sdp_media *m, const struct sl_master *key, const char *shown)
{
	int family = m->connection.family == AF_INET ? SL_IPV4 : SL_IPV6;
	const struct sl_port_pair *l = local_at(family, m->port),
				  *other = local_at(!family, m->port);

	if (!shown || !other)
		return l;
	return l && (!key || has_key(l, key)) ? l : other;
}

static void tell(const struct sl_port_pair *ports, const struct medium *m)
{
	struct told *t = told_of(ports->family, ports->rtp);

	t->plain |= !m->n_lines || m->proto == SL_SDP_AVP || m->proto == SL_SDP_AVPF;
	for (unsigned i = 0; i < m->n_lines; i++)
		t->line[t->n++ % TOLD] = m->line[i];
}

static void read_keys(const struct sl_sdp_media *from, struct medium *m)
{
	const char *reason = "";
	struct sl_sdes sdes;

	for (unsigned i = 0; i < from->n_crypto; i++) {
		if (sl_sdes_parse(&sdes, from->crypto[i].at, from->crypto[i].len, &reason))
			violated("a=crypto: %s", reason);
		if (m->n_lines == LINES)
			continue;
		m->tag[m->n_lines] = sdes.tag;
		m->line[m->n_lines++] = sdes.master;
	}
}

static void judge_policy(const struct sl_sdp_media *from, const struct medium *m)
{
	const struct sl_suite_info *least = &sl_suites[world.config.min_suite];
	bool secure = from->proto == SL_SDP_SAVP || from->proto == SL_SDP_SAVPF;

	if (secure && !m->n_lines)
		violated("SRTP without a key");
	/* RTP/AVP with a key, back to who asked so, is SRTP (RFC 8643 3.1). */
	if (world.config.secure_only && !m->n_lines)
		violated("plain RTP, which is not allowed");
	for (unsigned i = 0; i < m->n_lines; i++)
		if (sl_suites[m->line[i].suite].key_len < least->key_len ||
			sl_suites[m->line[i].suite].rtp_tag < least->rtp_tag)
			violated("a suite that is too weak");
}

static void judge_medium(const struct sl_sdp_media *from, const char *shown, struct medium *m)
{
	const struct sl_port_pair *ports;

	*m = (struct medium){.active = from->port, .mux = from->rtcp_mux, .proto = from->proto};
	if (!is_ours(&from->connection, shown))
		violated("a medium that is not at the relay");
	if (!from->port)
		return;
	if (from->proto == SL_SDP_OTHER || from->port_count != 1)
		violated("a medium that is no RTP");
	m->port = from->port;
	m->rtcp = from->has_rtcp && from->rtcp_port ? from->rtcp_port
						    : (uint16_t)(from->port + !from->rtcp_mux);
	if (m->rtcp != from->port && m->rtcp != from->port + 1)
		violated("a=rtcp names another port");
	if (from->rtcp_address.family && !is_ours(&from->rtcp_address, shown))
		violated("a=rtcp names somebody else");
	read_keys(from, m);
	judge_policy(from, m);
	ports = owner(from, m->n_lines ? &m->line[0] : NULL, shown);
	if (!ports)
		violated("port %u, which nobody has", from->port);
	memcpy(m->ip, world.config.address[ports->address].ip, 16);
	for (unsigned i = 0; i < m->n_lines; i++)
		if (!has_key(ports, &m->line[i]))
			violated("a key that is not that of the port");
	tell(ports, m);
	if (shown && !m->n_lines && local_at(!ports->family, from->port))
		tell(local_at(!ports->family, from->port), m);
}

void judge_sdp(const char *text, size_t len, const char *shown, bool vouched, struct view *view)
{
	static struct sl_sdp sdp;
	struct sl_sdp_error error;
	struct medium beyond;

	judge_bytes(text, len);
	if (sl_sdp_parse(&sdp, text, len, &error))
		violated("%s", error.reason);
	if (error.line)
		violated("%s: counts as absent", error.reason);
	judge_lines(&sdp);
	if (sdp.connection.family && !is_ours(&sdp.connection, shown))
		violated("c= of the session is not the relay's");
	if (vouched && draft_has_address(text, len))
		violated("an address of the other party");
	view->n = sdp.n_media < MEDIA ? sdp.n_media : MEDIA;
	for (unsigned i = 0; i < sdp.n_media; i++)
		judge_medium(&sdp.media[i], shown, i < MEDIA ? &view->m[i] : &beyond);
}

static bool was_told(const struct told *t, const struct packet *p)
{
	if (!p->secure)
		return t->plain;
	for (unsigned i = 0; i < t->n && i < TOLD; i++)
		if (t->line[i].suite == p->master.suite &&
			!memcmp(t->line[i].key, p->master.key, sizeof(p->master.key)))
			return true;
	return false;
}

void judge_packet(struct packet *p)
{
	int family = sl_address_family(p->to);
	const struct told *t = told_of(family, p->from_port);
	bool rtcp = p->len > 1 && p->payload[1] >= 192 && p->payload[1] <= 223;
	char from[SL_ADDRESS_TEXT], to[SL_ADDRESS_TEXT];
	uint32_t ssrc;

	note("<- %s %u to %s %u: %u bytes, index %llx%s", sl_address_text(p->from, from),
		p->from_port, sl_address_text(p->to, to), p->to_port, p->len,
		(unsigned long long)p->index, p->secure ? "" : " plain");
	if (memcmp(p->from, world.config.address[family].ip, 16) != 0 || !t)
		violated("a packet that leaves from none of our ports");
	if (sl_address_is_ours(p->to))
		violated("a packet for ourselves on the wire");
	if (p->secure && t->plain && !was_told(t, p))
		return; /* SRTP of another call of ours, which this one takes for plain RTP */
	if (!was_told(t, p))
		violated("a packet under a key that was not told with the port, or under none");
	memcpy(&ssrc, p->payload + (rtcp ? 4 : 8), sizeof(ssrc));
	if (p->secure && !keys_transform(p->payload, &p->len, &p->master, p->index, ntohl(ssrc),
				 rtcp, false))
		violated("a packet that does not verify");
}
