/* SPDX-License-Identifier: BSD-3-Clause */
#include "worker_frames.h"

#include <string.h>

#include "dataplane/base/media_address.h"
#include "dataplane/port/ethdev.h"

uint8_t take_byte(struct program *p)
{
	if (!p->left)
		return 0;
	p->left--;
	return *p->data++;
}

uint16_t take_word(struct program *p)
{
	uint8_t high = take_byte(p);

	return (uint16_t)(high << 8 | take_byte(p));
}

uint16_t take_bytes(struct program *p, uint8_t *out, uint16_t most)
{
	uint16_t n = p->left < most ? (uint16_t)p->left : most;

	memcpy(out, p->data, n);
	p->data += n;
	p->left -= n;
	return n;
}

static uint8_t *put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return at + 2;
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
	return put16(put16(at, value >> 16), value & 0xffff);
}

static uint8_t *fill(uint8_t *at, uint8_t with, unsigned n)
{
	memset(at, with, n);
	return at + n;
}

static unsigned length(struct program *p, unsigned class)
{
	switch (class) {
	case 0:
		return 160;
	case 1:
		return take_byte(p);
	case 2:
		return 1100 + take_byte(p);
	default:
		return 0;
	}
}

uint16_t build_rtp(struct program *p, uint32_t ssrc, uint16_t seq, uint8_t *out)
{
	static const uint8_t types[] = {8, 0, 96, 13, 72, 127, 64, 101};
	uint8_t flags = take_byte(p), more = take_byte(p);
	unsigned n_csrc = flags & 0x10 ? more & 0xf : 0, words = more >> 4;
	uint8_t *at = out + 2;

	out[0] = (uint8_t)(0x80 | n_csrc | (flags & 0x20 ? 0x10 : 0) | (flags & 0x40 ? 0x20 : 0));
	out[1] = types[flags & 7] | (flags & 0x80);
	at = put16(at, seq);
	at = put32(at, seq * 160u);
	at = put32(at, ssrc);
	at = fill(at, 0xc5, 4 * n_csrc);
	if (flags & 0x20) {
		at = put16(at, 0xbede);
		at = put16(at, words);
		at = fill(at, 0xee, 4 * words);
	}
	at = fill(at, (uint8_t)seq, length(p, flags >> 3 & 1 ? 1 + (more & 1) : 0));
	if (flags & 0x40) {
		at = fill(at, 0, 3);
		*at++ = more & 8 ? more : 4;
	}
	return (uint16_t)(at - out);
}

/* A compound of up to four, of which one may lie about its length. */
uint16_t build_rtcp(struct program *p, uint32_t ssrc, uint8_t *out)
{
	static const uint8_t types[] = {200, 201, 202, 203, 205, 206, 192, 223};
	unsigned n = 1 + take_byte(p) % 4;
	uint8_t *at = out;

	for (unsigned i = 0; i < n; i++) {
		uint8_t what = take_byte(p), lie = take_byte(p);
		uint8_t type = types[what & 7], *start = at;
		unsigned blocks = what >> 3 & 3;

		at = put32(at + 4, ssrc);
		if (type == 200)
			at = fill(at, lie, 20);
		for (unsigned b = 0; b < blocks; b++) {
			at = put32(at, ssrc + b);
			at = fill(at, lie, 20);
		}
		start[0] = (uint8_t)(0x80 | blocks | (what & 0x40 ? 0x20 : 0));
		start[1] = type;
		put16(start + 2, (unsigned)(at - start) / 4 - 1 + (what & 0x80 ? lie : 0));
	}
	return (uint16_t)(at - out);
}

static uint8_t *put_addresses(struct program *p, int port, bool v6, uint8_t *at)
{
	uint8_t who = take_byte(p);
	unsigned slot = v6 ? (port == WAN ? WAN6 : LAN6) : (port == WAN ? WAN4 : LAN4);
	uint8_t address[2][16];

	memcpy(address[0], sl_addresses[slot].ip, 16);
	memcpy(address[1], sl_addresses[slot].ip, 16);
	if (!(who & 1)) /* else as if from ourselves */
		address[0][15] = who & 2 ? who : 2;
	if (who & 4)
		address[1][15] = (uint8_t)(who >> 3);
	for (int i = 0; i < 2; i++, at += v6 ? 16 : 4)
		memcpy(at, address[i] + (v6 ? 0 : 12), v6 ? 16 : 4);
	return at;
}

static const uint8_t protocols[] = {17, 17, 17, 6, 1, 58, 44, 47};

/* Extension headers of IPv6, in any order; a fragment header that says it is none, or is one. */
static uint8_t *put_extensions(struct program *p, uint8_t *next, uint8_t *at)
{
	static const uint8_t types[] = {0, 60, 43, 44, 51, 59};
	unsigned n = take_byte(p) % 6;

	while (n--) {
		uint8_t what = take_byte(p), words = what >> 6;

		*next = types[(what & 0x3f) % 6];
		next = at;
		at[1] = *next == 44 ? 0 : words;
		put16(at + 2, what & 8 ? take_word(p) : 0);
		at = fill(at + 4, what, 4 + 8u * (what & 0x20 ? words : 0));
	}
	*next = protocols[take_byte(p) & 7];
	return at;
}

static uint8_t *put_options(struct program *p, uint8_t *ip, uint8_t *at)
{
	unsigned words = take_byte(p) % 12;

	at = fill(at, 1, 4 * words);
	ip[0] = (uint8_t)(0x40 | ((5 + words) & 0xf));
	return at;
}

static void end_ip(uint8_t *ip, bool v6, unsigned len, uint8_t lie)
{
	unsigned sum = 0, header = (ip[0] & 0xf) * 4u;

	if (v6) {
		put16(ip + 4, len - 40 + (lie & 0x80 ? lie & 0x7f : 0));
		return;
	}
	put16(ip + 2, len + (lie & 0x80 ? lie & 0x7f : 0));
	put16(ip + 10, 0);
	for (unsigned i = 0; i + 1 < header; i += 2)
		sum += (unsigned)ip[i] << 8 | ip[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	put16(ip + 10, lie & 0x40 ? lie : ~sum);
}

static uint8_t *put_transport(struct program *p, uint8_t *at)
{
	uint8_t how = take_byte(p), *udp = at;
	uint16_t n;

	at = put16(at, 40000 + (how & 0xf));
	at = put16(at, how & 0x10 ? take_word(p) : FIRST_PORT + (how >> 5 & 7));
	n = take_bytes(p, at + 4, take_byte(p));
	put16(at, 8u + n + (how & 0x80 ? take_byte(p) : 0));
	put16(at + 2, how & 0x40 ? take_word(p) : 0);
	return udp + 8 + n;
}

uint16_t build_frame(struct program *p, int port, uint8_t *frame)
{
	static const uint16_t tags[] = {VLAN_ID, 0, 0xf000 | VLAN_ID, 200};
	uint8_t how = take_byte(p), *at = frame + 12, *ip;
	bool v6 = how & 1;

	memcpy(frame, sl_ethdevs[port].mac, 6);
	memset(frame + 6, 2, 6);
	for (unsigned tagged = how >> 1 & 3; tagged > 1; tagged--)
		at = put16(put16(at, 0x8100), tags[how >> 3 & 3]);
	at = ip = put16(at, how & 0x80 ? take_word(p) : v6 ? 0x86dd : 0x0800);
	if (v6) {
		at = put32(at, 0x60000000);
		at[3] = take_byte(p); /* hops */
		at = put_addresses(p, port, true, at + 4);
		at = put_extensions(p, ip + 6, at);
	} else {
		at = fill(at, 0, 12);
		put16(ip + 6, how & 0x20 ? take_word(p) : 0);
		ip[8] = take_byte(p);
		ip[9] = protocols[take_byte(p) & 7];
		at = put_addresses(p, port, false, at);
		at = put_options(p, ip, at);
	}
	at = put_transport(p, at);
	end_ip(ip, v6, (unsigned)(at - ip), take_byte(p));
	at = fill(at, 0xfa, how & 0x40 ? take_byte(p) % 16 : 0); /* padding */
	return (uint16_t)(at - frame);
}
