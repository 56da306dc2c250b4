/* SPDX-License-Identifier: BSD-3-Clause */
#include "ctrl/observe/call_view.h"

#include <string.h>
#include <time.h>

#include "ctrl/call/leg.h"
#include "ctrl/media/counters.h"

static enum sl_call_state state_of(const struct sl_call *call)
{
	if (call->deleted)
		return SL_STATE_ENDING;
	if (!call->up)
		return SL_STATE_OFFERED;
	return sl_call_offered(call) ? SL_STATE_REOFFERED : SL_STATE_UP;
}

static void carry(struct sl_carried *sum, const struct sl_flow_counters *one)
{
	for (int c = 0; c < SL_COMPONENTS; c++) {
		sum->packets[c] += one->packets[c];
		sum->bytes[c] += one->bytes[c];
	}
	sum->drops += sl_path_drops(one);
}

static void carry_leg(struct sl_carried *sum, const struct sl_leg *leg)
{
	struct sl_flow_counters one;

	for (unsigned m = 0; m < leg->n_media; m++) {
		sl_path_counters(&leg->media[m].path, &one);
		carry(sum, &one);
	}
}

void sl_view_latency_add(struct sl_latency_view *sum, const struct sl_path *path)
{
	struct sl_latency one;

	if (!path->flow)
		return;
	sl_flow_latency(path->flow, &one);
	sum->total += one.total;
	sum->packets += one.packets;
	if (one.highest > sum->highest)
		sum->highest = one.highest;
}

void sl_view_call(const struct sl_call *call, struct sl_call_view *view)
{
	*view = (struct sl_call_view){
		.id = call->id,
		.state = state_of(call),
		.created = call->created,
		.age = time(NULL) - call->created,
		.begun = call->born,
		.answered = call->first_answered,
		.emergency = call->emergency,
		.n_legs = call->n_legs,
		.model = call,
	};
}

void sl_view_totals(const struct sl_call_view *call, struct sl_totals_view *view)
{
	memset(view, 0, sizeof(*view));
	carry(&view->carried, &call->model->left);
	for (unsigned i = 0; i < call->n_legs; i++) {
		const struct sl_leg *leg = call->model->leg[i];

		carry_leg(&view->carried, leg);
		for (unsigned m = 0; m < leg->n_media; m++)
			sl_view_latency_add(&view->latency, &leg->media[m].path);
	}
}

static const char *suite_of(const struct sl_leg *leg)
{
	for (unsigned m = 0; m < leg->n_media; m++)
		if (leg->media[m].params.active)
			return sl_suites[leg->media[m].params.theirs.suite].name;
	return NULL;
}

static void view_leg(
	const struct sl_call_view *call, const struct sl_leg *leg, struct sl_leg_view *view)
{
	const struct sl_leg *other = sl_call_other(call->model, leg);

	*view = (struct sl_leg_view){
		.tag = leg->tag,
		.label = leg->label,
		.peer = leg->peer ? leg->peer->tag : NULL,
		.dialogue = other ? other->tag : NULL,
		.interface = leg->interface->config->name,
		.suite = suite_of(leg),
		.created = leg->created,
		.n_media = leg->n_media,
		.model = leg,
	};
	carry_leg(&view->carried, leg);
}

void sl_view_leg(const struct sl_call_view *call, unsigned i, struct sl_leg_view *view)
{
	view_leg(call, call->model->leg[i], view);
}

unsigned sl_view_pair(const struct sl_call_view *call, struct sl_leg_view pair[2])
{
	unsigned n = 0;

	for (unsigned i = 0; i < call->n_legs; i++) {
		const struct sl_leg *leg = call->model->leg[i];

		if (!leg->peer)
			continue;
		view_leg(call, leg, &pair[0]);
		view_leg(call, leg->peer, &pair[1]);
		return 2;
	}
	for (; n < 2 && n < call->n_legs; n++)
		sl_view_leg(call, n, &pair[n]);
	return n;
}
