/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/dataplane/path/relay_fixture.h"

#include <rte_eth_ring.h>
#include <rte_mbuf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/base/nexthop.h"
#include "dataplane/base/shared.h"
#include "dataplane/handoff/flow_new.h"
#include "dataplane/handoff/mailbox.h"
#include "dataplane/path/rewrite.h"
#include "dataplane/path/workers.h"
#include "dataplane/port/ethdev.h"
#include "tests/unit/dataplane/path/seen_rings.h"

static const uint8_t local[SLOTS][16] = {
	[WAN4] = {[10] = 0xff, 0xff, 10, 0, 0, 1},
	[WAN6] = {0xfd, [15] = 1},
	[LAN4] = {[10] = 0xff, 0xff, 10, 0, 1, 1},
	[LAN6] = {0xfd, 1, [15] = 1},
	[VLAN4] = {[10] = 0xff, 0xff, 10, 0, 0, 1},
};
static const uint8_t next_mac[6] = {2, 0, 0, 0, 0, 0x99};

static bool slot_v6(uint8_t slot)
{
	return slot == WAN6 || slot == LAN6;
}

static int slot_port(uint8_t slot)
{
	return slot == LAN4 || slot == LAN6 ? LAN : WAN;
}

static uint16_t slot_vlan(uint8_t slot)
{
	return slot == VLAN4 ? VLAN_ID : 0;
}

static struct rte_ring *make_ring(const char *what, int port, unsigned queue)
{
	char name[32];
	struct rte_ring *ring;

	snprintf(name, sizeof(name), "%s_%d_%u", what, port, queue);
	ring = rte_ring_create(name, 1024, SOCKET_ID_ANY, 0);
	assert_non_null(ring);
	return ring;
}

static void open_port(struct relay *r, int port)
{
	static const char *names[PORTS] = {"wan", "lan"};
	static const uint8_t macs[PORTS][6] = {{2, 0, 0, 0, 1, 0}, {2, 0, 0, 0, 1, 1}};
	static const unsigned cores[2] = {0, 1};
	struct sl_port_config config = {
		.name = names[port], .cores = cores, .n_cores = r->workers, .mac = macs[port]};
	char device[32];
	struct sl_error error = {0};
	uint8_t index;

	for (unsigned q = 0; q < r->workers; q++) {
		r->rx[port][q] = make_ring("rx", port, q);
		r->tx[port][q] = make_ring("tx", port, q);
	}
	assert_true(rte_eth_from_rings(names[port], r->rx[port], r->workers, r->tx[port],
			    r->workers, SOCKET_ID_ANY) >= 0);
	snprintf(device, sizeof(device), "vdev:net_ring_%s", names[port]);
	config.device = device;
	if (sl_port_open(&config, &index, &error) != 0)
		fail_msg("%s", error.text);
	assert_int_equal(index, port);
	seen_port_rings(sl_ethdevs[index].dpdk_port, r->rx[port], r->tx[port]);
}

void relay_start(struct relay *r, const char *backend, unsigned workers)
{
	static bool eal;
	const char *reason = "";
	struct sl_error error = {0};
	bool huge;

	memset(r, 0, sizeof(*r));
	r->workers = workers;
	if (!eal) {
		struct sl_eal_config config = {.memory_mib = 384};

		if (sl_eal_init(&config, &huge, &error) != 0)
			fail_msg("%s", error.text);
		assert_false(huge);
		seen_mempool_rings();
		if (sl_ports_reserve(4, SL_NUMA_ANY, &error) != 0)
			fail_msg("%s", error.text);
		eal = true;
	}
	r->backend = sl_crypto_select(backend, &reason);
	if (!r->backend)
		fail_msg("backend %s: %s; the test's argument is ipsec-mb or srtp2", backend,
			reason);
	srtp_init(); /* fails when the srtp2 backend has done it already */
	for (int port = 0; port < PORTS; port++)
		open_port(r, port);
	for (uint8_t s = 0; s < SLOTS; s++) {
		static const uint16_t kernel_ports[] = {SIP_PORT};
		struct sl_address_config address = {.vlan = slot_vlan(s),
			.port_min = FIRST_PORT,
			.port_max = LAST_PORT,
			.kernel_ports = kernel_ports,
			.n_kernel_ports = 1};
		uint8_t slot;

		memcpy(address.ip, local[s], 16);
		assert_int_equal(sl_address_add((uint8_t)slot_port(s), &address, &slot, &error), 0);
		assert_int_equal(slot, s);
	}
	sl_nexthop_set(&sl_nexthops[1], next_mac);
	assert_int_equal(sl_workers_prepare(r->backend, &error), 0);
	for (unsigned i = 0; i < sl_n_workers; i++) {
		sl_workers[i].crypto = r->backend->open();
		assert_non_null(sl_workers[i].crypto);
	}
}

void relay_stop(struct relay *r)
{
	if (!r->backend)
		return; /* it has not started */
	for (unsigned i = 0; i < sl_n_workers; i++)
		r->backend->close(sl_workers[i].crypto);
	sl_workers_stop();
	sl_ports_close();
	for (int port = 0; port < PORTS; port++)
		for (unsigned q = 0; q < r->workers; q++) {
			struct rte_ring *rings[2] = {r->rx[port][q], r->tx[port][q]};

			for (int i = 0; i < 2; i++) {
				struct rte_mbuf *m;

				while (rte_ring_dequeue(rings[i], (void **)&m) == 0)
					rte_pktmbuf_free(m);
				rte_ring_free(rings[i]);
			}
		}
}

void relay_poll(void)
{
	unsigned moved;

	do {
		moved = 0;
		for (unsigned i = 0; i < sl_n_workers; i++)
			moved += sl_worker_poll(&sl_workers[i]);
	} while (moved);
	for (unsigned i = 0; i < sl_n_workers; i++)
		sl_worker_poll(&sl_workers[i]);
}

static void fill_random(void *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((uint8_t *)p)[i] = (uint8_t)random();
}

srtp_t endpoint_session(const struct sl_master *master, bool inbound)
{
	uint8_t key[SL_MASTER_KEY_MAX + SL_MASTER_SALT_MAX];
	const struct sl_suite_info *s = &sl_suites[master->suite];
	srtp_policy_t p = {0};
	srtp_t out;

	switch (master->suite) {
	case SL_SUITE_AES_CM_128_HMAC_SHA1_80:
	case SL_SUITE_AES_CM_128_HMAC_SHA1_32:
		srtp_crypto_policy_set_rtp_default(&p.rtp);
		break;
	case SL_SUITE_AES_192_CM_HMAC_SHA1_80:
	case SL_SUITE_AES_192_CM_HMAC_SHA1_32:
		srtp_crypto_policy_set_aes_cm_192_hmac_sha1_80(&p.rtp);
		break;
	case SL_SUITE_AES_256_CM_HMAC_SHA1_80:
	case SL_SUITE_AES_256_CM_HMAC_SHA1_32:
		srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&p.rtp);
		break;
	case SL_SUITE_AEAD_AES_128_GCM:
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&p.rtp);
		break;
	default:
		srtp_crypto_policy_set_aes_gcm_256_16_auth(&p.rtp);
	}
	p.rtcp = p.rtp;
	if (!s->aead)
		p.rtp.auth_tag_len = s->rtp_tag;
	memcpy(key, master->key, s->key_len);
	memcpy(key + s->key_len, master->salt, s->salt_len);
	p.key = key;
	p.ssrc.type = inbound ? ssrc_any_inbound : ssrc_any_outbound;
	p.window_size = 1024;
	p.allow_repeat_tx = 1; /* tests send what no honest endpoint does */
	assert_int_equal(srtp_create(&out, &p), srtp_err_status_ok);
	return out;
}

static struct sl_key *rekey(
	struct endpoint *e, struct sl_master *master, srtp_t *side, bool inbound)
{
	const struct sl_crypto_backend *backend = sl_workers[0].backend;
	struct sl_key *key = NULL;

	if (!e->suite)
		return NULL;
	master->suite = e->suite;
	fill_random(master->key, sizeof(master->key));
	fill_random(master->salt, sizeof(master->salt));
	if (*side)
		srtp_dealloc(*side);
	*side = endpoint_session(master, inbound);
	assert_int_equal(backend->key_new(&key, master), 0);
	return key;
}

struct sl_key *endpoint_rekey_tx(struct endpoint *e)
{
	struct sl_key *old = e->in_key;

	e->in_key = rekey(e, &e->tx_master, &e->tx, false);
	return old;
}

struct sl_key *endpoint_rekey_rx(struct endpoint *e)
{
	struct sl_key *old = e->out_key;

	e->out_key = rekey(e, &e->rx_master, &e->rx, true);
	return old;
}

static void endpoint_open(struct endpoint *e, uint8_t slot, unsigned n, enum sl_suite suite)
{
	memset(e, 0, sizeof(*e));
	e->slot = slot;
	e->port = (uint16_t)(FIRST_PORT + 2 * n);
	memcpy(e->address.ip, local[e->slot], 16);
	e->address.ip[15] = 2;
	e->address.port = (uint16_t)(40000 + 2 * n);
	e->suite = suite;
	e->ssrc = (uint32_t)random();
	endpoint_rekey_tx(e);
	endpoint_rekey_rx(e);
}

struct sl_flow *call_flow(const struct call *c, int i)
{
	static const struct sl_latch_policy strict;

	return call_flow_with(c, i, &strict);
}

struct sl_flow *call_flow_with(const struct call *c, int i, const struct sl_latch_policy *policy)
{
	const struct endpoint *from = &c->end[i], *to = &c->end[!i];
	struct sl_flow_spec spec = {
		.in_key = from->in_key,
		.out_key = to->out_key,
		.in_suite = from->suite,
		.out_suite = to->suite,
		.in_slot = from->slot,
		.out_slot = to->slot,
		.nexthop = {1, 1},
		.tos = 0xb8,
		.policy = *policy,
		.cookie = (uint64_t)from->port << 1 | (unsigned)i,
	};

	for (uint16_t comp = 0; comp < SL_COMPONENTS; comp++) {
		uint16_t step = c->mux ? 0 : comp;

		spec.in_port[comp] = from->port + step;
		spec.out_port[comp] = to->port + step;
		spec.source[comp] = from->address;
		spec.source[comp].port += step;
		spec.destination[comp] = to->address;
		spec.destination[comp].port += step;
	}

	spec.nowhere = i == 0 && c->nowhere;
	if (spec.nowhere)
		memset(&spec.actions, SL_PT_DISCARD << 4 | SL_PT_DISCARD, sizeof(spec.actions));

	struct sl_flow *flow = sl_flow_new(&spec);

	assert_non_null(flow);
	return flow;
}

void call_open(struct call *c, unsigned n, enum sl_suite a, enum sl_suite b, bool v6_a, bool v6_b,
	bool mux)
{
	call_open_between(c, n, a, b, v6_a ? WAN6 : WAN4, v6_b ? LAN6 : LAN4, mux);
}

void call_open_between(struct call *c, unsigned n, enum sl_suite a, enum sl_suite b, uint8_t slot_a,
	uint8_t slot_b, bool mux)
{
	struct sl_flow_update x[2] = {0};

	memset(c, 0, sizeof(*c));
	c->mux = mux;
	endpoint_open(&c->end[0], slot_a, n, a);
	endpoint_open(&c->end[1], slot_b, n, b);
	for (int i = 0; i < 2; i++)
		x[i].flow = c->flow[i] = call_flow(c, i);
	assert_int_equal(sl_flows_update(x, 2), 0);
}

void call_close(struct call *c)
{
	const struct sl_crypto_backend *backend = sl_workers[0].backend;
	struct sl_flow_update x[2] = {{.old = c->flow[0]}, {.old = c->flow[1]}};

	assert_int_equal(sl_flows_update(x, 2), 0);
	for (int i = 0; i < 2; i++) {
		sl_flow_free(c->flow[i]);
		backend->key_free(c->end[i].in_key);
		backend->key_free(c->end[i].out_key);
		if (c->end[i].tx)
			srtp_dealloc(c->end[i].tx);
		if (c->end[i].rx)
			srtp_dealloc(c->end[i].rx);
	}
}

static uint16_t plain_rtp(
	const struct endpoint *e, uint16_t seq, uint16_t payload_len, uint8_t *out)
{
	uint32_t stamp = seq * 160u;
	uint8_t header[12] = {0x80, 8, (uint8_t)(seq >> 8), (uint8_t)seq, (uint8_t)(stamp >> 24),
		(uint8_t)(stamp >> 16), (uint8_t)(stamp >> 8), (uint8_t)stamp,
		(uint8_t)(e->ssrc >> 24), (uint8_t)(e->ssrc >> 16), (uint8_t)(e->ssrc >> 8),
		(uint8_t)e->ssrc};

	memcpy(out, header, 12);
	for (uint16_t i = 0; i < payload_len; i++)
		out[12 + i] = (uint8_t)(seq * 31 + i);
	return 12 + payload_len;
}

uint16_t make_rtp(struct endpoint *e, uint16_t seq, uint16_t payload_len, uint8_t *out)
{
	int len = plain_rtp(e, seq, payload_len, out);

	if (e->suite)
		assert_int_equal(srtp_protect(e->tx, out, &len), srtp_err_status_ok);
	return (uint16_t)len;
}

uint16_t make_rtcp(struct endpoint *e, uint8_t *out)
{
	uint8_t header[8] = {0x80, 200, 0, 6, (uint8_t)(e->ssrc >> 24), (uint8_t)(e->ssrc >> 16),
		(uint8_t)(e->ssrc >> 8), (uint8_t)e->ssrc};
	int len = 28;

	memcpy(out, header, 8);
	memset(out + 8, 0x5a, 20);
	if (e->suite)
		assert_int_equal(srtp_protect_rtcp(e->tx, out, &len), srtp_err_status_ok);
	return (uint16_t)len;
}

bool is_rtp(const struct endpoint *from, const uint8_t *packet, int len, uint16_t seq,
	uint16_t payload_len)
{
	uint8_t want[FRAME_MAX];

	return len == plain_rtp(from, seq, payload_len, want) &&
	       memcmp(packet, want, (size_t)len) == 0;
}

uint16_t make_frame(const struct endpoint *e, uint16_t to_port, const uint8_t *payload,
	uint16_t len, uint8_t *frame)
{
	struct sl_endpoint to = {.port = to_port};
	uint16_t vlan = slot_vlan(e->slot);
	struct sl_egress header;
	uint8_t *ip = frame + (vlan ? 18 : 14), *at;

	memset(frame, 0, 18);
	memcpy(frame, sl_ethdevs[slot_port(e->slot)].mac, 6);
	frame[6] = 2;
	if (vlan) {
		frame[12] = 0x81;
		frame[14] = (uint8_t)(vlan >> 8 | 0xa0); /* PCP 5 */
		frame[15] = (uint8_t)vlan;
	}
	ip[-2] = slot_v6(e->slot) ? 0x86 : 0x08;
	ip[-1] = slot_v6(e->slot) ? 0xdd : 0x00;
	memcpy(to.ip, local[e->slot], 16);
	sl_egress_build(&header, &e->address, &to, 0);
	at = ip + header.header_len;
	memcpy(at, payload, len);
	sl_rewrite(&header, at, len);
	return (uint16_t)(at + len - frame);
}

void inject_frame(struct relay *r, int port, unsigned queue, const uint8_t *frame, uint16_t len)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(sl_mbufs);

	assert_non_null(m);
	memcpy(rte_pktmbuf_append(m, len), frame, len);
	m->port = sl_ethdevs[port].dpdk_port;
	assert_int_equal(rte_ring_enqueue(r->rx[port][queue], m), 0);
}

void inject(struct relay *r, const struct endpoint *e, unsigned queue, bool rtcp, bool mux,
	const uint8_t *payload, uint16_t len)
{
	struct endpoint from = *e;
	uint8_t frame[FRAME_MAX + 64];
	uint16_t n;

	if (rtcp && !mux)
		from.address.port++;
	n = make_frame(&from, e->port + (rtcp && !mux), payload, len, frame);
	inject_frame(r, slot_port(e->slot), queue, frame, n);
}

int receive(struct relay *r, struct endpoint *e, bool rtcp, bool mux, uint8_t *out)
{
	int port = slot_port(e->slot), len;
	bool v6 = slot_v6(e->slot);
	struct rte_mbuf *m = NULL;
	struct sl_view view;
	uint8_t *frame;

	for (unsigned q = 0; q < r->workers && !m; q++)
		if (rte_ring_dequeue(r->tx[port][q], (void **)&m) != 0)
			m = NULL;
	if (!m)
		return 0;
	frame = rte_pktmbuf_mtod(m, uint8_t *);
	assert_int_equal(sl_parse_frame(frame, m->data_len, &view), SL_FORWARD);
	assert_memory_equal(frame, next_mac, 6);
	assert_memory_equal(frame + 6, sl_ethdevs[port].mac, 6);
	assert_memory_equal(view.source, local[e->slot], 16);
	assert_memory_equal(view.destination, e->address.ip, 16);
	assert_int_equal(view.source_port, e->port + (rtcp && !mux));
	assert_int_equal(view.destination_port, e->address.port + (rtcp && !mux));
	assert_int_equal(view.vlan, slot_vlan(e->slot));
	assert_int_equal(frame[view.vlan ? 18 : 14] >> 4, v6 ? 6 : 4);
	len = view.payload_len;
	memcpy(out, frame + view.payload, view.payload_len);
	rte_pktmbuf_free(m);
	if (e->suite) {
		srtp_err_status_t status = rtcp ? srtp_unprotect_rtcp(e->rx, out, &len)
						: srtp_unprotect(e->rx, out, &len);

		if (status != srtp_err_status_ok)
			return -1;
	}
	return len;
}

uint64_t verdicts(enum sl_verdict v)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < sl_n_workers; i++)
		sum += SL_SHARED_GET(sl_workers[i].stats.verdicts[v]);
	return sum;
}

unsigned buffers_in_use(void)
{
	return rte_mempool_in_use_count(sl_mbufs);
}
