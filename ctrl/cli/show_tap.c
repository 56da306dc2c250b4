/* SPDX-License-Identifier: BSD-3-Clause */
/* The lines of `sluicectl trace`. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ctrl/cli/show.h"
#include "ctrl/cli/show_json.h"

static void show_clock(double at)
{
	time_t seconds = (time_t)at;
	char clock[16] = "--:--:--";
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	printf("%s.%06ld", clock, (long)((at - (double)seconds) * 1e6));
}

/* SSRC and sequence number, if its first bytes have them. */
static void show_media(const json_t *packet)
{
	if (json_object_get(packet, "ssrc"))
		printf(" ssrc 0x%08x", (unsigned)number(packet, "ssrc"));
	if (json_object_get(packet, "sequence"))
		printf(" seq %" JSON_INTEGER_FORMAT, number(packet, "sequence"));
	printf(" len %" JSON_INTEGER_FORMAT, number(packet, "length"));
}

void sl_show_packet(const json_t *packet)
{
	bool sent = json_object_get(packet, "sent_to");

	show_clock(json_real_value(json_object_get(packet, "time")));
	printf(" %s %s#%" JSON_INTEGER_FORMAT " %-4s %s -> %s", text(packet, "leg"),
		text(packet, "type"), number(packet, "medium"), text(packet, "component"),
		text(packet, "from"), text(packet, "to"));
	show_media(packet);
	if (sent)
		printf(" | %s: %s -> %s\n", text(packet, "verdict"), text(packet, "sent_from"),
			text(packet, "sent_to"));
	else
		printf(" | dropped by %s: %s\n", text(packet, "stage"), text(packet, "verdict"));
}

void sl_show_tap_end(const json_t *end)
{
	printf("%" JSON_INTEGER_FORMAT " packets, %" JSON_INTEGER_FORMAT
	       " sent, %" JSON_INTEGER_FORMAT " lost on the way here; ended by %s\n",
		number(end, "received"), number(end, "sent"), number(end, "lost"),
		text(end, "end"));
}
