/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/handoff/tap_new.h"

#include <stdlib.h>
#include <string.h>

#include "dataplane/handoff/mailbox.h"
#include "dataplane/path/workers.h"

struct sl_tap *sl_tap_new(bool clear)
{
	struct sl_tap *tap = calloc(1, sizeof(*tap));

	if (!tap)
		return NULL;
	tap->clear = clear;
	tap->ports = &tap->both[0];
	for (unsigned i = 0; i < sl_workers_count(); i++) {
		/* Memory that no packet comes to is never touched. */
		tap->ring[i].records = calloc(SL_TAP_RECORDS, sizeof(struct sl_tap_record));
		if (!tap->ring[i].records) {
			sl_tap_free(tap);
			return NULL;
		}
	}
	return tap;
}

void sl_tap_free(struct sl_tap *tap)
{
	for (unsigned i = 0; tap && i < SL_MAX_WORKERS; i++) {
		struct sl_tap_ring *ring = &tap->ring[i];
		size_t used = ring->head < SL_TAP_RECORDS ? ring->head : SL_TAP_RECORDS;

		if (used)
			explicit_bzero(ring->records, used * sizeof(*ring->records));
		free(ring->records);
	}
	free(tap);
}

static bool same(const struct sl_tap_ports *now, const struct sl_tap_port *ports, unsigned n)
{
	for (unsigned i = 0; i < n && i < now->n; i++)
		if (now->port[i].cookie != ports[i].cookie || now->port[i].slot != ports[i].slot ||
			now->port[i].udp_port != ports[i].udp_port)
			return false;
	return now->n == n;
}

static void fill(struct sl_tap_ports *to, const struct sl_tap_port *ports, unsigned n)
{
	memset(to, 0, sizeof(*to));
	to->n = n;
	for (unsigned i = 0; i < n; i++) {
		to->port[i] = ports[i];
		to->bitmap[ports[i].udp_port >> 3] |= (uint8_t)(1 << (ports[i].udp_port & 7));
	}
}

void sl_tap_watch(struct sl_tap *tap, const struct sl_tap_port *ports, unsigned n)
{
	struct sl_tap_ports *next = &tap->both[tap->ports == &tap->both[0]];

	if (n > SL_TAP_PORTS)
		n = SL_TAP_PORTS;
	if (same(tap->ports, ports, n))
		return;
	fill(next, ports, n);
	__atomic_store_n(&tap->ports, next, __ATOMIC_RELEASE);
	sl_workers_quiesce(); /* nobody looks at the other ones any more */
}
