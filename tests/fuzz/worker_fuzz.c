/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The whole worker: two of them by turns, through ring ports, driven by a program that the input
 * is read as. Its steps are frames of every kind, turns of one worker or of both, and what a
 * control thread does meanwhile: new keys and old ones again, holds, calls in a row, next hops,
 * MTUs, limits. What must be true of it is in worker_check.h. One thread and a clock of its own, so
 * that an input does the same each time.
 */
#include "worker_check.h"
#include "worker_frames.h"

#include <rte_memory.h>
#include <sanitizer/lsan_interface.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/base/media_address.h"
#include "dataplane/base/nexthop.h"
#include "dataplane/filter/policy_rules.h"
#include "dataplane/handoff/policy.h"
#include "dataplane/path/hairpin.h"
#include "dataplane/port/ethdev.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS = 160, KEPT = 8, MTU = 1500 };

/* Frames that were given to the relay, to come again. */
static struct {
	uint8_t frame[2048];
	uint16_t len;
	uint8_t port;
} kept[KEPT];
static unsigned next_kept;

/* The next frame: */
static enum delivery delivery;
static bool with_policy;

static void give(int port, unsigned queue, const uint8_t *frame, uint16_t len)
{
	unsigned at = next_kept++ % KEPT;

	memmove(kept[at].frame, frame, len);
	kept[at].len = len;
	kept[at].port = (uint8_t)port;
	deliver(port, queue, kept[at].frame, len, delivery);
	delivery = IN_POOL;
}

/* Some bytes of something changed. */
static void mangle(struct program *p, uint8_t *at, uint16_t len)
{
	unsigned n = 1 + take_byte(p) % 4;

	while (n-- && len) {
		uint16_t offset = take_byte(p);

		at[offset % len] ^= take_byte(p);
	}
}

enum { MANGLED_PLAIN = 1, MANGLED, FRAME_MANGLED };

/* Under the key that its party has now; false: libsrtp will not. */
static bool protect(struct party *from, bool rtcp, uint8_t *packet, uint16_t *len)
{
	struct line *line = &from->in[from->in_now];
	int n = *len;

	if (!line->srtp)
		return true;
	if ((rtcp ? srtp_protect_rtcp : srtp_protect)(line->srtp, packet, &n) != 0)
		return false;
	*len = (uint16_t)n;
	return true;
}

static void speak(struct program *p, struct fuzz_call *c, uint8_t who, bool rtcp)
{
	struct party *from = &c->party[who >> 2 & 1];
	unsigned source = who >> 4 & 3;
	uint8_t how = take_byte(p), packet[2048], frame[2048];
	struct endpoint e = from->at;
	uint16_t len;

	if (rtcp) {
		len = build_rtcp(p, e.ssrc + source, packet);
	} else {
		uint16_t *seq = &from->seq[source];

		*seq = (uint16_t)(*seq + (how & 4 ? (int8_t)take_byte(p) : 1));
		if (how & 8)
			*seq = take_word(p);
		len = build_rtp(p, e.ssrc + source, *seq, packet);
	}
	if ((how & 3) == MANGLED_PLAIN)
		mangle(p, packet, len < 24 ? len : 24);
	if (!protect(from, rtcp, packet, &len))
		return;
	if ((how & 3) == MANGLED)
		mangle(p, packet, len);
	if (how & 0x10)
		e.address.port = (uint16_t)(e.address.port + (how & 0x20 ? 1000 : 0));
	if (how & 0x40)
		e.address.ip[15] = (uint8_t)(3 + (how & 1));
	e.address.port = (uint16_t)(e.address.port + (rtcp && !c->mux));
	len = make_frame(
		&e, (uint16_t)(e.port + ((rtcp != (how >> 7)) && !c->mux)), packet, len, frame);
	if ((how & 3) == FRAME_MANGLED)
		mangle(p, frame, len);
	give(sl_addresses[e.slot].port, who >> 3 & 1, frame, len);
}

static void raw(struct program *p, uint8_t who)
{
	uint8_t frame[2048];
	uint16_t len =
		who & 4 ? build_frame(p, who & 1, frame) : take_bytes(p, frame, 1 + take_byte(p));

	give(who & 1, who >> 3 & 1, frame, len);
}

/* One of those before: whole, cut, longer, or not quite the same. */
static void again(struct program *p, uint8_t who)
{
	uint8_t how = take_byte(p), frame[2048];
	unsigned at = how % KEPT;
	uint16_t len = kept[at].len;

	if (!len)
		return;
	memcpy(frame, kept[at].frame, len);
	if (how & 0x10)
		len = (uint16_t)(1 + take_byte(p) % len);
	if (how & 0x20) {
		memset(frame + len, 0x55, 200);
		len = (uint16_t)(len + take_byte(p) % 200);
	}
	if (how & 0x40)
		mangle(p, frame, len);
	if (len <= 1700)
		give(kept[at].port, who >> 3 & 1, frame, len);
}

static void turn(uint8_t who)
{
	if (who & 2)
		relay_poll();
	else
		sl_worker_poll(&sl_workers[who & 1]);
	check_output();
}

static void change(struct program *p, struct fuzz_call *c, uint8_t who)
{
	unsigned k = (unsigned)(c - world), i = who >> 2 & 1;
	uint8_t how = take_byte(p);

	switch (who >> 4 & 7) {
	case 0:
	case 1:
		return fuzz_rekey(k, (int)i, who >> 4 & 1, how % LINES, how & 0x80);
	case 2:
		return fuzz_publish(k, 1 + how % 3);
	case 3:
		return fuzz_hold(k, (int)i);
	case 4:
		c->party[i].at.address.port = (uint16_t)(41000 + 2 * how);
		return fuzz_publish(k, 3);
	case 5:
		for (unsigned type = 0; type < SL_PAYLOAD_TYPES; type++)
			sl_pt_actions_set(&c->actions, type, how % 7);
		c->nowhere = how % 7 == SL_PT_DISCARD && how & 0x80;
		return fuzz_publish(k, c->nowhere ? 3 : 1 + how % 3);
	case 6:
		c->policy[i].mode = how % 3;
		c->policy[i].any_ip = how & 4;
		c->policy[i].round++;
		c->tos[i] = how & 0xfc;
		return fuzz_publish(k, 1u << i);
	default:
		return fuzz_refused(k, how % CALLS);
	}
}

/* The limits of ports without XDP, with keys that are the same each time. */
static void limit(struct program *p)
{
	struct sl_policy limits = {.unknown_source = sl_rate_of(take_byte(p), take_byte(p)),
		.unknown_total = sl_rate_of(4u * take_byte(p), 8),
		.min_hops = take_byte(p) % 80};
	struct sl_listed list[4] = {0};
	unsigned n = take_byte(p) % 4;

	if (!with_policy) {
		DEMAND(sl_policy_open() == 0);
		memset(&sl_policy_state->expected.key, 1, sizeof(sl_policy_state->expected.key));
		memset(&sl_policy_state->unknown_sources.key, 2,
			sizeof(sl_policy_state->unknown_sources.key));
	}
	with_policy = true;
	for (unsigned i = 0; i < n; i++) {
		memcpy(list[i].ip, sl_addresses[i].ip, 16);
		list[i].ip[15] = (uint8_t)(2 + i);
		list[i].bits = 128;
		list[i].prefix = take_byte(p) & 1 ? SL_PREFIX_ALLOW : SL_PREFIX_DENY;
	}
	DEMAND(sl_policy_set(&limits, list, n) == 0);
	if (n)
		sl_policy_source_add(list[0].ip);
}

static void set_mtu(uint16_t mtu)
{
	for (int port = 0; port < PORTS; port++)
		sl_ethdevs[port].mtu = mtu;
	sl_hairpin_prepare();
}

static void surroundings(struct program *p, uint8_t who)
{
	static const uint16_t mtus[] = {MTU, 200, 100, 1280, 0, 600, 68, 1400};
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 0x99};

	switch (who & 7) {
	case 0:
		return set_mtu(mtus[take_byte(p) & 7]);
	case 1:
		return sl_nexthop_clear(&sl_nexthops[1]);
	case 2:
		return sl_nexthop_set(&sl_nexthops[1], mac);
	case 3:
		return limit(p);
	case 4:
		delivery = (enum delivery)(take_byte(p) % DELIVERIES);
		return;
	default:
		fuzz_now += UINT64_C(1) << take_byte(p) % 44;
	}
}

/* All that a control thread may look at. */
static void look(struct fuzz_call *c)
{
	for (int i = 0; i < 2; i++) {
		struct sl_flow_counters count;
		struct sl_quality_report quality;
		struct sl_latch_report source;
		struct sl_reports reports[2];

		sl_flow_counters(c->flow[i], &count);
		for (int place = 0; place < SL_LIVE_SSRCS; place++)
			sl_flow_quality(c->flow[i], place, &quality);
		sl_flow_source(c->flow[i], SL_RTP, &source);
		sl_reports_read(&c->flow[0]->reports, &reports[0]);
		sl_reports_read(&c->flow[1]->reports, &reports[1]);
		sl_reports_round_trip(&reports[0], &reports[1], c->party[0].at.ssrc);
		sl_hairpin_cookie(&c->party[i].at.address, c->party[!i].at.slot);
	}
}

static void open_call(struct program *p, unsigned k)
{
	struct fuzz_config config = {take_byte(p), take_byte(p), take_byte(p)};

	fuzz_call_close(k);
	fuzz_call_open(k, &config);
}

static void step(struct program *p)
{
	uint8_t what = take_byte(p), who = take_byte(p);
	struct fuzz_call *c = &world[who % CALLS];

	switch (what & 0xf) {
	case 8:
		return raw(p, who);
	case 9:
		return again(p, who);
	case 10:
	case 11:
		return turn(who);
	case 12:
		return surroundings(p, who);
	case 13:
		return open_call(p, who % CALLS);
	default:
		break;
	}
	if (!c->open)
		return open_call(p, who % CALLS);
	switch (what & 0xf) {
	case 6:
	case 7:
		return speak(p, c, who, true);
	case 14:
		return change(p, c, who);
	case 15:
		if (who & 0x80)
			return look(c);
		if (world[who >> 2 & 3].open)
			fuzz_join(who & 3, who >> 2 & 3);
		return;
	default:
		return speak(p, c, who, false);
	}
}

/* Freed memory rests for a few inputs, and not for as long as memory lasts. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=16";
}

/* Memory that only DPDK's memory points to is not lost. */
static int point_out(const struct rte_memseg_list *list, void *arg)
{
	__lsan_register_root_region(list->base_va, list->len);
	return 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const struct sl_master any = {.suite = SL_SUITE_AES_CM_128_HMAC_SHA1_80};
	static srtp_t kept_open;
	const char *backend = getenv("SL_FUZZ_BACKEND");

	setenv("CMOCKA_TEST_ABORT", "1", 1);
	relay_start(&relay, backend ? backend : "auto", 2);
	rte_memseg_list_walk(point_out, NULL);
	/* Else libsrtp2 loads its cryptography anew with each first session, where that is NSS. */
	kept_open = endpoint_session(&any, true);
	DEMAND(kept_open);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct program p = {data, size};

	srandom(3711);
	fuzz_now = UINT64_C(1000000000000);
	delivery = IN_POOL;
	for (unsigned i = 0; i < KEPT; i++)
		kept[i].len = 0;
	next_kept = 0;
	set_mtu(MTU);
	surroundings(&p, 2);
	check_begin();
	for (unsigned n = 0; n < STEPS && p.left; n++)
		step(&p);
	turn(2);
	for (unsigned k = 0; k < CALLS; k++)
		fuzz_call_close(k);
	if (with_policy)
		sl_policy_close();
	with_policy = false;
	check_end();
	return 0;
}
