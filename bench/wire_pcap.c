/* SPDX-License-Identifier: BSD-3-Clause */
/* The frames of a trial as a PCAP file (draft-ietf-opsawg-pcap), for other generators to send. */
#include <errno.h>
#include <string.h>

#include "bench/wire.h"

static bool write_frames(struct wire *wire, const struct wire_trial *trial, FILE *file)
{
	const uint32_t head[6] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1 /* Ethernet */};
	bool ok = fwrite(head, sizeof(head), 1, file) == 1;

	for (uint64_t i = 0; i < trial->packets && ok; i++) {
		const struct wire_slot *slot = wire_slot(wire, i);
		uint64_t us = (uint64_t)((double)i / trial->rate * 1e6);
		const uint32_t record[4] = {
			(uint32_t)(us / 1000000), (uint32_t)(us % 1000000), slot->len, slot->len};

		ok = fwrite(record, sizeof(record), 1, file) == 1 &&
		     fwrite(slot->frame, slot->len, 1, file) == 1;
	}
	return ok;
}

int wire_pcap_write(struct wire *wire)
{
	struct wire_trial trial = {.rate = wire->opt.rate, .seconds = wire->opt.seconds};
	FILE *file = fopen(wire->opt.pcap, "we");
	bool ok = file && wire_frames_make(wire, &trial) && write_frames(wire, &trial, file);

	if (file && fclose(file))
		ok = false;
	if (ok)
		printf("%s: %llu frames of %u calls\n", wire->opt.pcap,
			(unsigned long long)trial.packets, wire->load->opt.calls);
	else
		fprintf(stderr, "%s: %s\n", wire->opt.pcap, strerror(errno));
	return ok ? 0 : 2;
}
