/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/call/admit.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "ctrl/base/log.h"
#include "ctrl/call/refusal.h"
#include "dataplane/base/clock.h"
#include "dataplane/path/workers.h"
#include "dataplane/port/port.h"

/* The busiest worker decides: its calls are those that suffer. */
static unsigned worker_percent(struct sl_load_meter *meter)
{
	unsigned busiest = 0;

	for (unsigned i = 0; i < sl_workers_count(); i++) {
		struct sl_worker_stats s;
		uint64_t busy, idle;

		sl_worker_stats(i, &s);
		busy = s.busy_ns - meter->worker[i].busy_ns;
		idle = s.idle_ns - meter->worker[i].idle_ns;
		meter->worker[i].busy_ns = s.busy_ns;
		meter->worker[i].idle_ns = s.idle_ns;
		if (busy + idle && 100 * busy / (busy + idle) > busiest)
			busiest = (unsigned)(100 * busy / (busy + idle));
	}
	return busiest;
}

static uint64_t bytes_sent(unsigned ports)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < ports; i++) {
		struct sl_port_stats s;

		sl_port_stats((uint8_t)i, &s);
		bytes += s.tx_bytes;
	}
	return bytes;
}

void sl_load_measure(struct sl_sessions *sessions, unsigned ports)
{
	struct sl_load_meter *meter = &sessions->meter;
	uint64_t now = sl_clock(), bytes = bytes_sent(ports);

	sessions->load.worker_percent = worker_percent(meter);
	if (getloadavg(&sessions->load.load_average, 1) != 1)
		sessions->load.load_average = 0;
	if (meter->at && now > meter->at && bytes >= meter->bytes)
		sessions->load.mbit = (unsigned)((bytes - meter->bytes) * 8000 / (now - meter->at));
	meter->at = now;
	meter->bytes = bytes;
}

static unsigned idle_pairs(const struct sl_interface *interface, int family)
{
	struct sl_portpool_counts c = sl_interface_ports(interface, family);

	return c.total - c.taken - c.resting;
}

static unsigned free_pairs(const struct sl_interface *interface, int family)
{
	if (!sl_interface_has(interface, family))
		family = !family;
	return sl_interface_has(interface, family) ? idle_pairs(interface, family) : 0;
}

static void say(enum sl_admission full, const struct sl_load *load)
{
	switch (full) {
	case SL_FULL_SESSIONS:
		SL_LOG_LIMITED_EVENT(SL_LOG_WARNING, SL_FIELDS(.reason = "max-sessions"),
			"new calls are refused: %u calls (max-sessions)", load->sessions);
		break;
	case SL_FULL_CPU:
		SL_LOG_LIMITED_EVENT(SL_LOG_WARNING, SL_FIELDS(.reason = "max-worker-load"),
			"new calls are refused: a worker is %u%% busy (max-worker-load)",
			load->worker_percent);
		break;
	case SL_FULL_LOAD:
		SL_LOG_LIMITED_EVENT(SL_LOG_WARNING, SL_FIELDS(.reason = "max-load-average"),
			"new calls are refused: load average %.2f (max-load-average)",
			load->load_average);
		break;
	case SL_FULL_BANDWIDTH:
		SL_LOG_LIMITED_EVENT(SL_LOG_WARNING, SL_FIELDS(.reason = "max-bandwidth"),
			"new calls are refused: %u Mbit/s are sent (max-bandwidth)", load->mbit);
		break;
	default:
		SL_LOG_LIMITED_EVENT(SL_LOG_WARNING, SL_FIELDS(.reason = "media-ports"),
			"new calls are refused: %u pairs of ports are free (media-ports)",
			load->free_pairs);
	}
}

int sl_call_admit(struct sl_sessions *sessions, const struct sl_interface *const interface[2],
	const struct sl_request *options, const struct sl_sdp *sdp, struct sl_error *error)
{
	struct sl_load load = sessions->load;
	enum sl_admission full;
	int family = SL_IPV4, to;
	unsigned pairs;

	if (sdp->n_media && sdp->media[0].connection.family == AF_INET6)
		family = SL_IPV6;
	to = options->family >= 0 ? options->family : family;
	load.sessions = sessions->n;
	load.free_pairs = free_pairs(interface[SL_FROM], family);
	pairs = free_pairs(interface[SL_TO], to);
	if (pairs < load.free_pairs)
		load.free_pairs = pairs;
	full = sl_admit(&sessions->env.limits, &load, options->emergency);
	sessions->admissions[full]++;
	if (options->emergency)
		sessions->emergencies++;
	if (full == SL_ADMITTED)
		return 0;
	say(full, &load);
	return sl_refuse(error, sl_admission_is_load(full) ? -SL_E_LIMIT : -SL_E_PORTS, "%s",
		sl_admission_text(full, options->load_limit));
}

bool sl_ports_admit(const struct sl_sessions *sessions, const struct sl_call *call,
	const struct sl_interface *interface, int family)
{
	return call->emergency ||
	       idle_pairs(interface, family) > sl_reserved_pairs(&sessions->env.limits);
}
