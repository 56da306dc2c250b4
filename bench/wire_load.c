/* SPDX-License-Identifier: BSD-3-Clause */
#include <jansson.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "bench/load_calls.h"
#include "bench/load_route.h"
#include "bench/wire.h"

enum { RESOLUTION = 5 }; /* percent between the best rate that passed and one that did not */

static double loss_of(const struct wire_trial *trial)
{
	return (double)(trial->packets - trial->received) / (double)trial->packets;
}

static double cpu_of(const struct wire_trial *trial)
{
	return trial->received ? (double)trial->relay_cpu_ns / (double)trial->received : 0;
}

static double us(const struct wire_trial *trial, double q)
{
	return (double)sl_histogram_quantile(&trial->latency, q) * 1e-3;
}

static json_t *trial_json(const struct wire_trial *trial)
{
	return json_pack("{s:f s:f s:f s:I s:I s:I s:I s:I s:I s:I s:I s:I s:f s:f s:f s:f s:f}",
		"rate", trial->rate, "offered", trial->offered, "loss", loss_of(trial), "packets",
		(json_int_t)trial->packets, "received", (json_int_t)trial->received, "refused",
		(json_int_t)trial->refused, "stalls", (json_int_t)trial->stalls, "duplicated",
		(json_int_t)trial->duplicated, "reordered", (json_int_t)trial->reordered, "foreign",
		(json_int_t)trial->foreign, "judged", (json_int_t)trial->judged, "bad",
		(json_int_t)trial->bad, "relay-cpu-ns-per-packet", cpu_of(trial), "p50-us",
		us(trial, 0.5), "p99-us", us(trial, 0.99), "p99.9-us", us(trial, 0.999), "max-us",
		(double)trial->latency.max * 1e-3);
}

static void print_trial(const struct wire_trial *trial)
{
	printf("%9.0f pps offered %9.0f: lost %.3f %% (%llu refused)  relay %.0f ns/packet  p50 "
	       "%.0f "
	       "p99 %.0f p99.9 %.0f us  judged %llu, %llu bad",
		trial->rate, trial->offered, loss_of(trial) * 100,
		(unsigned long long)trial->refused, cpu_of(trial), us(trial, 0.5), us(trial, 0.99),
		us(trial, 0.999), (unsigned long long)trial->judged,
		(unsigned long long)trial->bad);
	if (trial->reordered || trial->duplicated || trial->foreign)
		printf("  reordered %llu, duplicated %llu, foreign %llu",
			(unsigned long long)trial->reordered, (unsigned long long)trial->duplicated,
			(unsigned long long)trial->foreign);
	printf("\n");
	fflush(stdout);
}

struct search {
	struct wire *wire;
	struct sl_ng_client *ng;
	json_t *trials;
	bool bad, failed;
	struct wire_trial best; /* that passed, with the highest rate */
};

static struct wire_trial try_once(struct search *search, double rate)
{
	struct wire_trial trial = {.rate = rate, .seconds = search->wire->opt.seconds};

	search->failed |= !wire_trial_run(search->wire, &trial);
	if (search->failed)
		return trial;
	search->bad |= trial.bad > 0;
	json_array_append_new(search->trials, trial_json(&trial));
	print_trial(&trial);
	return trial;
}

/*
 * New calls after an overload. (rtpengine 10.5 does not read a socket again whose buffer has filled
 * up: it waits for an edge that does not come.)
 */
static void renew(struct search *search)
{
	struct sl_load *load = search->wire->load;

	sl_calls_delete(load, search->ng);
	sl_calls_close(load);
	search->failed |=
		sl_calls_set_up(load, search->ng) != 0 || !wire_streams_init(search->wire);
}

enum verdict { FAILS, PASSES, GENERATOR_FAILS };

/* A machine that does other things too loses packets now and then: the best of some tries counts.
 */
static enum verdict verdict_of(struct search *search, double rate)
{
	enum verdict verdict = FAILS;

	for (unsigned i = 0; i < search->wire->opt.tries; i++) {
		struct wire_trial trial = try_once(search, rate);

		if (search->failed)
			break;
		if (loss_of(&trial) >= search->wire->opt.tolerated) {
			renew(search);
			continue;
		}
		if (trial.offered > search->best.offered)
			search->best = trial;
		if (trial.offered >= rate * 0.9)
			return PASSES;
		verdict = GENERATOR_FAILS;
	}
	return verdict;
}

/* Doubles until a rate fails, then halves the gap. */
static void look(struct search *search)
{
	double low = 0, high = 0, rate = search->wire->opt.rate, most = search->wire->opt.search_to;

	while (!search->failed) {
		enum verdict verdict = verdict_of(search, rate);

		if (verdict == GENERATOR_FAILS)
			break;
		if (verdict == PASSES)
			low = rate;
		else
			high = rate;
		if (low >= most || (high && (high - low) * 100 <= high * RESOLUTION) ||
			(high && high * 100 < search->wire->opt.rate))
			break;
		rate = high ? (low + high) / 2 : low * 2;
		if (rate > most)
			rate = most;
	}
	printf("loss-free: %.0f pps\n", search->best.offered);
}

/* The packets of a trial take memory: a longer one is a number of these, and what it says is their
 * sum. */
static void repeat(struct search *search)
{
	struct wire_trial *sum = &search->best;

	for (unsigned i = 0; i < search->wire->opt.repeat && !search->failed; i++) {
		struct wire_trial trial = try_once(search, search->wire->opt.rate);

		if (!i) {
			*sum = trial;
			continue;
		}
		sum->offered = trial.offered < sum->offered ? trial.offered : sum->offered;
		sum->seconds += trial.seconds;
		sum->packets += trial.packets;
		sum->sent += trial.sent;
		sum->refused += trial.refused;
		sum->stalls += trial.stalls;
		sum->received += trial.received;
		sum->duplicated += trial.duplicated;
		sum->reordered += trial.reordered;
		sum->foreign += trial.foreign;
		sum->judged += trial.judged;
		sum->bad += trial.bad;
		sum->relay_cpu_ns += trial.relay_cpu_ns;
		sl_histogram_join(&sum->latency, &trial.latency);
	}
}

static int measure(struct wire *wire, struct sl_ng_client *ng)
{
	struct search *search = calloc(1, sizeof(*search));
	int code = 2;

	if (!search)
		return 2;
	search->wire = wire;
	search->ng = ng;
	search->trials = json_array();
	if (wire->opt.search_to)
		look(search);
	else
		repeat(search);
	if (!search->failed)
		code = search->bad;
	json_t *result = json_pack("{s:s s:s s:I s:I s:I s:O s:o}", "suite-a",
		wire->load->opt.leg[0].suite->name, "suite-b", wire->load->opt.leg[1].suite->name,
		"calls", (json_int_t)wire->load->opt.calls, "payload",
		(json_int_t)wire->load->opt.payload, "setup-ns",
		(json_int_t)wire->load->totals.setup_ns, "trials", search->trials, "best",
		trial_json(&search->best));
	if (wire->opt.json && json_dump_file(result, wire->opt.json, JSON_INDENT(1)))
		code = 2;
	json_decref(result);
	json_decref(search->trials);
	free(search);
	return code;
}

static bool prepare(struct wire *wire)
{
	struct sl_load *load = wire->load;

	load->calls = calloc(load->opt.calls, sizeof(*load->calls));
	load->route[0] = sl_route_new();
	load->route[1] = sl_route_new();
	wire->streams = calloc(wire->n_streams, sizeof(*wire->streams));
	wire->samples = calloc(wire->opt.samples + 1, sizeof(*wire->samples));
	return load->calls && load->route[0] && load->route[1] && wire->streams && wire->samples &&
	       srtp_init() == srtp_err_status_ok;
}

static int play(struct wire *wire)
{
	struct sl_ng_client *ng = sl_ng_client_new(wire->load->opt.ng);
	int code = 2;

	if (!ng)
		return 2;
	if (!sl_calls_set_up(wire->load, ng) && wire_streams_init(wire))
		code = wire->opt.pcap ? wire_pcap_write(wire) : measure(wire, ng);
	if (!wire->opt.pcap || code)
		sl_calls_delete(wire->load, ng);
	sl_ng_client_free(ng);
	return code;
}

int main(int argc, char **argv)
{
	struct sl_load *load = calloc(1, sizeof(*load));
	struct wire *wire = calloc(1, sizeof(*wire));
	int code;

	if (!load || !wire)
		return 2;
	wire->load = load;
	code = wire_options_parse(wire, argc, argv);
	if (code)
		return code < 0 ? 0 : code;
	if (!prepare(wire) || !wire_device_open(wire) || !wire_frames_open(wire))
		return 2;
	code = play(wire);
	wire_frames_close(wire);
	wire_device_close(wire);
	return code;
}
