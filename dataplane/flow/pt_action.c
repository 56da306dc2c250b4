/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/flow/pt_action.h"

#include <string.h>

#include "dataplane/base/packet_path.h"

/* G.711 (RFC 3551 4.5.14): the code for zero. G.722: the code whose difference is least. */
static const uint8_t fill[] = {
	[SL_PT_SILENCE_PCMU] = 0xff, [SL_PT_SILENCE_PCMA] = 0xd5, [SL_PT_SILENCE_G722] = 0xfa};

/* RFC 6716 3.1: CELT, full band, 20 ms, mono, one frame, which says that it is silent. */
static const uint8_t opus[3] = {0xf8, 0xff, 0xfe};

uint16_t sl_pt_silence(enum sl_pt_action action, uint8_t *packet, uint16_t header_len, uint16_t len)
{
	switch (action) {
	case SL_PT_SILENCE_PCMU:
	case SL_PT_SILENCE_PCMA:
	case SL_PT_SILENCE_G722:
		memset(packet + header_len, fill[action], (size_t)(len - header_len));
		break;
	case SL_PT_SILENCE_OPUS:
		if (len < header_len + sizeof(opus))
			return 0;
		memcpy(packet + header_len, opus, sizeof(opus));
		len = header_len + (uint16_t)sizeof(opus);
		break;
	default:
		return 0;
	}
	packet[0] &= 0xdf; /* there is no padding any more (RFC 3550 5.1) */
	return len;
}
