/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ports whose device is reset under them. DPDK's interrupt thread, the device's counters and
 * what does not work about it are the test's; the rest is the driver's for rings.
 */
#include "tests/unit/dataplane/path/worker_fixture.h"

#include <errno.h>
#include <pthread.h>
#include <rte_eth_ring.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "dataplane/handoff/port_turn.h"
#include "dataplane/path/workers.h"
#include "dataplane/port/ethdev.h"
#include "tests/unit/dataplane/path/seen_rings.h"

static struct {
	rte_eth_dev_cb_fn hear;
	void *arg;
	struct rte_eth_stats stats;
	int start_fails;
	unsigned starts;
	bool loses_mac;
	struct rte_ether_addr mac;
} device[PORTS];
static atomic_uint touched; /* times that somebody used a device that is stopped */

static int index_of(uint16_t dpdk_port)
{
	return dpdk_port == sl_ethdevs[LAN].dpdk_port && sl_n_ethdevs > LAN ? LAN : WAN;
}

static uint16_t touch(void *queue, struct rte_mbuf **m, uint16_t n)
{
	atomic_fetch_add(&touched, 1);
	return 0;
}

int __wrap_rte_eth_dev_callback_register(
	uint16_t dpdk_port, enum rte_eth_event_type event, rte_eth_dev_cb_fn hear, void *arg);
int __wrap_rte_eth_dev_callback_register(
	uint16_t dpdk_port, enum rte_eth_event_type event, rte_eth_dev_cb_fn hear, void *arg)
{
	assert_int_equal(event, RTE_ETH_EVENT_INTR_RESET);
	device[index_of(dpdk_port)].hear = hear;
	device[index_of(dpdk_port)].arg = arg;
	return 0;
}

int __real_rte_eth_dev_stop(uint16_t dpdk_port);
int __wrap_rte_eth_dev_stop(uint16_t dpdk_port);
int __wrap_rte_eth_dev_stop(uint16_t dpdk_port)
{
	int err = __real_rte_eth_dev_stop(dpdk_port);

	rte_eth_fp_ops[dpdk_port].rx_pkt_burst = touch;
	rte_eth_fp_ops[dpdk_port].tx_pkt_burst = touch;
	return err;
}

int __real_rte_eth_dev_start(uint16_t dpdk_port);
int __wrap_rte_eth_dev_start(uint16_t dpdk_port);
int __wrap_rte_eth_dev_start(uint16_t dpdk_port)
{
	int port = index_of(dpdk_port), err = device[port].start_fails;

	device[port].starts++;
	if (!err)
		err = __real_rte_eth_dev_start(dpdk_port);
	if (!err)
		seen_port_rings(dpdk_port, relay.rx[port], relay.tx[port]);
	return err;
}

/* A driver that begins anew with an address of its own. */
int __real_rte_eth_dev_reset(uint16_t dpdk_port);
int __wrap_rte_eth_dev_reset(uint16_t dpdk_port);
int __wrap_rte_eth_dev_reset(uint16_t dpdk_port)
{
	if (!device[index_of(dpdk_port)].loses_mac)
		return __real_rte_eth_dev_reset(dpdk_port);
	device[index_of(dpdk_port)].mac = (struct rte_ether_addr){{2, 0, 0, 9, 9, 9}};
	return __wrap_rte_eth_dev_stop(dpdk_port);
}

int __wrap_rte_eth_macaddr_get(uint16_t dpdk_port, struct rte_ether_addr *out);
int __wrap_rte_eth_macaddr_get(uint16_t dpdk_port, struct rte_ether_addr *out)
{
	*out = device[index_of(dpdk_port)].mac;
	return 0;
}

int __wrap_rte_eth_dev_default_mac_addr_set(uint16_t dpdk_port, struct rte_ether_addr *mac);
int __wrap_rte_eth_dev_default_mac_addr_set(uint16_t dpdk_port, struct rte_ether_addr *mac)
{
	device[index_of(dpdk_port)].mac = *mac;
	return 0;
}

int __wrap_rte_eth_stats_get(uint16_t dpdk_port, struct rte_eth_stats *out);
int __wrap_rte_eth_stats_get(uint16_t dpdk_port, struct rte_eth_stats *out)
{
	*out = device[index_of(dpdk_port)].stats;
	return 0;
}

int __wrap_rte_eth_stats_reset(uint16_t dpdk_port);
int __wrap_rte_eth_stats_reset(uint16_t dpdk_port)
{
	return -ENOTSUP;
}

static void reset(int port)
{
	device[port].hear(
		sl_ethdevs[port].dpdk_port, RTE_ETH_EVENT_INTR_RESET, device[port].arg, NULL);
}

static enum sl_port_state turn(uint8_t port)
{
	struct sl_error error = {0};
	enum sl_port_state state = sl_port_turn(port, &error);

	if (error.text[0])
		assert_int_equal(state, SL_PORT_AWAY);
	return state;
}

/* Reset, set up anew, and then it receives. */
static void recover(uint8_t port)
{
	reset(port);
	assert_int_equal(turn(port), SL_PORT_SILENT);
	device[port].stats.ipackets++;
	assert_int_equal(turn(port), SL_PORT_SERVES);
}

static struct sl_port_stats stats_of(uint8_t port)
{
	struct sl_port_stats stats;

	sl_port_stats(port, &stats);
	return stats;
}

static void passes(struct call *c, uint16_t seq)
{
	for (int i = 0; i < 2; i++) {
		send_rtp(c, i, seq);
		relay_poll();
		expect_rtp(c, i, &seq, 1);
	}
}

static int open_two(void **state)
{
	memset(device, 0, sizeof(device));
	device[WAN].mac = device[LAN].mac = (struct rte_ether_addr){{2, 0, 0, 1, 1, 1}};
	atomic_store(&touched, 0);
	return start_two(state);
}

static void media_goes_on(void **state)
{
	struct call c;

	call_open(&c, 1, CM80, GCM256, false, false, false);
	passes(&c, 1);
	assert_int_equal(turn(WAN), SL_PORT_SERVES);
	assert_int_equal(device[WAN].starts, 1);
	for (uint16_t i = 0; i < 3; i++) {
		recover(WAN);
		assert_int_equal(device[WAN].starts, 2 + i);
		passes(&c, 2 + i);
	}
	assert_int_equal(stats_of(WAN).resets, 3);
	assert_int_equal(stats_of(LAN).resets, 0);
	assert_int_equal(device[LAN].starts, 1);
	assert_int_equal(atomic_load(&touched), 0);
	call_close(&c);
}

/* As long as a device cannot be set up nobody touches it: what is to leave by it is dropped by
 * name, and the other port goes on. */
static void away_until_it_works(void **state)
{
	uint64_t dropped = verdicts(SL_DROP_PORT_RESET), forwarded = verdicts(SL_FORWARD);
	uint64_t resets = stats_of(WAN).resets;
	struct call c;

	call_open(&c, 2, CM80, GCM256, false, false, false);
	passes(&c, 1);
	device[WAN].start_fails = -EIO;
	reset(WAN);
	for (uint16_t i = 2; i < 5; i++) { /* of these turns the third tries nothing */
		assert_int_equal(turn(WAN), SL_PORT_AWAY);
		assert_int_equal(stats_of(WAN).state, SL_PORT_AWAY);
		send_rtp(&c, 1, i);
		relay_poll();
		expect_nothing(&c);
	}
	assert_int_equal(verdicts(SL_DROP_PORT_RESET) - dropped, 3);
	assert_int_equal(verdicts(SL_FORWARD) - forwarded, 2);
	assert_int_equal(c.flow[1]->count.drops[SL_DROP_PORT_RESET], 3);
	assert_int_equal(atomic_load(&touched), 0);
	assert_int_equal(stats_of(WAN).resets - resets, 1);
	device[WAN].start_fails = 0;
	assert_int_equal(turn(WAN), SL_PORT_SILENT);
	passes(&c, 5);
	device[WAN].stats.ipackets++;
	assert_int_equal(turn(WAN), SL_PORT_SERVES);
	call_close(&c);
}

/* A virtual function that was set up while nobody answered looks well and is deaf: until it
 * receives something it is set up again, less and less often. */
static void again_until_it_hears(void **state)
{
	unsigned starts = device[WAN].starts, turns = 0;
	struct call c;

	call_open(&c, 3, CM80, GCM256, false, false, false);
	reset(WAN);
	for (unsigned pause = 1; pause <= 32; pause *= 2) {
		assert_int_equal(turn(WAN), SL_PORT_SILENT);
		assert_int_equal(device[WAN].starts, ++starts);
		for (unsigned i = 1; i < RTE_MIN(pause, 16u); i++) {
			assert_int_equal(turn(WAN), SL_PORT_SILENT);
			assert_int_equal(device[WAN].starts, starts);
		}
		passes(&c, (uint16_t)++turns);
	}
	recover(WAN);
	assert_int_equal(device[WAN].starts, starts + 1);
	assert_int_equal(turn(WAN), SL_PORT_SERVES);
	passes(&c, (uint16_t)++turns);
	call_close(&c);
}

/* Nobody tells of the reset, but the device counts from 0 again; or, by its driver, from 2^32. */
static void told_by_counters(void **state)
{
	static const uint64_t fallen[] = {3, UINT64_C(1) << 32};
	struct sl_ethdev *dev = &sl_ethdevs[WAN];
	char vdev[sizeof(dev->vdev)];

	memcpy(vdev, dev->vdev, sizeof(vdev));
	dev->vdev[0] = '\0';
	for (unsigned i = 0; i < RTE_DIM(fallen); i++) {
		uint64_t before, resets = dev->resets;

		device[WAN].stats.ipackets += 1 << 28; /* much, but not too much */
		assert_int_equal(turn(WAN), SL_PORT_SERVES);
		before = stats_of(WAN).rx;
		device[WAN].stats.ipackets -= 5; /* a driver may be a little behind */
		assert_int_equal(turn(WAN), SL_PORT_SERVES);
		assert_int_equal(stats_of(WAN).rx, before);
		device[WAN].stats.ipackets = fallen[i];
		assert_int_equal(stats_of(WAN).rx, before);
		assert_int_equal(turn(WAN), SL_PORT_SILENT);
		assert_int_equal(dev->resets - resets, 1);
		device[WAN].stats.ipackets++;
		assert_int_equal(turn(WAN), SL_PORT_SERVES);
		assert_int_equal(stats_of(WAN).rx, before + 1);
	}
	memcpy(dev->vdev, vdev, sizeof(vdev));
}

/* That of a virtual device may do so without a reset. */
static void counted_anew(void **state)
{
	uint64_t before, resets = stats_of(LAN).resets;

	device[LAN].stats.opackets += 1000;
	before = stats_of(LAN).tx;
	device[LAN].stats.opackets = 10;
	assert_int_equal(stats_of(LAN).tx, before);
	device[LAN].stats.opackets = 13;
	assert_int_equal(stats_of(LAN).tx, before + 3);
	assert_int_equal(turn(LAN), SL_PORT_SERVES);
	assert_int_equal(stats_of(LAN).resets, resets);
}

/* The device's counts of before its reset are neither lost nor counted twice, nor is the wrap that
 * a driver sees where counters of 32 bits begin anew. */
static void counters_go_on(void **state)
{
	struct rte_eth_stats *stats = &device[LAN].stats;

	*stats = (struct rte_eth_stats){100, 200, 3000, 4000, .imissed = 5, .rx_nombuf = 1};
	assert_int_equal(stats_of(LAN).rx, 100);
	reset(LAN);
	stats->ipackets = stats->ibytes = 1 << 20; /* the driver saw a wrap */
	stats->imissed = 0;
	assert_int_equal(stats_of(LAN).rx, 100);
	device[LAN].start_fails = -EIO;
	assert_int_equal(turn(LAN), SL_PORT_AWAY);
	assert_int_equal(stats_of(LAN).rx, 100);
	device[LAN].start_fails = 0;
	assert_int_equal(turn(LAN), SL_PORT_SILENT);
	assert_int_equal(stats_of(LAN).rx, 100);
	stats->ipackets += 7;
	assert_int_equal(turn(LAN), SL_PORT_SERVES);
	stats->opackets = 201;
	stats->imissed = 2;
	assert_int_equal(stats_of(LAN).rx, 107);
	assert_int_equal(stats_of(LAN).tx, 201);
	assert_int_equal(stats_of(LAN).rx_bytes, 3000);
	assert_int_equal(stats_of(LAN).tx_bytes, 4000);
	assert_int_equal(stats_of(LAN).rx_missed, 8);
}

static void keeps_its_address(void **state)
{
	const struct rte_ether_addr before = device[WAN].mac;

	device[WAN].loses_mac = true;
	recover(WAN);
	device[WAN].loses_mac = false;
	assert_memory_equal(&before, &device[WAN].mac, sizeof(before));
}

static atomic_bool feeding;

/* Media from both ends, on both queues of each port, for as long as the test wants it. */
static void *feed(void *arg)
{
	struct call *c = arg;
	uint8_t p[FRAME_MAX], frame[FRAME_MAX];

	for (uint16_t seq = 100; atomic_load(&feeding); seq++) {
		for (int i = 0; i < 2; i++) {
			uint16_t len = make_frame(&c->end[i], c->end[i].port, p,
				make_rtp(&c->end[i], seq, PAYLOAD, p), frame);
			struct rte_mbuf *m = rte_pktmbuf_alloc(sl_mbufs);

			if (!m)
				continue;
			memcpy(rte_pktmbuf_append(m, len), frame, len);
			if (rte_ring_enqueue(relay.rx[i ? LAN : WAN][seq & 1], m) != 0)
				rte_pktmbuf_free(m);
		}
		nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
	}
	return NULL;
}

static void drain(void)
{
	struct rte_mbuf *m;

	for (int port = 0; port < PORTS; port++)
		for (unsigned q = 0; q < relay.workers; q++)
			while (rte_ring_dequeue(relay.tx[port][q], (void **)&m) == 0)
				rte_pktmbuf_free(m);
}

/* Real threads, in the middle of media: none uses a device that is stopped, and each comes back. */
static void under_load(void **state)
{
	enum { ROUNDS = 40 };
	struct sl_error error = {0};
	pthread_t feeder;
	struct call c;

	for (unsigned i = 0; i < sl_n_workers; i++)
		relay.backend->close(sl_workers[i].crypto);
	sl_workers_stop();
	if (sl_workers_start(relay.backend, &error) != 0)
		fail_msg("%s", error.text);
	call_open(&c, 5, CM80, CM80, false, false, false);
	atomic_store(&feeding, true);
	assert_int_equal(pthread_create(&feeder, NULL, feed, &c), 0);
	for (int round = 0; round < ROUNDS; round++) {
		uint8_t port = round & 1 ? LAN : WAN;
		uint64_t before;

		reset(port);
		device[port].start_fails = -EIO;
		assert_int_equal(turn(port), SL_PORT_AWAY);
		nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
		device[port].start_fails = 0;
		assert_int_equal(turn(port), SL_PORT_SILENT);
		device[port].stats.ipackets++;
		assert_int_equal(turn(port), SL_PORT_SERVES);
		before = verdicts(SL_FORWARD);
		while (verdicts(SL_FORWARD) < before + 20) {
			drain();
			nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
		}
	}
	atomic_store(&feeding, false);
	pthread_join(feeder, NULL);
	call_close(&c);
	sl_workers_stop();
	drain();
	assert_int_equal(atomic_load(&touched), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		CASE(media_goes_on),
		CASE(away_until_it_works),
		CASE(again_until_it_hears),
		CASE(told_by_counters),
		CASE(counters_go_on),
		CASE(counted_anew),
		CASE(keeps_its_address),
	};
	const struct CMUnitTest threads[] = {
		cmocka_unit_test(under_load),
	};
	int failed;

	arguments(argc, argv);
	failed = cmocka_run_group_tests(tests, open_two, stop);
	return failed + cmocka_run_group_tests(threads, open_two, stop);
}
