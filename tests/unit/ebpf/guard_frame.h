/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames for the guard's tables of cases: honest unless the shape says which field lies. */
#ifndef SL_TESTS_UNIT_GUARD_FRAME_H
#define SL_TESTS_UNIT_GUARD_FRAME_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { FRAME_ROOM = 512, FRAME_PAYLOAD = 20 };

struct shape {
	const char *name;
	const char *to; /* destination, printed; its family is the packet's */
	uint16_t port;
	const char *from;    /* NULL: an unknown source */
	unsigned tags;       /* VLAN tags, of two the outer one 802.1ad */
	unsigned vlan;       /* id of the outermost; 0: priority only */
	int hops;            /* TTL or hop limit; 0: 64, negative: none left */
	unsigned options;    /* IPv4: words after the header */
	const char *chain;   /* IPv6: h(op-by-hop) d(estinations) r(outing, done) R(outing, not
				done) f(ragment) a(uthentication) */
	uint16_t fragment;   /* flags and offset as the family writes them */
	uint8_t protocol;    /* 0: UDP */
	uint8_t version;     /* 0: the family's; else the first byte of the IP header */
	int ip_lie, udp_lie; /* bytes added to the length field */
	int chain_lie;       /* units added to the last extension header's length */
	bool unchecked;      /* no UDP checksum */
	bool opens;          /* TCP: SYN; ICMP, ICMPv6: an echo request */
	uint8_t kind;        /* 0: of TCP an ACK, of ICMP an error; else TCP's flags, ICMP's type */
	unsigned padding;    /* Ethernet padding after the IP packet */
	int want;            /* enum sl_guard_counter */
};

struct frame {
	uint8_t bytes[FRAME_ROOM];
	unsigned length;
	unsigned ip; /* offset of the IP header */
};

static inline uint8_t *frame_add(struct frame *frame, unsigned n)
{
	uint8_t *at = frame->bytes + frame->length;

	frame->length += n;
	return at;
}

static inline void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static inline void frame_ethernet(struct frame *frame, const struct shape *shape, unsigned type)
{
	memcpy(frame_add(frame, 12), "\2\0\0\0\0\1\2\0\0\0\0\2", 12);
	for (unsigned i = 0; i < shape->tags; i++) {
		uint8_t *tag = frame_add(frame, 4);

		put16(tag, i + 1 < shape->tags ? 0x88a8 : 0x8100);
		put16(tag + 2, 0xe000 | (i ? 0 : shape->vlan)); /* PCP 7 */
	}
	put16(frame_add(frame, 2), type);
	frame->ip = frame->length;
}

static inline unsigned extension_number(char kind)
{
	switch (kind) {
	case 'h':
		return 0;
	case 'r':
	case 'R':
		return 43;
	case 'f':
		return 44;
	case 'a':
		return 51;
	default:
		return 60;
	}
}

/* Every second header is longer than the least. Returns the first header's number. */
static inline unsigned frame_chain(struct frame *frame, const struct shape *shape, unsigned last)
{
	const char *chain = shape->chain ? shape->chain : "";
	size_t n = strlen(chain);

	for (size_t i = 0; i < n; i++) {
		unsigned units = chain[i] == 'f' || chain[i] == 'a' ? 0 : i & 1;
		uint8_t *header = frame_add(frame, 8 + units * 8);

		header[0] = (uint8_t)(i + 1 < n ? extension_number(chain[i + 1]) : last);
		header[1] = (uint8_t)(units + (i + 1 == n ? shape->chain_lie : 0));
		header[2] = 4;
		header[3] = chain[i] == 'R';
		if (chain[i] == 'f')
			put16(header + 2, shape->fragment);
	}
	return n ? extension_number(chain[0]) : last;
}

static inline uint8_t frame_hops(const struct shape *shape)
{
	return shape->hops ? (uint8_t)(shape->hops < 0 ? 0 : shape->hops) : 64;
}

static inline void frame_udp(struct frame *frame, const struct shape *shape)
{
	uint8_t *udp = frame_add(frame, 8);

	put16(udp, 40000);
	put16(udp + 2, shape->port);
	put16(udp + 4, (unsigned)(8 + FRAME_PAYLOAD + shape->udp_lie));
	put16(udp + 6, shape->unchecked ? 0 : 0xbeef); /* nobody looks whether it is right */
	memset(frame_add(frame, FRAME_PAYLOAD), 0x80, FRAME_PAYLOAD);
	if (shape->protocol == 6) /* SYN with ECN's flags: RFC 3168 6.1.1 */
		udp[13] = shape->opens ? 0xc2 : shape->kind ? shape->kind : 0x10;
	else if (shape->protocol == 1)
		udp[0] = shape->opens ? 8 : shape->kind ? shape->kind : 3;
	else if (shape->protocol == 58)
		udp[0] = shape->opens ? 128 : shape->kind ? shape->kind : 1;
}

static inline void frame_ipv4(struct frame *frame, const struct shape *shape)
{
	uint8_t *ip;

	frame_ethernet(frame, shape, 0x0800);
	ip = frame_add(frame, 20 + shape->options * 4);
	ip[0] = shape->version ? shape->version : (uint8_t)(0x45 + shape->options);
	put16(ip + 6, shape->fragment);
	ip[8] = frame_hops(shape);
	ip[9] = shape->protocol ? shape->protocol : 17;
	inet_pton(AF_INET, shape->from ? shape->from : "192.0.2.1", ip + 12);
	inet_pton(AF_INET, shape->to, ip + 16);
	memset(ip + 20, 1, shape->options * 4);
	frame_udp(frame, shape);
	put16(ip + 2, (unsigned)((int)(frame->length - frame->ip) + shape->ip_lie));
}

static inline void frame_ipv6(struct frame *frame, const struct shape *shape)
{
	uint8_t *ip;

	frame_ethernet(frame, shape, 0x86dd);
	ip = frame_add(frame, 40);
	ip[0] = shape->version ? shape->version : 0x60;
	ip[7] = frame_hops(shape);
	inet_pton(AF_INET6, shape->from ? shape->from : "2001:db8::1", ip + 8);
	inet_pton(AF_INET6, shape->to, ip + 24);
	ip[6] = (uint8_t)frame_chain(frame, shape, shape->protocol ? shape->protocol : 17);
	frame_udp(frame, shape);
	put16(ip + 4, (unsigned)((int)(frame->length - frame->ip - 40) + shape->ip_lie));
}

static inline void frame_build(struct frame *frame, const struct shape *shape)
{
	memset(frame, 0, sizeof(*frame));
	if (strchr(shape->to, ':'))
		frame_ipv6(frame, shape);
	else
		frame_ipv4(frame, shape);
	frame_add(frame, shape->padding);
}

#endif
