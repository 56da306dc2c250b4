/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/observe/watch.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctrl/base/log.h"
#include "ctrl/call/leg.h"
#include "ctrl/limits/guard_config.h"
#include "ctrl/media/counters.h"
#include "ctrl/observe/alarm_notify.h"
#include "dataplane/base/clock.h"

#define SECOND UINT64_C(1000000000)

static void tell(struct sl_sessions *sessions, const struct sl_notice *notice)
{
	if (sessions->env.notify)
		sessions->env.notify(sessions->env.notify_context, notice);
}

bool sl_watch_expected(const struct sl_media_params *from, const struct sl_media_params *to)
{
	if (!from->active || !to->active || !from->media || !to->media)
		return false;
	if (from->held || to->held)
		return false;
	return (from->direction == SL_SDP_SENDRECV || from->direction == SL_SDP_SENDONLY) &&
	       (to->direction == SL_SDP_SENDRECV || to->direction == SL_SDP_RECVONLY);
}

void sl_watch_offered(struct sl_call *call)
{
	call->offered = sl_clock();
	call->open_offer = true;
}

/* NULL: nothing was dropped so far, or there is no memory to remember it. */
static struct sl_drop_watch *drop_watch(struct sl_watch *w, const struct sl_flow_counters *c)
{
	bool any = false;

	for (int v = 0; v < SL_VERDICTS; v++)
		any |= c->drops[v] != 0;
	if (any && !w->drops)
		w->drops = calloc(1, sizeof(*w->drops));
	return w->drops;
}

static uint64_t passed(const struct sl_flow_counters *c)
{
	return c->packets[SL_RTP] + c->packets[SL_RTCP];
}

/* The drops are what they are now. Most calls have none, and nothing to remember. */
static void note_drops(struct sl_watch *w, const struct sl_flow_counters *c)
{
	if (drop_watch(w, c))
		memcpy(w->drops->count, c->drops, sizeof(w->drops->count));
}

/* From here on, failures are those of the new keys. */
static void rekeyed(struct sl_sessions *sessions, struct sl_call *call, struct sl_leg *leg,
	unsigned m, uint64_t now)
{
	struct sl_leg_media *media = &leg->media[m];
	struct sl_watch *w = &media->watch;
	uint32_t key = media->in ? media->in->serial : 0;
	struct sl_flow_counters c;
	bool first = !w->keyed;

	if (w->keyed && key == w->key)
		return;
	w->key = key;
	w->keyed = now;
	w->keyed_round = call->rounds;
	sl_path_counters(&media->path, &c);
	note_drops(w, &c);
	w->failing = 0;
	w->heard = false;
	if (!first)
		tell(sessions, &(struct sl_notice){
				       .type = SL_NOTICE_REKEYED,
				       .call = call,
				       .leg = leg,
				       .medium = m,
			       });
}

const struct sl_histogram_bounds sl_answer_bounds = {9, {0.1, 1, 2, 5, 10, 20, 30, 60, 120}};

void sl_watch_answered(struct sl_sessions *sessions, struct sl_call *call, struct sl_leg *from,
	struct sl_leg *to, bool again)
{
	struct sl_leg *const legs[] = {from, to};
	uint64_t now = sl_clock();
	bool first = !call->answered;

	if (call->open_offer && again)
		call->rounds++;
	call->open_offer = false;
	call->answered = now;
	if (first) {
		call->first_answered = now;
		sl_histogram_add(&sessions->answer_times, &sl_answer_bounds,
			(double)(now - call->born) / 1e9);
		tell(sessions, &(struct sl_notice){.type = SL_NOTICE_UP, .call = call});
	}
	for (unsigned i = 0; i < 2; i++)
		for (unsigned m = 0; m < legs[i]->n_media; m++) {
			struct sl_watch *w = &legs[i]->media[m].watch;

			w->since = now;
			w->silent = false;
			rekeyed(sessions, call, legs[i], m, now);
		}
}

/* A flow that took the place of another may have begun to count anew. */
static void look_for_moves(
	struct sl_sessions *sessions, struct sl_call *call, struct sl_leg *leg, unsigned m)
{
	static const char *const names[SL_COMPONENTS] = {"RTP", "RTCP"};
	struct sl_leg_media *media = &leg->media[m];
	int n = media->params.mux ? 1 : SL_COMPONENTS;

	for (int c = 0; c < n; c++) {
		struct sl_latch_report r;
		uint32_t seen = media->watch.moves[c];

		sl_flow_source(media->path.flow, c, &r);
		media->watch.moves[c] = r.moves;
		if (r.moves <= seen)
			continue;
		tell(sessions, &(struct sl_notice){
				       .type = seen || r.moves > 1 ? SL_NOTICE_RELATCHED
								   : SL_NOTICE_LATCHED,
				       .call = call,
				       .leg = leg,
				       .medium = m,
				       .component = names[c],
				       .endpoint = &r.current,
			       });
	}
}

static void look_for_silence(struct sl_sessions *sessions, struct sl_call *call, struct sl_leg *leg,
	unsigned m, const struct sl_flow_counters *c, uint64_t now)
{
	struct sl_watch *w = &leg->media[m].watch;
	uint64_t since = c->last > w->since ? c->last : w->since;
	uint64_t notice = sessions->env.timers.notice;

	if (w->silent || !notice || now <= since || now - since < notice * SECOND)
		return;
	w->silent = true;
	tell(sessions, &(struct sl_notice){
			       .type = SL_NOTICE_SILENT,
			       .call = call,
			       .leg = leg,
			       .medium = m,
			       .seconds = (now - since) / SECOND,
		       });
}

/* A flow that took the place of another may have begun to count anew. */
static uint64_t since_then(uint32_t count, uint32_t *then)
{
	uint64_t n = count >= *then ? count - *then : count;

	*then = count;
	return n;
}

static void step(struct sl_sessions *sessions, struct sl_notice *about, enum sl_alarm_kind kind,
	struct sl_alarm *alarm, uint64_t rate, unsigned threshold)
{
	struct sl_alarm_report report = {
		.kind = kind, .threshold = threshold, .alarm = alarm, .now = time(NULL)};

	report.change = sl_alarm_step(alarm, rate, threshold, report.now);
	if (report.change == SL_ALARM_SAME)
		return;
	about->type = SL_NOTICE_ALARM;
	about->alarm = &report;
	sl_alarm_notify(sessions->env.notify, sessions->env.notify_context, about);
	about->alarm = NULL;
}

/* About once a second; somebody who asks for the call makes it no more often. */
static void look_for_forgery(struct sl_sessions *sessions, struct sl_call *call, struct sl_leg *leg,
	unsigned m, const struct sl_flow_counters *c, uint64_t now)
{
	const struct sl_guard_config *guard = sessions->env.guard;
	struct sl_watch *w = &leg->media[m].watch;
	uint64_t ms = (now - w->stepped) / 1000000;
	uint64_t rates[2];
	struct sl_drop_watch *drops;
	struct sl_notice n = {.call = call, .leg = leg, .medium = m};

	if (!guard || (w->stepped && ms < 900))
		return;
	ms = w->stepped && ms < 3600000 ? ms : 1000;
	w->stepped = now;
	drops = drop_watch(w, c);
	if (!drops)
		return;
	rates[0] = since_then(c->drops[SL_DROP_AUTH], &drops->forged.count) * 1000 / ms;
	rates[1] = since_then(c->drops[SL_DROP_REPLAY] + c->drops[SL_DROP_REPLAY_OLD],
			   &drops->replayed.count) *
		   1000 / ms;
	step(sessions, &n, SL_ALARM_AUTH, &drops->forged.alarm, rates[0], guard->alarm_auth_pps);
	step(sessions, &n, SL_ALARM_REPLAY, &drops->replayed.alarm, rates[1],
		guard->alarm_auth_pps);
}

void sl_watch_left(struct sl_sessions *sessions, struct sl_call *call, struct sl_leg *leg)
{
	for (unsigned m = 0; m < leg->n_media; m++) {
		struct sl_drop_watch *drops = leg->media[m].watch.drops;
		struct sl_notice n = {.call = call, .leg = leg, .medium = m};

		if (drops && drops->forged.alarm.raised)
			step(sessions, &n, SL_ALARM_AUTH, &drops->forged.alarm, 0, 0);
		if (drops && drops->replayed.alarm.raised)
			step(sessions, &n, SL_ALARM_REPLAY, &drops->replayed.alarm, 0, 0);
	}
}

static void look(struct sl_sessions *sessions, struct sl_call *call, struct sl_leg *leg, unsigned m,
	bool expected, const struct sl_flow_counters *c, uint64_t now, struct sl_timers_call *t)
{
	struct sl_watch *w = &leg->media[m].watch;

	if (c->last > t->heard)
		t->heard = c->last;
	if (passed(c) != w->passed) {
		w->passed = passed(c);
		note_drops(w, c);
		w->failing = 0;
		w->silent = false;
		w->heard = true;
	} else if (c->drops[SL_DROP_AUTH] != sl_watch_drops(w, SL_DROP_AUTH) && !w->failing) {
		w->failing = now;
	}
	look_for_moves(sessions, call, leg, m);
	if (expected)
		look_for_silence(sessions, call, leg, m, c, now);
}

static void look_at_call(
	struct sl_sessions *sessions, struct sl_call *call, uint64_t now, struct sl_timers_call *t)
{
	for (unsigned i = 0; i < call->n_legs; i++) {
		struct sl_leg *leg = call->leg[i], *peer = leg->peer;

		for (unsigned m = 0; m < leg->n_media; m++) {
			const struct sl_leg_media *media = &leg->media[m];
			struct sl_flow_counters c;
			bool expected;

			/* An alarm has to end as well for a party that is alone, or on hold. */
			sl_path_counters(&media->path, &c);
			look_for_forgery(sessions, call, leg, m, &c, now);
			if (!media->params.active || !media->params.media || !peer ||
				m >= peer->n_media)
				continue;
			expected = sl_watch_expected(&media->params, &peer->media[m].params);
			t->held |= !expected;
			if (media->path.flow)
				look(sessions, call, leg, m, expected, &c, now, t);
		}
	}
}

enum sl_timeout sl_watch_call(struct sl_sessions *sessions, struct sl_call *call)
{
	struct sl_timers_call t = {
		.created = call->born,
		.offered = call->offered,
		.answered = call->answered,
		.apart = !sl_call_connected(call),
		.ending = call->deleted,
	};
	uint64_t now = sl_clock();

	look_at_call(sessions, call, now, &t);
	return sl_timers_due(&sessions->env.timers, &t, now);
}

void sl_watch_timed_out(struct sl_sessions *sessions, struct sl_call *call, enum sl_timeout timeout)
{
	const char *label = sl_timeout_labels[timeout];

	sessions->timeouts++;
	sessions->timeouts_by[timeout]++;
	sl_log_event(SL_LOG_NOTICE,
		SL_FIELDS(.call = call->id, .reason = label,
			.seconds =
				sl_decimal(sl_timers_seconds(&sessions->env.timers, timeout)).text),
		"call %s is ended: %s, %u s (%s)", sl_word(call->id).text, label,
		sl_timers_seconds(&sessions->env.timers, timeout), sl_timeout_texts[timeout]);
	call->end_reason = label;
	tell(sessions,
		&(struct sl_notice){.type = SL_NOTICE_TIMED_OUT, .call = call, .reason = label});
}

void sl_watch_ended(struct sl_sessions *sessions, struct sl_call *call)
{
	if (!call->offered) /* refused: it never was one */
		return;
	for (unsigned i = 0; i < call->n_legs; i++)
		sl_watch_left(sessions, call, call->leg[i]);
	tell(sessions, &(struct sl_notice){
			       .type = SL_NOTICE_ENDED,
			       .call = call,
			       .reason = call->end_reason ? call->end_reason : "deleted",
		       });
}
