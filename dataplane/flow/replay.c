/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/flow/replay.h"

#include "dataplane/base/packet_path.h"

static bool goes_on(const struct sl_roc_search *s, uint32_t ssrc, uint16_t seq)
{
	return s->on && s->ssrc == ssrc && (uint16_t)(seq - s->expected) < SL_ROC_SEARCH_GAP;
}

uint8_t sl_roc_search_get(const struct sl_roc_search *s, uint32_t ssrc, uint16_t seq)
{
	return goes_on(s, ssrc, seq) ? s->roc : 0;
}

void sl_roc_search_failed(struct sl_roc_search *s, uint32_t ssrc, uint16_t seq)
{
	uint8_t next = goes_on(s, ssrc, seq) ? s->roc + 1 : 0;

	*s = (struct sl_roc_search){
		.ssrc = ssrc,
		.expected = (uint16_t)(seq + 1),
		.roc = next % SL_ROC_SEARCH,
		.on = true,
	};
}

uint64_t sl_replay_estimate_any(const struct sl_replay *r, uint16_t seq, uint8_t tries)
{
	if (sl_replay_empty(r) && !r->top)
		return (uint64_t)tries << 16 | seq;
	if (sl_replay_empty(r) && seq & 1)
		return (uint64_t)(tries / 2) << 16 | seq;

	uint64_t roc = r->top >> 16;
	int32_t ahead = (int32_t)seq - (int32_t)(r->top & 0xffff);

	/* RFC 3711 3.3.1: the index closest to the highest one. */
	if (ahead > 0x8000)
		roc--;
	else if (ahead < -0x8000)
		roc++;
	return roc > (SL_INDEX_MAX >> 16) ? UINT64_MAX : roc << 16 | seq;
}

enum sl_verdict sl_replay_check_any(const struct sl_replay *r, uint64_t index)
{
	if (sl_replay_empty(r) || index > r->top)
		return SL_FORWARD;

	uint64_t behind = r->top - index;

	if (behind >= SL_REPLAY_WINDOW)
		return SL_DROP_REPLAY_OLD;
	return r->seen[behind / 64] >> (behind % 64) & 1 ? SL_DROP_REPLAY : SL_FORWARD;
}

/* Moves the window `by` > 0 indices forward and marks the new top. */
static void advance(struct sl_replay *r, uint64_t by)
{
	_Static_assert(SL_REPLAY_WINDOW == 128, "the window is two words");
	if (by >= 128) {
		r->seen[1] = r->seen[0] = 0;
	} else if (by >= 64) {
		r->seen[1] = r->seen[0] << (by - 64);
		r->seen[0] = 0;
	} else {
		r->seen[1] = r->seen[1] << by | r->seen[0] >> 1 >> (63 - by);
		r->seen[0] <<= by;
	}
	r->seen[0] |= 1;
}

enum sl_verdict sl_replay_commit_any(struct sl_replay *r, uint64_t index)
{
	enum sl_verdict v = sl_replay_check(r, index);

	if (v != SL_FORWARD)
		return v;
	if (sl_replay_empty(r)) {
		r->top = index;
		r->seen[0] = 1;
		r->seen[1] = 0;
	} else if (index > r->top) {
		advance(r, index - r->top);
		r->top = index;
	} else {
		uint64_t behind = (r->top - index) % SL_REPLAY_WINDOW; /* less in any case */

		r->seen[behind / 64] |= UINT64_C(1) << (behind % 64);
	}
	return SL_FORWARD;
}
