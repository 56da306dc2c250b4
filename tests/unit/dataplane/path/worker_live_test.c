/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Everything that a control thread does to calls that talk, beside two worker threads: new keys,
 * holds, next hops, limits, sources, taps, and looking at all that it may see. Half of the calls
 * arrive at the worker that does not own them, and half of those in a row go from worker to worker.
 * It is the thread sanitizer that has to say something here; the test itself counts.
 */
#include "tests/unit/dataplane/path/worker_fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "dataplane/base/media_address.h"
#include "dataplane/base/nexthop.h"
#include "dataplane/handoff/mailbox.h"
#include "dataplane/handoff/policy.h"
#include "dataplane/handoff/tap_new.h"
#include "dataplane/path/hairpin.h"
#include "dataplane/path/pool.h"
#include "dataplane/path/workers.h"
#include "dataplane/port/ethdev.h"

enum {
	CALLS = 8,
	IN_A_ROW = 4, /* the first ones, two and two */
	ROUNDS = 240,
	TAP_ROUNDS = 12, /* of which a tap is there; divides ROUNDS */
	PACKETS = 24,    /* of media, at least, in each */
	PATIENCE = 20000 /* ms without one */
};

struct talk {
	struct call call;
	struct sl_key *in[2][2]; /* [end]: under either of which it sends */
	struct endpoint as[2][2];
	uint16_t seq[2];
};

static struct talk talks[CALLS];
static struct {
	atomic_uint sent;
	atomic_bool enough;
} player;

/* Who is in the middle of two in a row only passes on. */
static bool is_party(unsigned k, int i)
{
	return k >= IN_A_ROW || i == (int)(k & 1);
}

static bool enqueue(
	const struct endpoint *e, unsigned queue, bool rtcp, bool mux, uint8_t *p, uint16_t len)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(sl_mbufs);
	int port = sl_addresses[e->slot].port;
	struct endpoint from = *e;
	uint8_t frame[FRAME_MAX + 64];

	if (!m)
		return false;
	from.address.port = (uint16_t)(from.address.port + (rtcp && !mux));
	len = make_frame(&from, (uint16_t)(e->port + (rtcp && !mux)), p, len, frame);
	memcpy(rte_pktmbuf_append(m, len), frame, len);
	if (rte_ring_enqueue(relay.rx[port][queue], m) == 0)
		return true;
	rte_pktmbuf_free(m);
	return false;
}

/* Under one key and the other, of an SSRC and then another; now and then from elsewhere. */
static unsigned speak(unsigned k, int i)
{
	struct talk *t = &talks[k];
	uint16_t seq = t->seq[i]++;
	unsigned n = 0;

	for (unsigned key = 0; key < 2; key++) {
		struct endpoint e = t->as[i][key];
		uint8_t p[FRAME_MAX];

		e.ssrc += seq / 32 % 3;
		e.address.port = (uint16_t)(e.address.port + (seq % 16 == 7 ? 100 : 0));
		n += enqueue(&e, k & 1, false, t->call.mux, p, make_rtp(&e, seq, PAYLOAD, p));
		if (seq % 8 == 3)
			n += enqueue(&e, k & 1, true, t->call.mux, p, make_rtcp(&e, p));
	}
	return n;
}

static void *play(void *arg)
{
	struct rte_mbuf *m;

	while (!atomic_load_explicit(&player.enough, memory_order_relaxed)) {
		unsigned n = 0;

		for (unsigned k = 0; k < CALLS; k++)
			for (int i = 0; i < 2; i++)
				n += is_party(k, i) ? speak(k, i) : 0;
		atomic_fetch_add_explicit(&player.sent, n, memory_order_relaxed);
		for (unsigned port = 0; port < PORTS; port++)
			for (unsigned q = 0; q < relay.workers; q++)
				while (rte_ring_dequeue(relay.tx[port][q], (void **)&m) == 0)
					rte_pktmbuf_free(m);
		if (!n)
			nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
	}
	return arg;
}

static void two_keys(struct talk *t, int i)
{
	struct endpoint *e = &t->call.end[i];

	for (unsigned key = 0; key < 2; key++) {
		t->as[i][key] = *e;
		t->in[i][key] = e->in_key;
		e->tx = NULL; /* the player's */
		if (key == 0)
			endpoint_rekey_tx(e);
	}
}

static const struct sl_latch_policy policies[] = {
	{.mode = SL_LATCH_STRICT},
	{.mode = SL_LATCH_ONCE, .any_ip = true},
	{.mode = SL_LATCH_FOLLOW},
};

static struct sl_flow *another(struct talk *t, int i)
{
	return call_flow_with(&t->call, i, &policies[(t - talks) % 3]);
}

static void open_talk(unsigned k)
{
	static const enum sl_suite suites[CALLS][2] = {{CM80, PLAIN}, {PLAIN, GCM256},
		{PLAIN, PLAIN}, {PLAIN, CM80}, {CM80, GCM256}, {GCM256, CM80}, {PLAIN, CM80},
		{CM80, PLAIN}};
	struct talk *t = &talks[k];

	memset(t, 0, sizeof(*t));
	call_open(&t->call, k, suites[k][0], suites[k][1], k > 4, k > 5, k % 3 == 2);
	for (int i = 0; i < 2; i++)
		two_keys(t, i);
}

/* The far end of the first is the second. */
static void join(struct endpoint *a, struct endpoint *b)
{
	a->address.port = b->port;
	memcpy(a->address.ip, sl_addresses[b->slot].ip, 16);
	b->address.port = a->port;
	memcpy(b->address.ip, sl_addresses[a->slot].ip, 16);
}

static void exchange(struct talk *t, struct sl_flow_update *x, unsigned n)
{
	assert_int_equal(sl_flows_update(x, n), 0);
	for (unsigned i = 0; i < n; i++)
		for (int k = 0; x[i].flow && k < 2; k++)
			if (t->call.flow[k] == x[i].old || t->call.flow[k] == x[i].parked) {
				sl_flow_free(t->call.flow[k]);
				t->call.flow[k] = x[i].flow;
				break;
			}
}

/* Keys of one direction: the other key in, and one out that nobody had before. */
static void rekey(struct talk *t, int i, unsigned round, bool out)
{
	struct endpoint *from = &t->call.end[i];
	struct sl_key *old = out ? endpoint_rekey_rx(&t->call.end[!i]) : NULL;
	struct sl_flow_update x;

	from->in_key = t->in[i][round & 1];
	x = (struct sl_flow_update){.flow = another(t, i), .old = t->call.flow[i]};
	exchange(t, &x, 1);
	relay.backend->key_free(old);
}

static void both(struct talk *t)
{
	struct sl_flow_update x[2] = {
		{.flow = another(t, 0), .old = t->call.flow[0]},
		{.flow = another(t, 1), .old = t->call.flow[1]},
	};

	exchange(t, x, 2);
}

static void hold(struct talk *t, int i)
{
	struct sl_flow_update off = {.old = t->call.flow[i]},
			      on = {.flow = another(t, i), .parked = t->call.flow[i]};

	exchange(t, &off, 1);
	exchange(t, &on, 1);
}

static void protect(unsigned round)
{
	static const uint8_t none[16] = {[10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 1};
	struct sl_policy limits = {
		.unknown_source = sl_rate_of(round, 10), .unknown_total = sl_rate_of(1000, 100)};
	struct sl_listed list[] = {{.bits = 128, .prefix = SL_PREFIX_DENY}};
	const uint8_t *source = talks[round % CALLS].as[0][0].address.ip;

	memcpy(list[0].ip, none, 16);
	assert_int_equal(sl_policy_set(&limits, list, 1), 0);
	assert_true(sl_policy_source_add(source));
	assert_true(sl_policy_source_add(none));
	sl_policy_source_remove(source);
	sl_policy_source_remove(none);
}

static struct {
	unsigned events, samples, moves, ext, packets, reports, cookies, records;
} seen;

/* A tap comes, watches one call after the other, is read meanwhile, and goes. */
static void listen_in(unsigned round)
{
	static struct sl_tap *tap;
	struct sl_tap_port ports[4];
	unsigned n = 0;

	if (round % TAP_ROUNDS == 0) {
		tap = sl_tap_new(round / TAP_ROUNDS % 2);
		assert_non_null(tap);
	}
	for (int i = 0; i < 2; i++) {
		const struct endpoint *e = &talks[round % CALLS].call.end[i];

		ports[n++] = (struct sl_tap_port){round, e->port, e->slot};
		ports[n++] = (struct sl_tap_port){round, (uint16_t)(e->port + 1), e->slot};
	}
	sl_tap_watch(tap, ports, n);
	if (round % TAP_ROUNDS == 0)
		sl_workers_tap(tap);
	for (unsigned i = 0; i < sl_n_workers; i++)
		for (const struct sl_tap_record *r; (r = sl_tap_peek(tap, i));) {
			seen.records += r->frame[SL_TAP_RECEIVED].len != 0;
			sl_tap_done(tap, i);
		}
	if (round % TAP_ROUNDS == TAP_ROUNDS - 1) {
		sl_workers_tap(NULL);
		sl_tap_free(tap);
	}
}

static void look(struct talk *t)
{
	struct sl_worker_stats stats;
	struct sl_event events[64];
	struct sl_drop_sample samples[64];

	for (int i = 0; i < 2; i++) {
		const struct sl_flow *flow = t->call.flow[i];
		struct sl_flow_counters count;
		struct sl_quality_report quality;
		struct sl_latch_report source;
		struct sl_reports reports;
		struct sl_latency latency;

		sl_flow_counters(flow, &count);
		sl_flow_latency(flow, &latency);
		sl_reports_read(&flow->reports, &reports);
		seen.reports += reports.sent[0].at != 0;
		seen.ext += sl_flow_has_ext(flow);
		for (int place = 0; place < SL_LIVE_SSRCS; place++) {
			sl_flow_quality(flow, place, &quality);
			seen.packets += quality.packets;
		}
		for (enum sl_component c = 0; c < SL_COMPONENTS; c++) {
			sl_flow_source(flow, c, &source);
			seen.moves += source.moves;
			seen.cookies += sl_hairpin_cookie(&t->call.end[!i].address, WAN4) != 0;
		}
	}
	for (unsigned i = 0; i < sl_workers_count(); i++)
		sl_worker_stats(i, &stats);
	seen.events += sl_events_take(events, 64) + (unsigned)(sl_events_lost() != 0);
	seen.samples += sl_drop_samples_take(samples, 64);
	sl_pools_fill();
}

static void change(unsigned round)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 0x99};
	struct talk *t = &talks[round % CALLS];
	int i = round / CALLS % 2;

	switch (round / CALLS / 2 % 5) {
	case 0:
		return rekey(t, i, round, true);
	case 1:
		return hold(t, i);
	case 2:
		sl_nexthop_clear(&sl_nexthops[1]);
		both(t);
		return sl_nexthop_set(&sl_nexthops[1], mac);
	case 3:
		return protect(round);
	default:
		return rekey(t, i, round / CALLS, false);
	}
}

/* Until there was media since the last time. */
static void await_media(void)
{
	static unsigned last;
	unsigned now;

	for (unsigned i = 0; i < PATIENCE; i++) {
		now = atomic_load_explicit(&player.sent, memory_order_relaxed);
		if (now - last >= PACKETS) {
			last = now;
			return;
		}
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
	fail_msg("no media: the workers stand still");
}

static uint64_t settled(void)
{
	struct sl_worker_stats stats;
	uint64_t n = 0;

	for (unsigned i = 0; i < sl_workers_count(); i++) {
		sl_worker_stats(i, &stats);
		for (int v = 0; v < SL_VERDICTS; v++)
			n += stats.verdicts[v];
	}
	return n;
}

static void close_talk(struct talk *t)
{
	for (int i = 0; i < 2; i++) {
		struct endpoint *e = &t->call.end[i];

		e->in_key = NULL;
		for (int key = 0; key < 2; key++)
			if (t->as[i][key].tx)
				srtp_dealloc(t->as[i][key].tx);
	}
	call_close(&t->call);
	for (int i = 0; i < 4; i++)
		relay.backend->key_free(t->in[i / 2][i % 2]);
}

/* Each packet that the player has sent is told of once, and nothing is left. */
static void everything_at_once(void **state)
{
	unsigned buffers = buffers_in_use();
	pthread_t thread;
	struct sl_error error = {0};

	for (unsigned i = 0; i < sl_n_workers; i++)
		relay.backend->close(sl_workers[i].crypto);
	sl_workers_stop();
	assert_int_equal(sl_policy_open(), 0);
	for (unsigned port = 0; port < PORTS; port++)
		sl_ethdevs[port].adaptive = true; /* a machine of few cores needs them for more */
	if (sl_workers_start(relay.backend, &error) != 0)
		fail_msg("%s", error.text);
	for (unsigned k = 0; k < CALLS; k++)
		open_talk(k);
	for (unsigned k = 0; k < IN_A_ROW; k += 2)
		join(&talks[k].call.end[1], &talks[k + 1].call.end[0]);
	for (unsigned k = 0; k < CALLS; k++)
		both(&talks[k]);
	assert_int_equal(pthread_create(&thread, NULL, play, NULL), 0);
	for (unsigned round = 0; round < ROUNDS; round++) {
		await_media();
		change(round);
		look(&talks[round % CALLS]);
		listen_in(round);
	}
	atomic_store(&player.enough, true);
	pthread_join(thread, NULL);
	for (unsigned i = 0; i < PATIENCE && settled() != player.sent; i++)
		sl_workers_quiesce();
	assert_int_equal(settled(), player.sent);
	assert_true(seen.events && seen.samples && seen.moves && seen.ext && seen.packets &&
		    seen.reports && seen.cookies && seen.records);
	assert_true(verdicts(SL_FORWARD) && verdicts(SL_DROP_AUTH));
	for (unsigned i = 0; i < 2 * CALLS; i++) { /* from worker to worker, too */
		struct sl_flow_counters count;

		sl_flow_counters(talks[i / 2].call.flow[i % 2], &count);
		assert_true(count.packets[SL_RTP]);
	}
	for (unsigned k = 0; k < CALLS; k++)
		close_talk(&talks[k]);
	sl_workers_stop();
	sl_policy_close();
	for (unsigned port = 0; port < PORTS; port++)
		for (unsigned q = 0; q < relay.workers; q++) {
			struct rte_mbuf *m;

			while (rte_ring_dequeue(relay.tx[port][q], (void **)&m) == 0)
				rte_pktmbuf_free(m);
		}
	assert_int_equal(buffers_in_use(), buffers);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_at_once),
	};

	arguments(argc, argv);
	return cmocka_run_group_tests(tests, start_two, stop);
}
