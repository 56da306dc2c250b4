/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A capture file as Wireshark reads it (pcapng, draft-ietf-opsawg-pcapng): blocks in the byte order
 * of this machine, Ethernet, nanoseconds since 1970. Pure: into the caller's memory. Each function
 * returns the bytes that it wrote, or 0 and nothing was written: no room.
 */
#ifndef SL_CTRL_PCAPNG_H
#define SL_CTRL_PCAPNG_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that a block takes beside its data at most; of a text SL_PCAPNG_TEXT are written. */
enum { SL_PCAPNG_TEXT = 128, SL_PCAPNG_ROOM = 256 };

/* The first block of a file; `application` is who writes it. */
size_t sl_pcapng_section(uint8_t *out, size_t room, const char *application);

/* An interface; packets name it by its number, from 0 in the order of these blocks. `snap`: most
 * bytes that are kept of a packet. */
size_t sl_pcapng_interface(
	uint8_t *out, size_t room, const char *name, const char *description, uint32_t snap);

struct sl_pcapng_packet {
	uint32_t interface;
	uint64_t at;         /* ns since 1970 */
	const void *data;    /* from the Ethernet header on */
	uint32_t kept;       /* bytes of it */
	uint32_t len;        /* bytes on the wire */
	const char *comment; /* NULL: none */
};

size_t sl_pcapng_packet(uint8_t *out, size_t room, const struct sl_pcapng_packet *packet);

/* How many packets an interface has seen, and how many of those are missing here. */
size_t sl_pcapng_statistics(uint8_t *out, size_t room, uint32_t interface, uint64_t at,
	uint64_t received, uint64_t lost);

#endif
