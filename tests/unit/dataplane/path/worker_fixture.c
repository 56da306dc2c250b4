/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/dataplane/path/worker_fixture.h"

#include <stdlib.h>

#include "dataplane/handoff/mailbox.h"

struct relay relay;

static const char *backend = "auto";

void send_rtp(struct call *c, int i, uint16_t seq)
{
	uint8_t p[FRAME_MAX];

	inject(&relay, &c->end[i], 0, false, c->mux, p, make_rtp(&c->end[i], seq, PAYLOAD, p));
}

void expect_rtp(struct call *c, int from, const uint16_t *seqs, unsigned n)
{
	uint8_t p[FRAME_MAX];

	for (unsigned i = 0; i < n; i++) {
		int len = receive(&relay, &c->end[!from], false, c->mux, p);

		if (!is_rtp(&c->end[from], p, len, seqs[i], PAYLOAD))
			fail_msg("packet %u (seq %u): length %d", i, seqs[i], len);
	}
	assert_int_equal(receive(&relay, &c->end[!from], false, c->mux, p), 0);
}

void expect_nothing(struct call *c)
{
	expect_rtp(c, 0, NULL, 0);
	expect_rtp(c, 1, NULL, 0);
}

void send_rtcp(struct call *c, int i)
{
	uint8_t p[FRAME_MAX];

	inject(&relay, &c->end[i], 0, true, c->mux, p, make_rtcp(&c->end[i], p));
	relay_poll();
	assert_int_equal(receive(&relay, &c->end[!i], true, c->mux, p), 28);
}

void replace_flow(struct call *c)
{
	struct sl_flow_update x = {.flow = call_flow(c, 0), .old = c->flow[0]};

	assert_int_equal(sl_flows_update(&x, 1), 0);
	sl_flow_free(c->flow[0]);
	c->flow[0] = x.flow;
}

int start_one(void **state)
{
	relay_start(&relay, backend, 1);
	return 0;
}

int start_two(void **state)
{
	relay_start(&relay, backend, 2);
	return 0;
}

int stop(void **state)
{
	relay_stop(&relay);
	return 0;
}

int begin(void **state)
{
	*state = (void *)(uintptr_t)buffers_in_use();
	return 0;
}

int end(void **state)
{
	for (int port = 0; port < PORTS; port++)
		for (unsigned q = 0; q < relay.workers; q++) {
			struct rte_mbuf *m;

			while (rte_ring_dequeue(relay.tx[port][q], (void **)&m) == 0)
				rte_pktmbuf_free(m);
		}
	return buffers_in_use() != (uintptr_t)*state;
}

void arguments(int argc, char **argv)
{
	if (argc > 1)
		backend = argv[1];
	srandom(3711);
}
