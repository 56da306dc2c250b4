/* SPDX-License-Identifier: BSD-3-Clause */
/* Media of the parties: genuine, late, twice, forged, and from those who are not connected. */
#include <string.h>

#include "dataplane/path/worker.h"
#include "tests/unit/ctrl/ng/property_ask.h"
#include "tests/unit/ctrl/ng/property_moves.h"
#include "tests/unit/ctrl/ng/property_sdp.h"
#include "tests/unit/unit_random.h"

static void expect_nothing(const char *what, const struct leg *l, unsigned m)
{
	struct packet got;

	world_poll();
	if (world_take(&got))
		violated("%s of %s, medium %u, was passed on", what, l->tag, m);
}

static void plain_of(struct packet *p, const struct leg *l, unsigned m, uint64_t index)
{
	static const struct sl_master none;

	rtp_write(p, l, m, index, &none);
}

/* One that is there must be what became of `index`. */
static bool heard(struct call *c, struct leg *l, unsigned m, uint64_t index)
{
	struct packet got, plain;
	const char *wrong;

	if (!world_take(&got))
		return false;
	plain_of(&plain, l, m, index);
	wrong = packet_check(&got, &plain, model_by_id(c, l->peer), m, false);
	if (wrong)
		violated("what %s sends, medium %u, %s", l->tag, m, wrong);
	l->m[m].heard = world.now;
	return true;
}

static void send_rtp(struct leg *l, unsigned m, uint64_t index)
{
	struct packet p;

	rtp_write(&p, l, m, index, &l->m[m].tx);
	world_give(&p);
}

static bool passes_now(struct call *c, struct leg *l, unsigned m)
{
	const uint64_t *limit = &sl_workers[0].stats.verdicts[SL_DROP_SSRC_LIMIT];
	struct medium *x = &l->m[m];

	for (int tries = 0; tries < 2; tries++) {
		uint64_t before = *limit;

		send_rtp(l, m, x->index++);
		world_poll();
		if (heard(c, l, m, x->index - 1))
			return true;
		if (*limit == before)
			return false;
		/* More senders than have room in a flow: once others are silent. */
		note("6 s until there is room for another sender");
		world_wait(6 * SECOND);
	}
	return false;
}

/* The digest of all packets so far. */
static void note_drops(void)
{
	static const char *const names[SL_VERDICTS] = {"forwarded",
#define X(id, name, text) name,
		SL_DROP_REASONS(X)
#undef X
	};

	for (int v = 0; v < SL_VERDICTS; v++)
		if (sl_workers[0].stats.verdicts[v])
			note("%s: %lu", names[v], (unsigned long)sl_workers[0].stats.verdicts[v]);
}

static bool must_pass(struct call *c, struct leg *l, unsigned m)
{
	struct medium *x = &l->m[m];
	bool passed = passes_now(c, l, m);

	/* Which roll-over counter goes with a new key is tried out, packet by packet; and it takes
	 * two packets to believe that one who sends plain RTP has begun anew. */
	if (!passed && (x->fresh || !x->tx.suite))
		passed = passes_now(c, l, m);
	if (!passed && x->lost)
		return false;
	if (!passed) {
		note_drops();
		violated("%s is not heard, medium %u (index %llx)", l->tag, m,
			(unsigned long long)x->index - 1);
	}
	x->fresh = false;
	expect_nothing("another packet", l, m);
	return true;
}

void talk(struct call *c, struct leg *l)
{
	struct leg *both[2] = {l, model_by_id(c, l->peer)};

	for (int i = 0; i < 2; i++)
		for (unsigned m = 0; both[i] && m < MEDIA; m++)
			if (model_passes(c, both[i], m))
				must_pass(c, both[i], m);
}

static void late(struct call *c, struct leg *l, unsigned m)
{
	struct medium *x = &l->m[m];
	uint64_t first = x->index, order[4] = {first + 2, first, first + 3, first + 1};

	for (int i = 0; i < 4; i++)
		send_rtp(l, m, order[i]);
	x->index += 4;
	world_poll();
	for (int i = 0; i < 4; i++)
		if (!heard(c, l, m, order[i]))
			violated(
				"%s is not heard when it comes out of order, medium %u", l->tag, m);
}

static void twice(struct leg *l, unsigned m)
{
	send_rtp(l, m, l->m[m].index - 1);
	expect_nothing("a replayed packet", l, m);
}

static void forged(struct leg *l, unsigned m)
{
	struct sl_master master;
	struct packet p;

	master_new(&master, l->m[m].tx.suite);
	rtp_write(&p, l, m, l->m[m].index + unit_below(100), &master);
	world_give(&p);
	expect_nothing("a forged packet", l, m);
}

static void report(struct call *c, struct leg *l, unsigned m)
{
	struct packet p, got;
	struct leg plain = *l;
	const char *wrong;

	rtcp_write(&p, l, m, (uint32_t)l->m[m].rtcp_index);
	world_give(&p);
	world_poll();
	plain.m[m].tx.suite = SL_SUITE_NONE;
	rtcp_write(&p, &plain, m, (uint32_t)l->m[m].rtcp_index++);
	if (!world_take(&got))
		violated("a report of %s is not heard, medium %u", l->tag, m);
	l->m[m].heard = world.now;
	wrong = packet_check(&got, &p, model_by_id(c, l->peer), m, true);
	if (wrong)
		violated("a report of %s, medium %u, %s", l->tag, m, wrong);
}

void talk_oddly(struct call *c, struct leg *l)
{
	unsigned m = unit_below(3) ? 0 : unit_below(MEDIA), kind = unit_below(6);
	struct medium *x = &l->m[m];

	if (!x->told_port || x->said.held)
		return;
	note("%s of %s, medium %u", l->tag, c->id, m);
	if (!model_passes(c, l, m)) {
		send_rtp(l, m, x->index++);
		expect_nothing("a packet of one who is not connected", l, m);
		return;
	}
	if (!must_pass(c, l, m))
		return;
	if (kind == 0)
		late(c, l, m);
	else if (kind == 1 && x->tx.suite)
		twice(l, m);
	else if (kind == 2 && x->tx.suite)
		forged(l, m);
	else if (kind == 3)
		report(c, l, m);
	else if (kind == 4)
		x->index += unit_below(0x7000); /* hours go by */
	must_pass(c, l, m);
}
