/* SPDX-License-Identifier: BSD-3-Clause */
#include "call_draft.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct draft draft;

/*
 * Lines that endpoints, gateways and those who wish us ill write. %4 %6 %X: an address of a party
 * (IPv4, IPv6, IPv6 in capitals), %P: a port, %K: a key, %S: a suite, %N: a number, %R: the relay.
 */
static const char *const lines[] = {"a=crypto:%N %S inline:%K", "a=crypto:1 %S inline:%K",
	"a=CRYPTO:2 %S inline:%K|2^20", "a=crypto:3 %S inline:%K|2^20|1:4",
	"a=crypto:4 %S inline:%K UNENCRYPTED_SRTP", "a=crypto:5 %S inline:%K KDR=0 WSH=64",
	"a=crypto:%S inline:%K", "a=crypto:6 %S inline:AAAA",
	"a=crypto:7 F8_128_HMAC_SHA1_80 inline:%K", "a=crypto: 8 %S inline:%K|0",
	"a=crypto:9 %S inline:%K;inline:%K", "a=rtcp:%P", "a=rtcp:%P IN IP4 %4",
	"a=rtcp:%P IN IP6 %6", "a=rtcp:9 IN IP4 0.0.0.0", "a=rtcp:0", "a=rtcp:%P IN IP4 %R",
	"a=rtcp-mux", "a=rtcp-mux \t", "a=RTCP-Mux", "a=rtcp-mux-only", "a=rtcp-mux:%4",
	"c=IN IP4 %4", "c=IN IP6 %6", "c=in ip6 %X", "c=IN IP4 0.0.0.0",
	"c=IN IP6 ::", "c=IN IP4 %4/127", "c=IN IP4 255.255.255.255", "c=IN IP4 224.0.0.%N",
	"c=IN IP4 127.0.0.1", "c=IN IP4 %R", "c=IN IP6 ::ffff:%4", "c=IN IP4 host.example",
	"a=candidate:1 1 UDP 9 %4 %P typ host",
	"a=candidate:2 2 udp 9 %6 %P typ srflx raddr %4 rport %P",
	"A=candidate:1 1 UDP 9 %4 %P typ host", "a=Candidate:1 1 UDP 9 %4 %P typ host",
	"a=remote-candidates:1 %4 %P", "a=ice-ufrag:%K", "a=ice-pwd:%K", "a=ice-lite",
	"a=fingerprint:sha-256 %N:%N", "a=setup:actpass", "a=tls-id:%N", "a=altc:1 IP4 %4 %P",
	"a=ALTC:2 IP6 %6 %P", "a=source-filter: incl IN IP4 * %4",
	"a=source-filter:incl IN IP6 %6 %X", "a=tcap:1 RTP/SAVP RTP/SAVPF",
	"a=acap:1 crypto:1 %S inline:%K", "a=pcfg:1 t=1 a=1", "a=acfg:1 t=1", "a=csup:cap-v0",
	"a=mscap:1 rtcp-fb %K", "a=ccap:1 IN IP4 %4 %P", "a=bcap:1 AS:%N", "a=rmcap:1 PCMU/8000",
	"a=lcfg:1 mt=%4", "a=sescap:1 1", "k=base64:%K", "k=clear:%K", "k=prompt",
	"a=key-mgmt:mikey %K", "a=KEY-MGMT:mikey %K", "a=sendrecv", "a=sendonly", "a=recvonly",
	"a=inactive", "a=SendOnly", "a=mid:%N", "a=mid:0", "a=mid:1", "a=group:BUNDLE 0 1",
	"a=group:LS 0 1", "a=bundle-only", "b=AS:%N", "b=TIAS:%N", "b=X:%N", "a=ptime:%N",
	"a=maxptime:40", "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000", "a=rtpmap:96 opus/48000/2",
	"a=rtpmap:%N x/%N", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=fmtp:%N %N",
	"a=rtcp-fb:* nack", "a=extmap:1 urn:x", "a=ssrc:%N cname:x", "i=x", "a=x", "a=", "a=x:%N",
	"s=x", "t=0 0", "z=0", "r=7d", "e=x", "", "v=0", "o=- 1 1 IN IP4 %4", "a=charset:x",
	"a=label:%N", "m=audio %P RTP/AVP 0", "m=video 0 RTP/AVP 96", "m=audio %P/2 RTP/SAVP 0 8",
	"m=application %P TCP/MSRP *", "m=image %P udptl t38", "m=audio %P rtp/avp 0",
	"m=audio %P UDP/TLS/RTP/SAVPF 0", "m=AUDIO %P RTP/SAVP 0", "m=text %P RTP/AVP 98",
	"m=audio 70000 RTP/AVP 0", "m=audio %P RTP/AVP"};

enum { N_LINES = sizeof(lines) / sizeof(lines[0]) };

void draft_reset(void)
{
	draft.n_lines = draft.n_flags = draft.n_tampers = 0;
}

void draft_add(const struct step *s)
{
	uint8_t medium = s->a[0] % (MEDIA + 1);

	if (s->op == OP_FLAG && draft.n_flags < RTE_DIM(draft.flag)) {
		draft.flag[draft.n_flags++] = *s;
	} else if (s->op == OP_TAMPER && draft.n_tampers < RTE_DIM(draft.tamper)) {
		draft.tamper[draft.n_tampers++] = *s;
	} else if (s->op == OP_LINE || s->op == OP_RAW) {
		if (draft.n_lines == RTE_DIM(draft.line))
			return;
		draft.line[draft.n_lines].step = *s;
		draft.line[draft.n_lines++].medium = medium;
	}
}

static void put(struct text *t, bool raw, const char *at, size_t len)
{
	if (SDP_ROOM - t->len <= len)
		return;
	memcpy(t->at + t->len, at, len);
	memset(t->raw + t->len, raw, len);
	t->len += len;
}

static void putf(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void putf(struct text *t, const char *format, ...)
{
	char piece[512];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(piece, sizeof(piece), format, args);
	va_end(args);
	put(t, false, piece, len < 0 ? 0 : (size_t)len);
}

/* "INLINE-KEY", behind "TAG SUITE inline:". */
static void put_key(struct text *t, unsigned key, enum sl_suite suite)
{
	char line[SL_SDES_TEXT_MAX];
	struct sl_master master;

	key_master(key, suite, &master);
	sl_sdes_format(line, sizeof(line), 1, &master, false);
	putf(t, "%s", strchr(line, ':') + 1);
}

static void put_part(struct text *t, char what, const struct step *s)
{
	enum sl_suite suite = 1 + s->a[4] % (SL_SUITE_COUNT - 1);
	char text[SL_ADDRESS_TEXT];
	uint8_t ip[16];

	world_host(what == '4' ? SL_IPV4 : SL_IPV6, s->a[2] % HOSTS, ip, text);
	for (char *c = text; what == 'X' && *c; c++)
		*c = (char)toupper((unsigned char)*c);
	if (what == '4' || what == '6' || what == 'X')
		putf(t, "%s", text);
	else if (what == 'P')
		putf(t, "%u", PARTY_PORT + s->a[3]);
	else if (what == 'N')
		putf(t, "%u", s->a[3]);
	else if (what == 'S')
		putf(t, "%s", sl_suites[suite].name);
	else if (what == 'K')
		put_key(t, s->a[5] % KEYS, suite);
	else
		putf(t, WORLD_IP4);
}

static void put_line(struct text *t, const struct step *s)
{
	const char *line = lines[s->a[1] % N_LINES], *part;

	while ((part = strchr(line, '%'))) {
		put(t, false, line, (size_t)(part - line));
		put_part(t, part[1], s);
		line = part + 2;
	}
	putf(t, "%s", line);
}

/* Lines that were added behind medium `m`; raw ones that follow each other are one line. */
static void put_added(struct text *t, unsigned m, const char *end)
{
	for (unsigned i = 0; i < draft.n_lines; i++) {
		const struct step *s = &draft.line[i].step;
		const struct step *next = i + 1 < draft.n_lines ? &draft.line[i + 1].step : NULL;

		if (draft.line[i].medium != m)
			continue;
		if (s->op == OP_LINE)
			put_line(t, s);
		else
			put(t, true, (const char *)s->a + 1, sizeof(s->a) - 1);
		if (s->op != OP_RAW || !next || next->op != OP_RAW)
			putf(t, "%s", end);
	}
}

static void put_medium(struct text *t, const struct speech *speech, unsigned m, const char *end)
{
	const struct medium *is = &speech->m[m].is;
	char address[SL_ADDRESS_TEXT], line[SL_SDES_TEXT_MAX];
	bool v4 = sl_address_is_ipv4(is->ip);

	sl_address_text(is->ip, address);
	if (speech->m[m].held)
		strcpy(address, v4 ? "0.0.0.0" : "::");
	putf(t, "m=%s %u %s 0 8 101%s", speech->m[m].kind, is->active ? is->port : 0,
		speech->m[m].proto, end);
	putf(t, "c=IN %s %s%s", v4 ? "IP4" : "IP6", address, end);
	if (speech->m[m].rtcp)
		putf(t, "a=rtcp:%u%s", is->rtcp, end);
	if (is->mux)
		putf(t, "a=rtcp-mux%s", end);
	if (speech->m[m].direction)
		putf(t, "a=%s%s", speech->m[m].direction, end);
	for (unsigned i = 0; i < is->n_lines; i++) {
		sl_sdes_format(line, sizeof(line), is->tag[i], &is->line[i], false);
		putf(t, "a=crypto:%s%s", line, end);
	}
}

static void tamper(struct text *t, const struct step *s)
{
	size_t at = t->len ? (size_t)(s->a[1] << 8 | s->a[2]) % t->len : 0, n = s->a[3] % 64u;

	t->tampered = true;
	if (at + n > t->len)
		n = t->len - at;
	switch (s->a[0] % 4) {
	case 0: /* taken out */
		memmove(t->at + at, t->at + at + n, t->len - at - n);
		t->len -= n;
		break;
	case 1: /* overwritten */
		for (size_t i = 0; i < n && i < 8; i++)
			t->at[at + i] = (char)s->a[4 + i];
		break;
	case 2: /* put in between */
		if (t->len + 8 < SDP_ROOM) {
			memmove(t->at + at + 8, t->at + at, t->len - at);
			memcpy(t->at + at, s->a + 4, 8);
			t->len += 8;
		}
		break;
	default: /* cut off */
		t->len = at;
		break;
	}
}

static const char *const marks[] = {"192.0.2.", "2001:db8:1:"};

enum { KEY_MARK = 12 /* characters of a key's Base64 */ };

/* Looks for a mark, without regard to case, from `from` on; NULL: there is none. */
static const char *find_mark(const char *from, const char *end, const char *mark, size_t len)
{
	for (; (size_t)(end - from) >= len; from++)
		if (tolower((unsigned char)*from) == tolower((unsigned char)*mark) &&
			!strncasecmp(from, mark, len))
			return from;
	return NULL;
}

static const char *key_mark(unsigned key)
{
	static char cache[KEYS][KEY_MARK + 1];
	struct text t = {.len = 0};

	if (*cache[key])
		return cache[key];
	put_key(&t, key, SL_SUITE_AES_CM_128_HMAC_SHA1_80);
	memcpy(cache[key], t.at, KEY_MARK);
	return cache[key];
}

bool draft_has_address(const char *text, size_t len)
{
	for (unsigned i = 0; i < RTE_DIM(marks); i++)
		if (find_mark(text, text + len, marks[i], strlen(marks[i])))
			return true;
	return false;
}

bool draft_has_key(const char *text, size_t len)
{
	for (unsigned k = 0; k < KEYS; k++)
		if (memmem(text, len, key_mark(k), KEY_MARK))
			return true;
	return false;
}

/* Raw bytes may not look like what the grammar writes: what passes the relay is looked at for
 * that. */
static void scrub(struct text *t, const char *mark, size_t len)
{
	char *at = t->at;
	const char *found;

	while ((found = find_mark(at, t->at + t->len, mark, len))) {
		size_t i = (size_t)(found - t->at), last = i + len;

		at = t->at + i + 1;
		while (i < last && !t->raw[i])
			i++;
		if (i < last)
			t->at[i] = '#';
	}
}

void draft_sdp(struct text *t, const struct speech *speech)
{
	const char *end = speech->lf ? "\n" : "\r\n";

	t->len = 0;
	t->tampered = false;
	putf(t, "v=0%so=- 1 %u IN IP4 198.51.100.1%ss=-%st=0 0%s", end, speech->version, end, end,
		end);
	put_added(t, MEDIA, end);
	for (unsigned m = 0; m < speech->n; m++) {
		put_medium(t, speech, m, end);
		put_added(t, m, end);
	}
	for (unsigned i = 0; i < RTE_DIM(marks); i++)
		scrub(t, marks[i], strlen(marks[i]));
	for (unsigned k = 0; k < KEYS; k++)
		scrub(t, key_mark(k), KEY_MARK);
	for (unsigned i = 0; i < draft.n_tampers; i++)
		tamper(t, &draft.tamper[i]);
}
