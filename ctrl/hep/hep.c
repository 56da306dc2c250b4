/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/hep/hep.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctrl/base/log.h"
#include "ctrl/base/pseudonym.h"
#include "ctrl/hep/hep_call.h"
#include "ctrl/hep/hep_queue.h"
#include "ctrl/hep/hep_report.h"
#include "ctrl/observe/quality.h"
#include "dataplane/base/clock.h"

enum { WELL_S = 60 }; /* seconds without a loss, after which all is well again */

struct sl_hep {
	int fd;
	bool connected;
	struct sockaddr_storage address;
	socklen_t len;
	uint32_t capture_id;
	bool pseudonyms;
	struct sl_hep_stats stats;
	uint64_t told;   /* reports lost, as of the last tick */
	unsigned unwell; /* ticks until a loss is forgotten; 0: none was */
	struct sl_hep_queue due;
};

static socklen_t address_of(const struct sl_config_homer *homer, struct sockaddr_storage *address)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;
	struct sockaddr_in *in = (struct sockaddr_in *)address;

	memset(address, 0, sizeof(*address));
	if (sl_address_is_ipv4(homer->ip)) {
		in->sin_family = AF_INET;
		in->sin_port = htons(homer->port);
		memcpy(&in->sin_addr, homer->ip + 12, 4);
		return sizeof(*in);
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(homer->port);
	memcpy(&in6->sin6_addr, homer->ip, 16);
	return sizeof(*in6);
}

/* The socket is connected, so that ICMP's errors are told of. Where there is no route yet, it is
 * tried again: calls do not wait for Homer. */
static void connect_again(struct sl_hep *hep)
{
	if (hep->connected)
		return;
	hep->connected = !connect(hep->fd, (const struct sockaddr *)&hep->address, hep->len);
	hep->stats.error = hep->connected ? 0 : -errno;
}

int sl_hep_start(struct sl_hep **started, const struct sl_config *config, struct sl_error *error)
{
	struct sl_hep *hep;

	*started = NULL;
	if (!config->homer.on)
		return 0;
	hep = calloc(1, sizeof(*hep));
	if (!hep)
		return sl_refuse(error, -ENOMEM, "out of memory");
	hep->len = address_of(&config->homer, &hep->address);
	hep->fd = socket(hep->address.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (hep->fd < 0) {
		int rc = -errno;

		free(hep);
		return sl_refuse(error, rc, "no socket for reports to Homer: %s", strerror(-rc));
	}
	hep->capture_id = config->homer.capture_id;
	hep->pseudonyms = config->log_pseudonyms;
	connect_again(hep);
	*started = hep;
	return 0;
}

void sl_hep_stop(struct sl_hep *hep)
{
	if (hep)
		close(hep->fd);
	free(hep);
}

void sl_hep_look(struct sl_hep *hep, struct sl_call *call)
{
	uint64_t now;

	if (!hep)
		return;
	now = sl_clock();
	if (!call->reported)
		call->reported = now;
	if (now - call->reported < SL_HEP_S * UINT64_C(1000000000))
		return;
	/* Where there is no room, the next look asks again. */
	if (sl_hep_queue_put(&hep->due, call->serial))
		call->reported = now;
}

_Static_assert(SL_HEP_CALL_ID + SL_HEP_REPORT + 256 <= SL_HEP_PACKET, "every report fits");

static void hide(struct sl_hep_packet *packet, char id[SL_HEP_CALL_ID])
{
	const struct sl_hep_packet plain = *packet;

	sl_pseudonyms_address(plain.from.ip, packet->from.ip);
	sl_pseudonyms_address(plain.to.ip, packet->to.ip);
	sl_pseudonyms_hide(id, SL_HEP_CALL_ID, plain.call_id, strlen(plain.call_id));
	packet->call_id = id;
}

static void send_report(
	void *context, const struct sl_call *call, const struct sl_hep_packet *report)
{
	struct sl_hep *hep = context;
	struct sl_hep_packet packet = *report;
	uint8_t bytes[SL_HEP_PACKET];
	char id[SL_HEP_CALL_ID];
	size_t len;

	packet.capture_id = hep->capture_id;
	packet.call_id = call->id;
	if (hep->pseudonyms)
		hide(&packet, id);
	len = sl_hep_packet(&packet, bytes);
	if (!hep->connected) {
		hep->stats.lost++;
	} else if (send(hep->fd, bytes, len, MSG_DONTWAIT) < 0) {
		hep->stats.error = -errno;
		hep->stats.lost++;
	} else if (packet.type == SL_HEP_RTCP) {
		hep->stats.rtcp++;
	} else {
		hep->stats.measured++;
	}
}

void sl_hep_turn(struct sl_hep *hep, const struct sl_sessions *sessions)
{
	uint64_t serial;

	for (int i = 0; hep && i < SL_HEP_TURN && sl_hep_queue_take(&hep->due, &serial); i++) {
		struct sl_call *call = sl_session_by_serial(sessions, serial);

		if (call)
			sl_hep_call(call, send_report, hep);
	}
}

void sl_hep_ended(struct sl_hep *hep, const struct sl_call *ended)
{
	struct sl_call *call = (struct sl_call *)ended; /* what was reported is all that changes */

	if (!hep)
		return;
	sl_quality_sample(call);
	sl_hep_call(call, send_report, hep);
}

void sl_hep_tick(struct sl_hep *hep)
{
	uint64_t lost;

	if (!hep)
		return;
	connect_again(hep);
	lost = hep->stats.lost - hep->told;
	hep->told = hep->stats.lost;
	if (lost) {
		if (!hep->unwell)
			sl_log_event(SL_LOG_WARNING,
				SL_FIELDS(.reason = strerror(-hep->stats.error),
					.count = sl_decimal(hep->stats.lost).text),
				"reports to Homer are lost: %s; calls go on",
				strerror(-hep->stats.error));
		hep->unwell = WELL_S;
	} else if (hep->unwell && !--hep->unwell) {
		sl_log_event(SL_LOG_NOTICE, SL_FIELDS(.count = sl_decimal(hep->told).text),
			"reports to Homer are sent again, after %" PRIu64 " lost ones", hep->told);
	}
}

bool sl_hep_stats(const struct sl_hep *hep, struct sl_hep_stats *stats)
{
	if (!hep)
		return false;
	*stats = hep->stats;
	stats->waiting = hep->due.n;
	return true;
}
