/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/admin/pcapng.h"

#include <stdbool.h>
#include <string.h>

enum {
	SECTION = 0x0a0d0d0a,
	INTERFACE = 1,
	STATISTICS = 5,
	PACKET = 6,
	BYTE_ORDER = 0x1a2b3c4d,
	ETHERNET = 1, /* LINKTYPE_ETHERNET */
	OPT_COMMENT = 1,
	SHB_USERAPPL = 4,
	IF_NAME = 2,
	IF_DESCRIPTION = 3,
	IF_TSRESOL = 9,
	NANOSECONDS = 9, /* 10^-9 s */
	ISB_IFRECV = 4,
	ISB_IFDROP = 5,
};

struct block {
	uint8_t *out;
	size_t room, len;
	bool full;
};

/* In multiples of 4 bytes. */
static void put(struct block *b, const void *data, size_t len)
{
	size_t padded = (len + 3) & ~(size_t)3;

	if (b->full || b->room - b->len < padded) {
		b->full = true;
		return;
	}
	memcpy(b->out + b->len, data, len);
	memset(b->out + b->len + len, 0, padded - len);
	b->len += padded;
}

static void put32(struct block *b, uint32_t value)
{
	put(b, &value, sizeof(value));
}

/* The upper half first, whatever the byte order is. */
static void put_time(struct block *b, uint64_t at)
{
	put32(b, (uint32_t)(at >> 32));
	put32(b, (uint32_t)at);
}

static void put_option(struct block *b, uint16_t code, const void *data, size_t len)
{
	const uint16_t head[2] = {code, (uint16_t)len};

	put(b, head, sizeof(head));
	put(b, data, len);
}

static void put_text(struct block *b, uint16_t code, const char *text)
{
	if (text)
		put_option(b, code, text, strnlen(text, SL_PCAPNG_TEXT));
}

/* Its length is filled in by finish. */
static struct block begin(uint8_t *out, size_t room, uint32_t type)
{
	struct block b = {.out = out, .room = room};

	put32(&b, type);
	put32(&b, 0);
	return b;
}

/* The end of the options, and the length, which a block has at both ends. */
static size_t finish(struct block *b)
{
	uint32_t len;

	put_option(b, 0, "", 0);
	put32(b, 0);
	if (b->full)
		return 0;
	len = (uint32_t)b->len;
	memcpy(b->out + 4, &len, sizeof(len));
	memcpy(b->out + b->len - 4, &len, sizeof(len));
	return b->len;
}

size_t sl_pcapng_section(uint8_t *out, size_t room, const char *application)
{
	static const uint16_t version[2] = {1, 0};
	static const uint64_t unknown = UINT64_MAX; /* bytes of the section */
	struct block b = begin(out, room, SECTION);

	put32(&b, BYTE_ORDER);
	put(&b, version, sizeof(version));
	put(&b, &unknown, sizeof(unknown));
	put_text(&b, SHB_USERAPPL, application);
	return finish(&b);
}

size_t sl_pcapng_interface(
	uint8_t *out, size_t room, const char *name, const char *description, uint32_t snap)
{
	static const uint16_t link[2] = {ETHERNET, 0};
	static const uint8_t resolution = NANOSECONDS;
	struct block b = begin(out, room, INTERFACE);

	put(&b, link, sizeof(link));
	put32(&b, snap);
	put_text(&b, IF_NAME, name);
	put_text(&b, IF_DESCRIPTION, description);
	put_option(&b, IF_TSRESOL, &resolution, 1);
	return finish(&b);
}

size_t sl_pcapng_packet(uint8_t *out, size_t room, const struct sl_pcapng_packet *packet)
{
	struct block b = begin(out, room, PACKET);

	put32(&b, packet->interface);
	put_time(&b, packet->at);
	put32(&b, packet->kept);
	put32(&b, packet->len);
	put(&b, packet->data, packet->kept);
	put_text(&b, OPT_COMMENT, packet->comment);
	return finish(&b);
}

size_t sl_pcapng_statistics(uint8_t *out, size_t room, uint32_t interface, uint64_t at,
	uint64_t received, uint64_t lost)
{
	struct block b = begin(out, room, STATISTICS);

	put32(&b, interface);
	put_time(&b, at);
	put_option(&b, ISB_IFRECV, &received, sizeof(received));
	put_option(&b, ISB_IFDROP, &lost, sizeof(lost));
	return finish(&b);
}
