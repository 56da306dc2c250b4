/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/ctrl/offer/shapes_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctrl/call/leg.h"

struct command from(const char *tag, const char *to)
{
	return (struct command){.call_id = "call", .from_tag = tag, .to_tag = to};
}

struct party party(const char *tag, const char *crypto)
{
	static char address[8][16];
	static unsigned n;
	char *text = address[n++ % 8];

	snprintf(text, 16, "192.0.2.%d", tag[0] + (tag[1] ? tag[1] : 0));
	return (struct party){.address = text,
		.port = 5004,
		.proto = crypto ? "RTP/SAVP" : "RTP/AVP",
		.crypto = {crypto}};
}

struct sl_leg *leg(const char *tag)
{
	struct sl_text text = {tag, (uint32_t)strlen(tag)};
	struct sl_leg *found = find_call("call") ? sl_call_leg(find_call("call"), text) : NULL;

	return found;
}

struct sl_flow *flow(const char *tag)
{
	return leg(tag)->media[0].path.flow;
}

void connected(const char *a, const char *b)
{
	assert_ptr_equal(leg(a)->peer, leg(b));
	assert_ptr_equal(leg(b)->peer, leg(a));
	assert_true(leg(a)->media[0].path.live && published(flow(a)));
	assert_true(leg(b)->media[0].path.live && published(flow(b)));
	assert_memory_equal(
		flow(a)->source[SL_RTP].ip, leg(a)->media[0].params.remote[SL_RTP].ip, 16);
}

void not_connected(const char *tag)
{
	assert_null(leg(tag)->peer);
	assert_false(leg(tag)->media[0].path.live);
}

/* Returns the index that the SSRC of `use` would go on behind, whether it was heard in this flow or
 * not. */
static uint64_t top(const struct sl_streams *s, struct sl_history *history, bool out)
{
	const struct sl_record *known = history ? sl_history_find(history, 0x1234) : NULL;

	if (history && s->n_live)
		return out ? s->first.out.top : s->first.in.top;
	return known && known->next ? known->next - 1 : 0;
}

uint64_t sent(const struct sl_flow *f)
{
	return top(&f->streams, sl_key_history(f->out_key), true);
}

uint64_t received(const struct sl_flow *f)
{
	return top(&f->streams, sl_key_history(f->in_key), false);
}
