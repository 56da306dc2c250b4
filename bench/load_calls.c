/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/load_calls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "bench/leg_sdp.h"
#include "bench/load_route.h"

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void set_text(json_t *request, const char *key, const char *value)
{
	json_object_set_new(request, key, json_string(value));
}

/* "a,b" as a list; nothing when NULL. */
static void set_list(json_t *request, const char *key, const char *items)
{
	if (!items)
		return;
	json_t *list = json_array();
	while (*items) {
		size_t len = strcspn(items, ",");

		json_array_append_new(list, json_stringn(items, len));
		items += len + (items[len] == ',');
	}
	json_object_set_new(request, key, list);
}

static json_t *request_new(const char *command, const struct sl_call *call, unsigned number)
{
	json_t *request = json_object();
	char tag[24];

	snprintf(tag, sizeof(tag), "a%u", number);
	set_text(request, "command", command);
	set_text(request, "call-id", call->id);
	set_text(request, "from-tag", tag);
	return request;
}

static json_t *checked_call(struct sl_ng_client *ng, json_t *request, struct sl_histogram *spent)
{
	uint64_t start = now_ns();
	json_t *reply = sl_ng_client_call(ng, request);

	if (spent)
		sl_histogram_add(spent, now_ns() - start);
	const char *result = json_string_value(json_object_get(reply, "result"));
	if (reply && (!result || strcmp(result, "ok"))) {
		const char *reason = json_string_value(json_object_get(reply, "error-reason"));

		fprintf(stderr, "NG: %s: %s\n", result ? result : "no result",
			reason ? reason : "no reason");
		json_decref(reply);
		return NULL;
	}
	return reply;
}

static json_t *offer_new(const struct sl_load_options *opt, struct sl_call *call, unsigned number)
{
	const char *in = opt->leg[SL_LEG_A].direction, *out = opt->leg[SL_LEG_B].direction;
	json_t *request = request_new("offer", call, number);
	char sdp[SL_LEG_SDP_MAX], text[64];

	sl_leg_sdp_print(opt, SL_LEG_A, &call->leg[SL_LEG_A],
		opt->leg[SL_LEG_A].port + number / opt->share * 2, sdp);
	set_text(request, "sdp", sdp);
	set_text(request, "transport-protocol", sl_leg_sdp_protocol(opt, SL_LEG_B));
	set_text(request, "ICE", "remove");
	set_text(request, "DTLS", "off");
	set_text(
		request, "address-family", strchr(opt->leg[SL_LEG_B].address, ':') ? "IP6" : "IP4");
	set_list(request, "replace", "origin,session-connection");
	set_list(request, "rtcp-mux", opt->rtcp_mux);
	set_list(request, "flags", opt->flags);
	if (opt->sdes && !strcmp(opt->sdes, "only")) {
		snprintf(text, sizeof(text), "only-%s", opt->leg[SL_LEG_B].suite->name);
		set_list(request, "SDES", opt->leg[SL_LEG_B].suite->key_len ? text : NULL);
	} else {
		set_list(request, "SDES", opt->sdes);
	}
	if (in && out) {
		snprintf(text, sizeof(text), "%s,%s", in, out);
		set_list(request, "direction", text);
	}
	return request;
}

static json_t *answer_new(const struct sl_load_options *opt, struct sl_call *call, unsigned number)
{
	json_t *request = request_new("answer", call, number);
	char sdp[SL_LEG_SDP_MAX], tag[24];

	snprintf(tag, sizeof(tag), "b%u", number);
	set_text(request, "to-tag", tag);
	sl_leg_sdp_print(opt, SL_LEG_B, &call->leg[SL_LEG_B],
		opt->leg[SL_LEG_B].port + number / opt->share * 2, sdp);
	set_text(request, "sdp", sdp);
	set_text(request, "ICE", "remove");
	set_list(request, "replace", "origin,session-connection");
	set_list(request, "flags", opt->flags);
	return request;
}

/* Reads the SDP of a reply into a leg. Takes the reply over. */
static bool take_sdp(
	struct sl_load *load, struct sl_call *call, unsigned leg, json_t *reply, const char *tag)
{
	const char *sdp = json_string_value(json_object_get(reply, "sdp")), *wrong;

	wrong = sdp ? sl_leg_sdp_read(&load->opt, leg, &call->leg[leg], sdp, tag) : "no sdp";
	if (reply && wrong)
		fprintf(stderr, "call %s, SDP for leg %c: %s\n%s\n", call->id, "AB"[leg], wrong,
			sdp ? sdp : "");
	json_decref(reply);
	return !wrong;
}

/* Notes that packets from the two addresses which the relay named for this leg are the call's. */
static bool route_leg(struct sl_load *load, unsigned number, unsigned leg)
{
	struct sl_leg *data = &load->calls[number].leg[leg];
	const struct sockaddr_in6 *told[] = {&data->relay, &data->relay_rtcp};

	for (unsigned i = 0; i < 2; i++) {
		uint32_t *route = sl_route_at(load, leg, told[i]);

		if (!route)
			return false;
		*route = number + 1;
	}
	return true;
}

static bool set_up(struct sl_load *load, struct sl_ng_client *ng, unsigned number)
{
	struct sl_call *call = &load->calls[number];
	struct sl_leg *a = &call->leg[SL_LEG_A], *b = &call->leg[SL_LEG_B];
	const struct sl_load_options *opt = &load->opt;

	snprintf(call->id, sizeof(call->id), "load-%016llx-%u", (unsigned long long)load->seed,
		number);
	strcpy(a->tag, "1");
	sl_load_key_random(&a->tx_key);
	sl_load_key_random(&b->tx_key);
	json_t *reply = checked_call(ng, offer_new(opt, call, number), &load->offer);
	call->up = reply;
	if (!take_sdp(load, call, SL_LEG_B, reply, ""))
		return false;
	reply = checked_call(ng, answer_new(opt, call, number), &load->answer);
	if (!take_sdp(load, call, SL_LEG_A, reply, "1"))
		return false;
	return route_leg(load, number, SL_LEG_A) && route_leg(load, number, SL_LEG_B);
}

int sl_calls_set_up(struct sl_load *load, struct sl_ng_client *ng)
{
	uint64_t start = now_ns();

	load->deleted = false;
	if (getrandom(&load->seed, sizeof(load->seed), 0) < 0)
		return -errno;
	for (unsigned leg = 0; leg < 2; leg++)
		memset(load->route[leg], 0, SL_RELAY_ADDRESSES * 65536 * sizeof(*load->route[leg]));
	for (unsigned i = 0; i < load->opt.calls; i++)
		if (!set_up(load, ng, i))
			return -EPROTO;
	load->totals.setup_ns += now_ns() - start;
	return 0;
}

static bool open_leg(struct sl_load *load, unsigned number, unsigned leg)
{
	const struct sl_load_suite *suite = load->opt.leg[leg].suite;
	struct sl_leg *data = &load->calls[number].leg[leg];

	if (!suite->key_len)
		return true;
	data->tx = sl_session_new(suite, &data->tx_key, false);
	data->rx = sl_session_new(suite, &data->rx_key, true);
	return data->tx && data->rx;
}

int sl_calls_open(struct sl_load *load)
{
	for (unsigned i = 0; i < load->opt.calls; i++)
		if (!open_leg(load, i, SL_LEG_A) || !open_leg(load, i, SL_LEG_B))
			return -ENOMEM;
	return 0;
}

static uint64_t total_of(json_t *reply, const char *protocol)
{
	json_t *totals = json_object_get(json_object_get(reply, "totals"), protocol);

	return (uint64_t)json_integer_value(json_object_get(totals, "packets"));
}

void sl_calls_query(struct sl_load *load, struct sl_ng_client *ng)
{
	for (unsigned i = 0; i < load->opt.calls; i++) {
		json_t *reply = checked_call(ng, request_new("query", &load->calls[i], i), NULL);

		load->totals.ng_errors += !reply;
		load->totals.relay_rtp_packets += total_of(reply, "RTP");
		load->totals.relay_rtcp_packets += total_of(reply, "RTCP");
		json_decref(reply);
	}
}

void sl_calls_delete(struct sl_load *load, struct sl_ng_client *ng)
{
	for (unsigned i = 0; i < load->opt.calls; i++) {
		if (!load->calls[i].up)
			continue;
		json_t *request = request_new("delete", &load->calls[i], i);

		json_object_set_new(request, "delete-delay", json_integer(0));
		json_t *reply = checked_call(ng, request, &load->erase);

		load->totals.ng_errors += !reply;
		load->calls[i].up = false;
		json_decref(reply);
	}
	load->deleted = true;
}

void sl_calls_close(struct sl_load *load)
{
	for (unsigned i = 0; i < load->opt.calls; i++) {
		for (unsigned leg = 0; leg < 2; leg++) {
			struct sl_leg *data = &load->calls[i].leg[leg];

			sl_session_free(data->tx);
			sl_session_free(data->rx);
			data->tx = data->rx = NULL;
		}
	}
}
