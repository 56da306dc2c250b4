/* SPDX-License-Identifier: BSD-3-Clause */
/* A packet of a call as blocks of a capture file. */
#include <stdio.h>
#include <string.h>

#include "ctrl/admin/pcapng.h"
#include "ctrl/admin/tap_parts.h"
#include "dataplane/path/parse.h"
#include "dataplane/path/rewrite.h"

_Static_assert((int)SL_PCAPNG_ROOM <= 256, "as SL_TAP_BLOCKS has it");

enum interface { RECEIVED, SENT, CLEAR };

static const char *const verdicts[SL_VERDICTS] = {[SL_FORWARD] = "forwarded",
#define X(id, label, text) [SL_DROP_##id] = label,
	SL_DROP_REASONS(X)
#undef X
};

static const char *const stages[SL_STAGE_COUNT] = {
#define X(id, name) name,
	SL_STAGES(X)
#undef X
};

const char *sl_tap_verdict(const struct sl_tap_record *record)
{
	return verdicts[record->verdict];
}

const char *sl_tap_stage_name(const struct sl_tap_record *record)
{
	return stages[record->stage];
}

size_t sl_tap_header(uint8_t out[SL_TAP_BLOCKS], bool clear)
{
	size_t n = sl_pcapng_section(out, SL_TAP_BLOCKS, "sluiced " SL_VERSION);

	n += sl_pcapng_interface(out + n, SL_TAP_BLOCKS - n, "received",
		"as received, before anything was changed", SL_TAP_FRAME);
	n += sl_pcapng_interface(
		out + n, SL_TAP_BLOCKS - n, "sent", "as sent to the other party", SL_TAP_FRAME);
	if (clear)
		n += sl_pcapng_interface(out + n, SL_TAP_BLOCKS - n, "clear",
			"received and decrypted, in new headers", SL_TAP_FRAME);
	return n;
}

static size_t put(uint8_t *out, size_t room, enum interface interface,
	const struct sl_tap_frame *frame, int64_t offset, const char *comment)
{
	struct sl_pcapng_packet packet = {.interface = interface, .comment = comment};

	if (!frame->len)
		return 0;
	packet.at = frame->at + (uint64_t)offset;
	packet.data = frame->data;
	packet.kept = frame->kept;
	packet.len = frame->len;
	return sl_pcapng_packet(out, room, &packet);
}

/* Headers of its own for what has none: those that it came with say another length. */
static void dress(struct sl_tap_frame *to, const struct sl_tap_record *r)
{
	const struct sl_tap_frame *clear = &r->frame[SL_TAP_CLEAR];
	struct sl_endpoint source = {0}, destination = {0};
	struct sl_egress egress;
	struct sl_view view;
	uint16_t front;

	to->len = to->kept = 0;
	if (!clear->len || sl_parse_frame(r->frame[SL_TAP_RECEIVED].data,
				   r->frame[SL_TAP_RECEIVED].kept, &view) != SL_FORWARD)
		return;
	memcpy(source.ip, view.source, sizeof(source.ip));
	memcpy(destination.ip, view.destination, sizeof(destination.ip));
	source.port = view.source_port;
	destination.port = view.destination_port;
	sl_egress_build(&egress, &source, &destination, 0);
	front = SL_ETHER_LEN + egress.header_len;
	if (front + clear->kept > SL_TAP_FRAME)
		return;
	memcpy(to->data, r->frame[SL_TAP_RECEIVED].data, 12);
	memcpy(to->data + 12, egress.header_len == 48 ? "\x86\xdd" : "\x08\x00", 2);
	memcpy(to->data + front, clear->data, clear->kept);
	sl_rewrite(&egress, to->data + front, clear->kept);
	to->at = clear->at;
	to->len = to->kept = (uint16_t)(front + clear->kept);
}

size_t sl_tap_blocks(uint8_t out[SL_TAP_BLOCKS], const struct sl_tap_record *r, int64_t offset)
{
	struct sl_tap_frame clear;
	char comment[64];
	size_t n;

	snprintf(comment, sizeof(comment), r->verdict == SL_FORWARD ? "%s" : "dropped: %s, by %s",
		sl_tap_verdict(r), sl_tap_stage_name(r));
	dress(&clear, r);
	n = put(out, SL_TAP_BLOCKS, RECEIVED, &r->frame[SL_TAP_RECEIVED], offset, comment);
	n += put(out + n, SL_TAP_BLOCKS - n, CLEAR, &clear, offset, NULL);
	n += put(out + n, SL_TAP_BLOCKS - n, SENT, &r->frame[SL_TAP_SENT], offset, NULL);
	explicit_bzero(&clear, sizeof(clear));
	return n;
}

size_t sl_tap_footer(uint8_t out[SL_TAP_BLOCKS], uint64_t at, uint64_t received, uint64_t lost)
{
	return sl_pcapng_statistics(out, SL_TAP_BLOCKS, RECEIVED, at, received, lost);
}
